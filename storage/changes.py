"""Every change of a record, written by one hook and taken back from what it wrote."""

import base64
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256, Hash
from sqlalchemy import Date, LargeBinary, event, insert, inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import UOWTransaction
from sqlmodel import Session, SQLModel, col, select

from crmbot.errors import Refused
from crmbot.people import Member
from crmbot.reply import text
from storage.columns import Moment
from storage.search import index
from storage.secrets import Keys
from storage.statements import Statement
from storage.tables import (
    Batch,
    Campaign,
    CampaignFigure,
    Change,
    Customer,
    Deal,
    DealStage,
    Handle,
    Interaction,
    MemberRow,
    Order,
    Product,
    Survey,
    Tag,
    Task,
    Ticket,
    Tracked,
)

TRACKED: tuple[type[Tracked], ...] = (
    Customer,
    Handle,
    Tag,
    Product,
    Deal,
    DealStage,
    Interaction,
    Task,
    Ticket,
    Survey,
    Order,
)
TRACKED += (Campaign, CampaignFigure, Batch, MemberRow)
KINDS: dict[str, type[Tracked]] = {kind.__name__: kind for kind in TRACKED}
WINDOW = timedelta(hours=24)
ADD = Statement(insert(Change.__table__))  # type: ignore[attr-defined]  # SQLModel hides its table


class Acting:
    """Who changes rows, at which message and command, and what was changed so far."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.message: int | None = None
        self.member_id: int | None = None
        self.kind = ""
        self.at = datetime.min.replace(tzinfo=UTC)
        self.undoing = False
        self.changed = False
        self.forget()

    def by(self, member: Member | None, kind: str, at: datetime) -> None:
        self.member_id, self.kind, self.at = member.id if member else None, kind, at

    def at_the_console(self, kind: str, at: datetime) -> None:
        """Whoever may start the bot may do this; a message that is being handled keeps its own name."""
        if not self.kind:
            self.by(None, kind, at)

    def note(self, row: Tracked, fields: Iterable[str], images: bytes) -> None:
        self.changed = True
        if row.letter:
            self.refs.append(row.ref)
        self.fields.extend(f"{type(row).__name__}.{field}" for field in fields)
        self._digest.update(images)

    def forget(self) -> None:
        self.changed = False
        self.refs: list[str] = []
        self.fields: list[str] = []
        self._digest = Hash(SHA256())

    @property
    def digest(self) -> bytes:
        """Of what was written, sealed as it is: it tells nothing of the values."""
        return self._digest.copy().finalize()


@event.listens_for(Session, "after_flush")
def _record(session: Session, _: UOWTransaction) -> None:
    acting: Acting | None = session.info.get("acting")
    if acting is None:
        return
    rows = [(row, False, True) for row in sorted(session.new, key=_depth)]
    rows += [(row, True, True) for row in session.dirty]
    rows += [(row, True, False) for row in sorted(session.deleted, key=_depth, reverse=True)]
    values = [
        change
        for row, was, stays in rows
        if isinstance(row, Tracked) and (change := _change(row, acting, was=was, stays=stays))
    ]
    if values and acting.message is not None:  # what no message did, the command line say, is audited but not undone
        ADD.run_many(session.connection(), values)
    index(session.connection(), rows)


def record(session: Session, row: Tracked) -> None:
    """What the hook does, for a row that was added without a flush."""
    acting: Acting = session.info["acting"]
    change = _change(row, acting, was=False, stays=True)
    if change and acting.message is not None:
        ADD.run(session.connection(), change)
    index(session.connection(), [(row, False, True)])


@cache
def _depths() -> dict[str, int]:
    return {table.name: at for at, table in enumerate(SQLModel.metadata.sorted_tables)}


def _depth(row: Any) -> int:
    """Rows that others point to come first: undo goes the other way."""
    return _depths()[row.__table__.name]


def _change(row: Tracked, acting: Acting, *, was: bool, stays: bool) -> dict[str, Any] | None:
    before, after = _image(row, before=True) if was else None, _image(row) if stays else None
    fields = [name for name in (after or before or {}) if (before or {}).get(name) != (after or {}).get(name)]
    if not fields or fields == ["version"]:
        return None
    seal_id = os.urandom(16)
    sealed = [
        acting.keys.seal("change", seal_id, json.dumps(image, ensure_ascii=False).encode()) if image else None
        for image in (before, after)
    ]
    acting.note(
        row, fields if was and stays else ["added" if stays else "deleted"], (sealed[0] or b"") + (sealed[1] or b"")
    )
    return {
        "handled_id": acting.message,
        "by": acting.member_id,
        "at": acting.at,
        "kind": type(row).__name__,
        "row": row.id,
        "seal_id": seal_id,
        "undoes": acting.undoing,
        "before": sealed[0],
        "after": sealed[1],
    }


def _image(row: Tracked, *, before: bool = False) -> dict[str, Any]:
    state = inspect(row)
    image = {}
    for attribute in state.mapper.column_attrs:
        value = state.dict.get(attribute.key)
        if before and (past := state.attrs[attribute.key].history.deleted):
            value = past[0]
        image[attribute.key] = _plain(value)
    return image


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The records that are as they were; `redone`: what was taken back had been an undo itself."""

    refs: list[str]
    redone: bool


class Changes:
    def __init__(self, session: Session, acting: Acting) -> None:
        self._session = session
        self._acting = acting

    @property
    def message(self) -> int:
        """The message being handled: what an undo button has to name."""
        assert self._acting.message is not None
        return self._acting.message

    def take_back(self, member: Member, message: int | None, now: datetime) -> TakenBack:
        """Undo what one message of `member` changed, the last by default, all of it or nothing."""
        mine = select(Change).where(Change.by == member.id, Change.at >= now - WINDOW, col(Change.undone_by).is_(None))
        if message is None:
            last = _standing(mine).with_only_columns(col(Change.handled_id)).order_by(col(Change.id).desc()).limit(1)
            message = self._session.scalars(last).first()
        changes = self._session.exec(mine.where(Change.handled_id == message).order_by(col(Change.id).desc())).all()
        if not changes:
            raise Refused(text("nothing-to-undo"))
        for change in changes:
            self._refuse_if_changed_since(change)
        self._acting.undoing = True
        for change in changes:
            self._restore(change)
            change.undone_by = self.message
        self._acting.undoing = False
        stands_again = update(Change).where(col(Change.undone_by) == message).values(undone_by=None)
        redone = self._session.execute(stands_again).rowcount > 0  # type: ignore[attr-defined]  # an update has one
        return TakenBack(sorted({ref for change in changes if (ref := _ref(change))}), redone)

    def any_of(self, member: Member, message: int) -> bool:
        """Whether the message changed anything that could be taken back."""
        mine = select(Change.id).where(Change.by == member.id, Change.handled_id == message)
        return self._session.exec(mine.where(col(Change.undone_by).is_(None)).limit(1)).first() is not None

    def _refuse_if_changed_since(self, change: Change) -> None:
        since = select(Change).where(Change.kind == change.kind, Change.row == change.row)
        others = since.where(col(Change.id) > change.id, Change.handled_id != change.handled_id)
        if other := self._session.exec(_standing(others).limit(1)).first():
            who = self._session.get(MemberRow, other.by) if other.by else None
            raise Refused(text("changed-since", who=who.name if who else "–", ref=_ref(change) or "–"))

    def _restore(self, change: Change) -> None:
        kind, ref = KINDS[change.kind], _ref(change)  # after an error the session knows nothing any more
        row = self._session.get(kind, change.row)
        try:
            if change.before is None:
                if row is not None:
                    self._session.delete(row)
            else:
                image = json.loads(self._acting.keys.open("change", change.seal_id, change.before))
                self._put_back(kind, row, image)
            self._session.flush()
        except IntegrityError as error:
            raise Refused(text("in-use", ref=ref or "–")) from error

    def _put_back(self, kind: type[Tracked], row: Tracked | None, image: dict[str, Any]) -> None:
        row = row or kind(id=image["id"])
        for attribute in inspect(kind).column_attrs:
            if attribute.key not in ("id", "version") and attribute.key in image:
                setattr(row, attribute.key, _typed(attribute.columns[0].type, image[attribute.key]))
        self._session.add(row)


def _standing(query: Any) -> Any:
    """Only changes that count: neither taken back, nor the taking back of another."""
    return query.where(col(Change.undone_by).is_(None), col(Change.undoes).is_(False))


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _ref(change: Change) -> str:
    letter = KINDS[change.kind].letter
    return f"{letter}{change.row}" if letter else ""
