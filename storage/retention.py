"""How long what is kept for a while is kept: one table of kinds and days, and the sweep that goes by it.

What the team wrote stays until somebody deletes it; this is about what the bot keeps to do its work.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from storage.audit import AUDIT, forget_up_to
from storage.database import Database
from storage.store import Store
from storage.tables import (
    Analysis,
    Change,
    Code,
    DialogueRow,
    Guess,
    Handled,
    Invite,
    JobRow,
    OutgoingRow,
    Survey,
    Waiting,
)

log = logging.getLogger(__name__)
AT_ONCE = 500  # rows in one transaction: nobody waits for long
BEFORE: Any = bindparam("before")


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of one kind: `which` of them are so many `days` old; they are deleted, or only what is `blank` is."""

    table: Any
    days: int
    which: Any
    blank: Mapping[str, Any] | None = None


def _t(kind: Any) -> Any:
    return kind.__table__


WAITING, HANDLED, DIALOGUE, CODE, GUESS = _t(Waiting), _t(Handled), _t(DialogueRow), _t(Code), _t(Guess)
INVITE, SURVEY, JOB, ANALYSIS = _t(Invite), _t(Survey), _t(JobRow), _t(Analysis)
OUTGOING, CHANGE = _t(OutgoingRow), _t(Change)
SAID = (OUTGOING.c.created_at < BEFORE) & (OUTGOING.c.sent_at.is_not(None) | OUTGOING.c.dead.is_not(None))
AT_WORK = select(JOB.c.progress_id).where(JOB.c.progress_id.is_not(None))
CLOSED = or_(SURVEY.c.expires_at < BEFORE, SURVEY.c.answered_at < BEFORE)

KINDS: dict[str, Kept] = {
    "messages put aside": Kept(WAITING, 30, WAITING.c.at < BEFORE),
    "messages known again": Kept(HANDLED, 30, HANDLED.c.at < BEFORE),
    "questions asked": Kept(DIALOGUE, 1, DIALOGUE.c.until < BEFORE),
    "codes": Kept(CODE, 30, CODE.c.expires_at < BEFORE),
    "wrong codes": Kept(GUESS, 1, GUESS.c.until < BEFORE),
    "invitations": Kept(INVITE, 30, INVITE.c.expires_at < BEFORE),
    "survey links": Kept(SURVEY, 30, SURVEY.c.token_key.is_not(None) & CLOSED, {"token_key": None}),
    "jobs": Kept(JOB, 30, JOB.c.finished_at < BEFORE),
    "pictures of reports": Kept(ANALYSIS, 1, (ANALYSIS.c.at < BEFORE) & ANALYSIS.c.reply.is_not(None), {"reply": None}),
    "replies": Kept(OUTGOING, 90, SAID & OUTGOING.c.desk.is_(None) & OUTGOING.c.id.not_in(AT_WORK)),
    "posts": Kept(OUTGOING, 90, SAID & (OUTGOING.c.body != b""), {"body": b""}),
    "changes": Kept(CHANGE, 180, CHANGE.c.at < BEFORE),
}  # fmt: skip
AUDIT_DAYS = 730


def sweep(database: Database, now: datetime) -> dict[str, int]:
    """Let go of all that was kept long enough; how much it was of each kind."""
    counts = {name: _sweep_one(database, kept, now) for name, kept in KINDS.items()}
    counts["audit"] = _sweep_audit(database, now - timedelta(days=AUDIT_DAYS))
    gone = {name: count for name, count in counts.items() if count}
    if gone:
        log.info("kept long enough: %s", ", ".join(f"{name} {count}" for name, count in gone.items()))
    return gone


def _sweep_one(database: Database, kept: Kept, now: datetime) -> int:
    [key] = kept.table.primary_key.columns
    old = select(key).where(kept.which).order_by(key).limit(AT_ONCE)
    before, count = {"before": now - timedelta(days=kept.days)}, 0
    while True:
        with database.reading() as store:  # to look takes longer than to delete, and holds nobody up here
            ids = list(store.connection.execute(old, before).scalars())
        if not ids:
            return count
        those = kept.which & key.in_(ids)  # one may have come to life again
        let_go = update(kept.table).where(those).values(kept.blank) if kept.blank else delete(kept.table).where(those)
        count += database.run(partial(_let_go, let_go, before))


def _let_go(statement: Any, before: dict[str, datetime], store: Store) -> int:
    return store.connection.execute(statement, before).rowcount


def _sweep_audit(database: Database, before: datetime) -> int:
    """From the beginning up to the first row that is younger: the chain goes on from the last one that went."""

    def work(connection: Connection) -> int:
        young = select(AUDIT.c.id).where(AUDIT.c.at >= before).order_by(AUDIT.c.id).limit(1)
        first = connection.execute(young).scalar()
        return forget_up_to(connection, first, AT_ONCE)

    count = 0
    while some := database.run(lambda store: work(store.connection)):
        count += some
    return count
