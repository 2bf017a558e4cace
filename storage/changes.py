"""Every change of a record, written by one hook and taken back from what it wrote."""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Date, and_, event, insert, inspect, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import UOWTransaction
from sqlmodel import Session, SQLModel, col, select

from crmbot.errors import LastOwner, NotAllowed, Refused
from crmbot.people import Member, Permission
from crmbot.reply import text
from storage.columns import Moment, is_binary
from storage.search import index
from storage.secrets import Keys
from storage.statements import Statement, connection_of
from storage.tables import (
    Alert,
    Batch,
    Campaign,
    CampaignFigure,
    Change,
    Customer,
    Deal,
    DealStage,
    Handle,
    Interaction,
    Invite,
    LessonRow,
    LinkedPlace,
    Mailing,
    MemberRow,
    Order,
    Product,
    Recipient,
    Room,
    Schedule,
    Survey,
    Tag,
    Target,
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
TRACKED += (Campaign, CampaignFigure, Target, Batch, MemberRow, Invite, Room, Schedule, Alert, LinkedPlace)
TRACKED += (LessonRow, Mailing, Recipient)
KINDS: dict[str, type[Tracked]] = {kind.__name__: kind for kind in TRACKED}
PART_OF: dict[str, tuple[str, type[Tracked]]] = {  # whose rows have no ref: they are told by the record they belong to
    CampaignFigure.__name__: ("campaign_id", Campaign),
    DealStage.__name__: ("deal_id", Deal),
    Handle.__name__: ("customer_id", Customer),
    Tag.__name__: ("customer_id", Customer),
}
WINDOW = timedelta(hours=24)
LONG_WINDOW = timedelta(days=7)  # of a merge, by its own button
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
        self.soonest: datetime | None = None
        self.forget()

    def by(self, member: Member | None, kind: str, at: datetime) -> None:
        self.member_id, self.kind, self.at = member.id if member else None, kind, at

    def at_the_console(self, kind: str, at: datetime) -> None:
        """Whoever may start the bot may do this; a message that is being handled keeps its own name."""
        if not self.kind:
            self.by(None, kind, at)

    def note(self, row: Tracked, fields: Iterable[str], images: bytes, *, new: bool) -> None:
        self.changed = True
        if row.letter:
            self.refs.append(row.ref)
            if new and not self.undoing:
                self.new.add(row.ref)
        self.fields.extend(f"{type(row).__name__}.{field}" for field in fields)
        self._digest.update(images)
        for at in (getattr(row, column) for column in row.falls_due.values()):
            if at and (self.soonest is None or at < self.soonest):
                self.soonest = at

    def forget(self) -> None:
        self.changed = False
        self.refs: list[str] = []
        self.new: set[str] = set()  # of those, what was not there before
        self.fields: list[str] = []
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> bytes:
        """Of what was written, sealed as it is: it tells nothing of the values."""
        return self._digest.digest()


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
        ADD.run_many(connection_of(session), values)
    index(connection_of(session), rows)


def record(session: Session, row: Tracked) -> None:
    """What the hook does, for a row that was added without a flush."""
    acting: Acting = session.info["acting"]
    change = _change(row, acting, was=False, stays=True)
    connection = connection_of(session)
    if change and acting.message is not None:
        ADD.run(connection, change)
    index(connection, [(row, False, True)])


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
    sealed = [acting.keys.seal("change", seal_id, to_json(image)) if image else None for image in (before, after)]
    said = fields if was and stays else ["added" if stays else "deleted"]
    acting.note(row, said, (sealed[0] or b"") + (sealed[1] or b""), new=not was)
    return {
        "handled_id": acting.message,
        "by": acting.member_id,
        "at": acting.at,
        "kind": type(row).__name__,
        "row": row.id,
        "seal_id": seal_id,
        "undoes": acting.undoing,
        "lasting": False,
        "before": sealed[0],
        "after": sealed[1],
    }


def _image(row: Tracked, *, before: bool = False) -> dict[str, Any]:
    state = inspect(row)
    image = {key: state.dict.get(key) for key in columns_of(type(row))}
    if before:
        for key in image:
            if past := state.attrs[key].history.deleted:
                image[key] = past[0]
    return {key: _plain(value) for key, value in image.items()}


@cache
def columns_of(kind: type[Tracked]) -> tuple[str, ...]:
    """The names of a table's columns as attributes, in their order."""
    return tuple(inspect(kind).column_attrs.keys())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The records that are as they were; `redone`: what was taken back had been an undo itself."""

    refs: list[str]
    redone: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A message that changed something, and what its records are called."""

    message: int
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Past:
    """One change of a record, as the row was before and after: None where it was not there."""

    at: datetime
    by: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


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
        lately = or_(
            col(Change.at) >= now - WINDOW,
            and_(col(Change.lasting).is_(True), col(Change.at) >= now - LONG_WINDOW, col(Change.handled_id) == message),
        )
        mine = select(Change).where(Change.by == member.id, lately, col(Change.undone_by).is_(None))
        if message is None:
            message = self._last(member, now)
        changes = self._session.exec(mine.where(Change.handled_id == message).order_by(col(Change.id).desc())).all()
        if not changes:
            raise Refused(text("nothing-to-undo"))
        for change in changes:
            self._refuse_if_changed_since(change)
            self._refuse_if_not_theirs(change, member)
        owned = self._has_owner()
        self._acting.undoing = True
        for change in changes:
            self._restore(change)
            change.undone_by = self.message
        self._acting.undoing = False
        if owned and not self._has_owner():
            raise LastOwner
        stands_again = update(Change).where(col(Change.undone_by) == message).values(undone_by=None)
        redone = self._session.execute(stands_again).rowcount > 0  # type: ignore[attr-defined]  # an update has one
        return TakenBack(sorted({ref for change in changes if (ref := self._ref_to_tell(change))}), redone)

    def _last(self, member: Member, now: datetime) -> int | None:
        """The latest message of theirs that still stands."""
        mine = select(Change.handled_id).where(Change.by == member.id, col(Change.at) >= now - WINDOW)
        message: int | None = self._session.exec(_standing(mine).order_by(col(Change.id).desc()).limit(1)).first()
        return message

    def last(self, member: Member, now: datetime) -> Done | None:
        """What a typed undo would take back."""
        message = self._last(member, now)
        if message is None:
            return None
        changes = self._session.exec(_standing(select(Change).where(Change.handled_id == message)))
        labels = {self._label(change) for change in changes} - {""}
        whole = [label for label in labels if not any(other.startswith(f"{label} ·") for other in labels)]
        return Done(message, sorted(whole))

    def _label(self, change: Change) -> str:
        """What its record is called; by its ref alone where it has no name, or is not there any more."""
        row = self._session.get(KINDS[change.kind], change.row)
        label: str = getattr(row, "label", "") or self._ref_to_tell(change)
        return label

    def _ref_to_tell(self, change: Change) -> str:
        if change.kind not in PART_OF:
            return _ref(change)
        column, kind = PART_OF[change.kind]
        before, after = self._images(change)
        return f"{kind.letter}{(after or before or {})[column]}"

    @contextmanager
    def continuing(self, row: Tracked, since: datetime | None) -> Iterator[None]:
        """Meanwhile is changed what belongs to the member's own change of `row` at `since`: the two are one to undo.

        Only where nothing happened to it after that, and while that change may still be taken back.
        """
        latest = _standing(select(Change).where(Change.kind == type(row).__name__, Change.row == row.id))
        before = self._session.exec(latest.order_by(col(Change.id).desc()).limit(1)).first()
        own = before and before.by == self._acting.member_id and before.at == since
        now, its = self._acting.message, before.handled_id if before and own else None
        if its is not None and self._acting.at - before.at < WINDOW:
            self._acting.message = its
        try:
            yield
            self._session.flush()
        finally:
            self._acting.message = now

    def lasts_a_week(self) -> None:
        """What this message does may be taken back for so long."""
        self._session.flush()
        mine = update(Change).where(col(Change.handled_id) == self.message)
        self._session.execute(mine.values(lasting=True))

    def history(self, row: Tracked, limit: int = 50) -> list[Past]:
        """What was done to a record, the newest first."""
        query = select(Change, MemberRow.name).join(MemberRow, col(MemberRow.id) == Change.by, isouter=True)
        mine = query.where(Change.kind == type(row).__name__, Change.row == row.id)
        found = self._session.exec(mine.order_by(col(Change.id).desc()).limit(limit))
        return [Past(each.at, name or "", *self._images(each)) for each, name in found]

    def _images(self, change: Change) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        before, after = (
            json.loads(self._acting.keys.open("change", change.seal_id, sealed)) if sealed else None
            for sealed in (change.before, change.after)
        )
        return before, after

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

    @staticmethod
    def _refuse_if_not_theirs(change: Change, member: Member) -> None:
        """Who changed others' rights and may not do so any more cannot take it back either."""
        rights = change.kind == Invite.__name__ or (change.kind == MemberRow.__name__ and change.row != member.id)
        if rights and not member.may(Permission.WRITE_MEMBERS):
            raise NotAllowed(member.role)

    def _has_owner(self) -> bool:
        owners = select(MemberRow.id).where(MemberRow.role == "owner", col(MemberRow.active).is_(True))
        return self._session.exec(owners.limit(1)).first() is not None

    def _restore(self, change: Change) -> None:
        kind, ref = KINDS[change.kind], _ref(change)  # after an error the session knows nothing any more
        row = self._session.get(kind, change.row)
        try:
            if change.before is None:
                if row is not None and row.is_final:
                    raise Refused(text("already-sent"))
                if isinstance(row, Deal):  # its first stage is a part of it, with no change of its own
                    first = select(DealStage).where(DealStage.deal_id == row.id, DealStage.at == row.created_at)
                    for stage in self._session.exec(first):
                        self._session.delete(stage)
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
    if is_binary(kind):
        return base64.b64decode(value)
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _ref(change: Change) -> str:
    letter = KINDS[change.kind].letter
    return f"{letter}{change.row}" if letter else ""
