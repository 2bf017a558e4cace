"""What comes out: all of it, in the agreed fields, and nothing that a spreadsheet would run."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.errors import BadInput
from crmbot.words import say
from storage import Database, open_database
from storage.exports import KINDS, export_to
from storage.files import guarded, unguarded
from storage.imports import import_file
from storage.tables import Campaign, Customer, Deal, Interaction, Order, Product, Survey, Tag, Task, Ticket

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BEGINNINGS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "\u00a0+",
    "\u3000-",
    "\u200b=",
    "'=",
)
ENDINGS = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.test","x")')
HOSTILE = [begin + end for begin in BEGINNINGS for end in ENDINGS]
FIELDS = {
    "customers": "ref name kind company phones emails owner tags",
    "deals": "ref customer title amount currency stage close_date owner product created",
    "tasks": "ref subject customer due status priority owner",
    "tickets": "ref subject customer category priority status owner opened closed",
    "interactions": "ref customer kind when text by",
    "surveys": "ref ticket customer score comment sent answered",
    "campaigns": "ref title category budget currency",
    "orders": "ref customer product amount currency at",
    "products": "ref name price currency",
}


@pytest.fixture
def database(blank: Callable[[Path], str], compiled: dict, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(blank(tmp_path / "x.db"))
    opened.engine.update_execution_options(compiled_cache=compiled)
    yield opened
    opened.close()


def fill(database: Database, words: list[str]) -> None:
    """A record of every kind for each of the words, in every field that takes text."""
    for at, text in enumerate(words):
        database.run(lambda store, at=at, text=text: _add(store.session, at, text))  # type: ignore[misc]  # bound now


def _add(session: Any, at: int, text: str) -> None:
    product = Product(name=text, name_key=f"{at}", price=1250, currency="EUR")
    customer = Customer(kind="person", name=text, name_key=text, owner_name=text, created_at=NOW)
    session.add_all([product, customer])
    session.flush()
    id = customer.id or 0
    ticket = Ticket(customer_id=id, subject=text, owner_name=text, opened_at=NOW)
    session.add_all([ticket, Tag(customer_id=id, tag=text[:64])])
    session.flush()
    session.add_all(
        [
            Deal(
                customer_id=id,
                product_id=product.id,
                title=text,
                owner_name=text,
                amount=1,
                currency="JPY",
                created_at=NOW,
            ),
            Task(subject=text, customer_id=id, owner_name=text, due_at=NOW, due_zone="Asia/Shanghai", created_at=NOW),
            Interaction(customer_id=id, at=NOW, text=text, author=text),
            Survey(customer_id=id, ticket_id=ticket.id, score=4, comment=text),
            Order(customer_id=id, product_id=product.id, amount=1205, currency="USD", at=NOW),
            Campaign(title=text, name_key=text, budget=100, currency="KWD", created_at=NOW),
        ]
    )


def exported(database: Database, kind: str, form: str = "json") -> str:
    out = io.StringIO(newline="")
    export_to(database, kind, form, None, out)
    return out.getvalue()


def test_every_kind_has_the_agreed_fields(database: Database) -> None:
    fill(database, ["Acme"])
    told = {kind: json.loads(exported(database, kind)) for kind in KINDS}
    assert {kind: " ".join(rows[0]) for kind, rows in told.items()} == FIELDS
    assert told["deals"][0] == {
        "ref": "D1", "customer": "Acme", "title": "Acme", "amount": "1", "currency": "JPY", "stage": "lead",
        "close_date": None, "owner": "Acme", "product": "Acme", "created": "2026-11-22",
    }  # fmt: skip
    assert told["orders"][0]["amount"] == "12.05"
    assert told["products"][0]["price"] == "12.5"
    assert told["campaigns"][0]["budget"] == "0.1"
    assert told["tasks"][0]["due"] == "2026-11-22T17:30:00+08:00"
    assert told["interactions"][0]["when"] == "2026-11-22T09:30:00+00:00"
    assert told["surveys"][0] | {"comment": None} == {
        "ref": "S1", "ticket": "K1", "customer": "Acme", "score": "4", "comment": None, "sent": None, "answered": None,
    }  # fmt: skip


def test_all_is_one_object_or_a_folder(database: Database, tmp_path: Path) -> None:
    fill(database, ["Acme", "Beta"])
    assert {kind: len(rows) for kind, rows in json.loads(exported(database, "all")).items()} == dict.fromkeys(KINDS, 2)
    for form in ("csv", "json", "xlsx"):
        export_to(database, "all", form, tmp_path / form, io.StringIO())
        assert sorted(file.name for file in (tmp_path / form).iterdir()) == sorted(f"{kind}.{form}" for kind in KINDS)


def test_an_empty_database_gives_empty_lists(database: Database) -> None:
    assert json.loads(exported(database, "deals")) == []
    assert json.loads(exported(database, "all")) == {kind: [] for kind in KINDS}
    assert exported(database, "orders", "csv") == "ref,customer,product,amount,currency,at\r\n"


@pytest.mark.parametrize(
    ("kind", "form", "out"),
    [("horses", "csv", None), ("deals", "pdf", None), ("deals", "xlsx", None), ("all", "csv", None),
     ("deals", "csv", ""), ("all", "json", "x.db"), ("deals", "csv", "x.db/deals.csv")],
)  # fmt: skip
def test_what_cannot_be_exported_is_said_in_one_line(
    database: Database, tmp_path: Path, kind: str, form: str, out: str | None
) -> None:
    with pytest.raises(BadInput) as error:
        export_to(database, kind, form, None if out is None else tmp_path / out, io.StringIO())
    assert "\n" not in str(error.value)


def test_a_file_is_whole_or_as_it_was(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, ["Acme"])
    file = tmp_path / "out" / "deals.csv"
    export_to(database, "deals", "csv", file, io.StringIO())
    before = file.read_bytes()

    def fails(row: Any) -> dict[str, str | None]:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(KINDS, "deals", replace(KINDS["deals"], flat=fails))
    with pytest.raises(BadInput, match="No space left"):
        export_to(database, "deals", "csv", file, io.StringIO())
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["deals.csv"]
    assert file.stat().st_mode & 0o077 == 0


def test_more_than_a_page(database: Database) -> None:
    database.run(
        lambda store: store.session.add_all(
            Customer(kind="person", name=f"P{n}", name_key=f"p{n}", created_at=NOW) for n in range(1203)
        )
    )
    assert [row["ref"] for row in json.loads(exported(database, "customers"))] == [f"C{n + 1}" for n in range(1203)]


# Formulas


def test_no_cell_of_a_csv_file_acts(database: Database) -> None:
    assert len(HOSTILE) >= 50
    fill(database, HOSTILE)
    for kind in KINDS:
        table = list(csv.reader(io.StringIO(exported(database, kind, "csv"), newline="")))
        assert len(table) == len(HOSTILE) + 1
        for cell in (cell for row in table for cell in row):
            assert not cell.lstrip(" \u00a0\u3000\u200b").startswith(tuple("=+-@\t\r\n\0＝＋－＠")), (kind, cell)


def test_no_cell_of_an_excel_file_is_a_formula(database: Database, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    fill(database, [*HOSTILE, "#N/A", "plain\x01text"])
    export_to(database, "all", "xlsx", tmp_path / "out", io.StringIO())
    for kind in KINDS:
        sheet = load_workbook(tmp_path / "out" / f"{kind}.xlsx").active
        assert sheet is not None
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not [cell.value for cell in cells if str(cell.value).lstrip(" \u00a0\u3000\u200b")[0] in "=+-@＝＋－＠"]


@given(st.text("='+-@\t\r\n\0＝＋ \u200ba1", max_size=8))
def test_what_is_guarded_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("phones", ["+447700900123", "+44 7700 900123; +1 415 555 2671", "+447700900123; 12345"])
def test_phones_stand_as_they_are(phones: str) -> None:
    assert guarded(phones) == phones == unguarded(phones) == unguarded(f"'{phones}")


@pytest.mark.parametrize("formula", ["+1+1", "+1-2", "+1;=2", "+1; =2", "+1*2", "+A1", "+1\n", "+"])
def test_what_could_be_worked_out_is_no_phone(formula: str) -> None:
    assert guarded(formula) == f"'{formula}"


# There and back


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_exported_can_be_imported_here_and_elsewhere(
    database: Database, blank: Callable[[Path], str], tmp_path: Path, form: str
) -> None:
    source = tmp_path / "source.csv"
    source.write_text(
        "姓名,公司,手机,邮箱,标签\n王小明,智云科技,13800138000,a@x.test;b@x.test,vip;新\n"
        "Ann Wu,Acme,+1 415 555 2671,,\n"
    )
    take(database, "customers", source)
    source.write_text(
        "customer,title,amount,currency,stage,close_date,created,owner,product\n"
        + "Acme,Seats,12.5,EUR,won,2026-03-01,2026-01-01,Ann,Chair\n" * 3
        + ",,,,lead,,,Bob,\n" * 2
    )
    take(database, "deals", source)
    source.write_text(
        "customer,product,amount,currency,date\n"
        + "Acme,Chair,5,EUR,2026-01-02\n" * 2
        + "Acme,,1.234,KWD,2026-01-02 15:30\n"
    )
    take(database, "orders", source)
    other = open_database(blank(tmp_path / "other.db"))
    for kind in ("customers", "products", "deals", "orders"):
        file = tmp_path / f"{kind}.{form}"
        export_to(database, kind, form, file, io.StringIO())
        number = len(json.loads(exported(database, kind)))
        assert take(database, kind, file).endswith(f": 0 new, {number} same")
        assert take(other, kind, file).endswith(f": {number} new, 0 same")
        assert take(other, kind, file).endswith(f": 0 new, {number} same")
        assert without_refs(exported(other, kind)) == without_refs(exported(database, kind))
    other.close()


def take(database: Database, kind: str, file: Path) -> str:
    return say([*import_file(database, kind, file, "USD", "Asia/Shanghai", NOW, False)][-1][1], "en")


def without_refs(said: str) -> list[str]:
    return sorted(json.dumps({name: value for name, value in row.items() if name != "ref"}) for row in json.loads(said))
