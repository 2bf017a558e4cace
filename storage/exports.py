"""Giving every row back: as CSV, JSON or XLSX, streamed, and in files that are whole or not there."""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, or_, select

from crmbot.errors import BadInput
from crmbot.money import Money, canonical
from crmbot.people import Member, Permission, Scope
from storage.cells import NOON
from storage.database import Database
from storage.files import write_csv, write_xlsx
from storage.secrets import Keys
from storage.store import Store
from storage.tables import (
    Campaign,
    Customer,
    Deal,
    Handle,
    Interaction,
    MemberRow,
    Order,
    Product,
    Survey,
    Tag,
    Task,
    Ticket,
)

PAGE = 500  # rows read at once
FORMS = ("csv", "json", "xlsx")
Flat = dict[str, str | None]
# SQLModel hides its tables
CUSTOMER, MEMBER, PRODUCT, TICKET = Customer.__table__, MemberRow.__table__, Product.__table__, Ticket.__table__  # type: ignore[attr-defined]
HANDLE, TAG, DEAL, TASK = Handle.__table__, Tag.__table__, Deal.__table__, Task.__table__  # type: ignore[attr-defined]
INTERACTION, SURVEY, ORDER, CAMPAIGN = Interaction.__table__, Survey.__table__, Order.__table__, Campaign.__table__  # type: ignore[attr-defined]
COMPANY = CUSTOMER.alias("company")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is told of a kind of record: the query, and how one of its rows is said."""

    fields: Sequence[str]
    letter: str
    query: Select[Any]
    flat: Callable[[Any], Flat]


def export_to(database: Database, kind: str, form: str, out: Path | None, stdout: TextIO) -> None:
    """One kind of record, or `all`: to a file, to a folder of files, or to `stdout`. Raises `BadInput`."""
    form = form or _form_of(kind, out)
    if form not in FORMS:
        raise BadInput(f"{form} is no format: say {', '.join(FORMS)}")
    if kind != "all" and kind not in KINDS:
        raise BadInput(f"{kind} cannot be exported: say {', '.join(KINDS)} or all")
    with database.reading() as store:
        if out is not None:
            _write_files(store, _files(kind, form, out), form)
        elif form == "xlsx":
            raise BadInput("xlsx goes into a file: add --out FILE")
        elif kind != "all":
            _write(store, kind, form, stdout)
        elif form == "json":
            _write_all(store, stdout)
        else:
            raise BadInput("all kinds as csv are several files: add --out FOLDER or FILE.zip, or say --format json")


def _form_of(kind: str, out: Path | None) -> str:
    """As the file is called; what fits into one stream is all that can be said without a file."""
    if out is None:
        return "json" if kind == "all" else "csv"
    called = out.suffix.casefold().removeprefix(".")
    return called if called in FORMS and not out.is_dir() else "csv"


def exported(store: Store, kind: str, member: Member) -> tuple[str, bytes, int]:
    """What `member` may see of one kind of record, or of `all`, as a CSV or several in a ZIP: name, bytes and rows."""
    kinds = [kind] if kind in KINDS else list(KINDS)
    written = [_csv(store, each, member) for each in kinds]
    rows = sum(number for _, number in written)
    if kind in KINDS:
        return f"{kind}.csv", written[0][0], rows
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, (data, _) in zip(kinds, written, strict=True):
            archive.writestr(f"{each}.csv", data)
    return "all.zip", packed.getvalue(), rows


def _csv(store: Store, kind: str, member: Member) -> tuple[bytes, int]:
    rows, out, fields = list(rows_of(store, kind, member)), io.StringIO(newline=""), KINDS[kind].fields
    write_csv(out, fields, ([row[name] or "" for name in fields] for row in rows))
    return out.getvalue().encode("utf-8-sig"), len(rows)  # Excel reads Chinese only behind this sign


# Files


def _files(kind: str, form: str, out: Path) -> dict[str, Path]:
    if kind != "all":
        if out.is_dir():
            raise BadInput(f"{out} is a folder: name a file")
        return {kind: out}
    if out.suffix.casefold() == (".zip" if form == "csv" else f".{form}") and not out.is_dir():
        return {"all": out}
    if out.suffix.casefold() == ".csv" or (out.exists() and not out.is_dir()):
        raise BadInput(f"{out} is one file: all kinds go into a folder, a .json, an .xlsx or a .zip")
    return {each: out / f"{each}.{form}" for each in KINDS}


def _write_files(store: Store, files: Mapping[str, Path], form: str) -> None:
    """Under other names first: what stands there already is replaced when all is written."""
    made: dict[Path, Path] = {}
    try:
        for kind, file in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # for its owner's eyes only
            os.close(descriptor)
            made[file] = Path(name)
            _write_file(store, kind, form, made[file])
        for file, written in made.items():
            written.replace(file)
    except OSError as error:
        raise BadInput(f"{error.filename or 'the file'}: {error.strerror or 'cannot be written'}") from error
    finally:
        for written in made.values():
            with suppress(OSError):
                written.unlink(missing_ok=True)


def _write_file(store: Store, kind: str, form: str, file: Path) -> None:
    kinds = KINDS if kind == "all" else (kind,)
    if form == "xlsx":
        write_xlsx(file, ((each, KINDS[each].fields, _cells(store, each)) for each in kinds))
    elif kind == "all" and form == "csv":
        _write_zip(store, file)
    else:
        with file.open("w", encoding="utf-8", newline="") as out:
            if kind == "all":
                _write_all(store, out)
            else:
                _write(store, kind, form, out)
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _write_zip(store: Store, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in KINDS:
            with (
                archive.open(f"{each}.csv", "w") as packed,
                io.TextIOWrapper(packed, encoding="utf-8", newline="") as out,
            ):
                _write(store, each, "csv", out)


def _write(store: Store, kind: str, form: str, out: TextIO) -> None:
    if form == "csv":
        write_csv(out, KINDS[kind].fields, _cells(store, kind))
    else:
        out.writelines(_json(rows_of(store, kind)))
        out.write("\n")


def _write_all(store: Store, out: TextIO) -> None:
    for at, kind in enumerate(KINDS):
        out.write(f"{',' if at else '{'}\n{json.dumps(kind)}: ")
        out.writelines(_json(rows_of(store, kind)))
    out.write("\n}\n")


def _json(rows: Iterable[Flat]) -> Iterator[str]:
    mark = "["
    for row in rows:
        yield f"{mark}\n{json.dumps(row, ensure_ascii=False)}"
        mark = ","
    yield "[]" if mark == "[" else "\n]"


def _cells(store: Store, kind: str) -> Iterator[list[str]]:
    fields = KINDS[kind].fields
    return ([row[name] or "" for name in fields] for row in rows_of(store, kind))


# Rows


def rows_of(store: Store, kind: str, member: Member | None = None) -> Iterator[Flat]:
    """All records of a kind that `member` may see, in the order of their refs, read page by page."""
    told = KINDS[kind]
    for page in _pages(store.connection, _seen_by(member, kind)):
        more = _more(store, kind, page)
        for row in page:
            flat = {"ref": f"{told.letter}{row.id}"} | told.flat(row) | more.get(row.id, {})
            yield {name: flat[name] or None for name in told.fields}


def _seen_by(member: Member | None, kind: str) -> Select[Any]:
    """At the console and for owners that is everything; else what is the team's, or nobody's."""
    query = KINDS[kind].query
    if member is None or member.scope(Permission.EXPORT) is Scope.ALL:
        return query
    team = select(MEMBER.c.id).where(MEMBER.c.team == member.team)

    def mine(owner: Any) -> Any:
        return or_(owner.in_(team), owner.is_(None))

    if kind in OWNED:
        return query.where(mine(OWNED[kind].c.owner_id))
    if kind in OF_CUSTOMERS:
        theirs = CUSTOMER.alias("theirs")
        return query.where(OF_CUSTOMERS[kind].c.customer_id.in_(select(theirs.c.id).where(mine(theirs.c.owner_id))))
    return query


OWNED = {"customers": CUSTOMER, "deals": DEAL, "tasks": TASK, "tickets": TICKET}
OF_CUSTOMERS = {"orders": ORDER, "interactions": INTERACTION, "surveys": SURVEY}


def _pages(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    id, last = query.selected_columns.id, 0
    while page := connection.execute(query.where(id > last).order_by(id).limit(PAGE)).all():
        yield page
        last = page[-1].id


def _more(store: Store, kind: str, page: Sequence[Any]) -> Mapping[int, Flat]:
    """What is kept beside the rows or sealed."""
    if kind == "customers":
        return _contacts(store.connection, store.keys, [row.id for row in page])
    return {}


def _contacts(connection: Connection, keys: Keys, ids: Sequence[int]) -> Mapping[int, Flat]:
    found: dict[int, dict[str, list[str]]] = {id: {"phones": [], "emails": [], "tags": []} for id in ids}
    handles = select(HANDLE.c.customer_id, HANDLE.c.kind, HANDLE.c.seal_id, HANDLE.c.value)
    handles = handles.where(HANDLE.c.customer_id.in_(ids), HANDLE.c.kind.in_(("phone", "email")))
    for row in connection.execute(handles.order_by(HANDLE.c.id)):
        value = keys.open(f"handle.{row.kind}", row.seal_id, row.value).decode()
        found[row.customer_id][f"{row.kind}s"].append(value)
    tags = select(TAG.c.customer_id, TAG.c.tag).where(TAG.c.customer_id.in_(ids)).order_by(TAG.c.tag)
    for row in connection.execute(tags):
        found[row.customer_id]["tags"].append(row.tag)
    return {id: {name: "; ".join(values) for name, values in each.items()} for id, each in found.items()}


# How a value is said


def _ref_of(letter: str, id: int | None) -> str | None:
    return f"{letter}{id}" if id else None


def _money(amount: int | None, currency: str | None, name: str = "amount") -> Flat:
    said = canonical(Money(amount, currency)) if amount is not None and currency else None
    return {name: said, "currency": currency}


def _day(day: date | None) -> str | None:
    if isinstance(day, datetime):
        day = day.astimezone(UTC).date()
    return day.isoformat() if day else None


def _moment(moment: datetime | None, zone: str = "UTC") -> str | None:
    """With its time, unless only the day is known."""
    if moment is None or moment.astimezone(UTC).time() == NOON:
        return _day(moment)
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _due(row: Any) -> str | None:
    if row.due_at is None:
        return None
    due: datetime = row.due_at.astimezone(ZoneInfo(row.due_zone))
    return due.date().isoformat() if row.all_day else due.isoformat(timespec="seconds")


def _query(table: Any, *, owner: str = "owner_id") -> Any:
    """A record with the names of its customer and, where it has them, its product and its owner."""
    joined = table.outerjoin(CUSTOMER, table.c.customer_id == CUSTOMER.c.id)
    columns = [CUSTOMER.c.name.label("customer")]
    if owner in table.c:
        joined = joined.outerjoin(MEMBER, table.c[owner] == MEMBER.c.id)
        columns.append(MEMBER.c.name.label("member"))
    if "product_id" in table.c:
        joined = joined.outerjoin(PRODUCT, table.c.product_id == PRODUCT.c.id)
        columns.append(PRODUCT.c.name.label("product"))
    return select(table, *columns).select_from(joined)


def _customers() -> Any:
    """Those that are archived, or became one with another, are not told of."""
    joined = CUSTOMER.outerjoin(COMPANY, CUSTOMER.c.company_id == COMPANY.c.id)
    joined = joined.outerjoin(MEMBER, CUSTOMER.c.owner_id == MEMBER.c.id)
    columns = select(CUSTOMER, COMPANY.c.name.label("company"), MEMBER.c.name.label("member"))
    return columns.select_from(joined).where(CUSTOMER.c.archived_at.is_(None))


def _customer(row: Any) -> Flat:
    return {"name": row.name, "kind": row.kind, "company": row.company, "owner": row.member or row.owner_name}


def _product(row: Any) -> Flat:
    return {"name": row.name} | _money(row.price, row.currency, "price")


def _deal(row: Any) -> Flat:
    said = {"customer": row.customer, "title": row.title, "stage": row.stage, "close_date": _day(row.close_date)}
    said |= {"owner": row.member or row.owner_name, "product": row.product, "created": _day(row.created_at)}
    return said | _money(row.amount, row.currency)


def _order(row: Any) -> Flat:
    return {"customer": row.customer, "product": row.product, "at": _moment(row.at)} | _money(row.amount, row.currency)


def _task(row: Any) -> Flat:
    said = {"subject": row.subject, "customer": row.customer, "due": _due(row), "status": row.status}
    return said | {"priority": row.priority, "owner": row.member or row.owner_name}


def _ticket(row: Any) -> Flat:
    said = {name: getattr(row, name) for name in ("subject", "customer", "category", "priority", "status")}
    said |= {"opened": _moment(row.opened_at), "closed": _moment(row.closed_at)}
    return said | {"owner": row.member or row.owner_name}


def _interaction(row: Any) -> Flat:
    said = {"customer": row.customer, "kind": row.kind, "when": _moment(row.at), "text": row.text}
    return said | {"by": row.member or row.author}


def _survey(row: Any) -> Flat:
    said = {"ticket": _ref_of("K", row.ticket_id), "customer": row.customer, "comment": row.comment}
    score = None if row.score is None else str(row.score)
    return said | {"score": score, "sent": _moment(row.sent_at), "answered": _moment(row.answered_at)}


def _campaign(row: Any) -> Flat:
    return {"title": row.title, "category": row.category} | _money(row.budget, row.currency, "budget")


def _kind(fields: str, letter: str, query: Any, flat: Callable[[Any], Flat]) -> Kind:
    return Kind(["ref", *fields.split()], letter, query, flat)


KINDS: dict[str, Kind] = {
    "customers": _kind("name kind company phones emails owner tags", "C", _customers(), _customer),
    "deals": _kind("customer title amount currency stage close_date owner product created", "D", _query(DEAL), _deal),
    "products": _kind("name price currency", "P", select(PRODUCT), _product),
    "orders": _kind("customer product amount currency at", "O", _query(ORDER), _order),
    "tasks": _kind("subject customer due status priority owner", "T", _query(TASK), _task),
    "tickets": _kind("subject customer category priority status owner opened closed", "K", _query(TICKET), _ticket),
    "interactions": _kind("customer kind when text by", "I", _query(INTERACTION, owner="by"), _interaction),
    "surveys": _kind("ticket customer score comment sent answered", "S", _query(SURVEY), _survey),
    "campaigns": _kind("title category budget currency", "M", select(CAMPAIGN), _campaign),
}
