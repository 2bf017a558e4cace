"""Jobs as rows: committed with the message that asks for them, leased by whoever does them, finished once.

A job is finished by the transaction that sets its `finished_at`; the reply is written in that same transaction, so
there is one reply whatever is killed when. Why no engine of somebody else does this: docs/decisions/0008.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import bindparam, insert, or_, select, update

from crmbot.incoming import Place
from crmbot.people import Member, Role
from crmbot.reply import Against, Button, Finished, Later, Reply
from crmbot.sender import Outgoing
from crmbot.work import Claimed, Seen, Started
from storage import outbox
from storage.members import Members
from storage.tables import JobRow, PlaceRow

if TYPE_CHECKING:
    from storage.database import Database
    from storage.store import Store

JOB, PLACE = JobRow.__table__, PlaceRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
LEASE = timedelta(seconds=15)
BUTTONS = TypeAdapter(tuple[Button, ...])
AGAINST = TypeAdapter(Against | None)
OPEN = JOB.c.finished_at.is_(None)
FREE = OPEN & or_(JOB.c.leased_until.is_(None), JOB.c.leased_until < bindparam("moment"))
NEXT = select(JOB.c.id).where(FREE).order_by(JOB.c.id).limit(20)
LEASED = update(JOB).where(JOB.c.id == bindparam("job_id"), FREE)
MINE = update(JOB).where(JOB.c.id == bindparam("job_id"), JOB.c.worker == bindparam("me"), OPEN)
SEEN = select(JOB.c.id, JOB.c.finished_at, JOB.c.reply_id, JOB.c.worker, JOB.c.leased_until)
IN_FULL = select(JOB, PLACE.c.place_key, PLACE.c.body.label("place_body")).join_from(JOB, PLACE)


class Engine:
    def __init__(self, database: "Database", clock: Callable[[], datetime], token: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._token = token

    # The bot

    async def open(self, channels: Collection[str]) -> Sequence[Started]:
        """What is not finished yet of what was asked for on these channels."""

        def read(store: "Store") -> Sequence[Started]:
            rows = store.connection.execute(IN_FULL.where(OPEN, PLACE.c.channel.in_(list(channels)))).all()
            return [self._started(store, row) for row in rows]

        return await self._database.arun(read)

    async def look(self, jobs: Collection[int]) -> Sequence[Seen]:
        """How these are getting on; with the reply of one that is finished and not sent."""

        def read(store: "Store") -> Sequence[Seen]:
            rows = store.connection.execute(SEEN.where(JOB.c.id.in_(list(jobs)))).all()
            return [self._seen(store, row) for row in rows]

        return await self._database.arun(read)

    async def tell_progress(self, job: Started, reply: Reply) -> Outgoing | None:
        """A message that the job's answer will take the place of; none if the answer is there."""

        def write(store: "Store") -> Outgoing | None:
            now = self._clock()
            store.say(reply, job.place, job.language, self._token(), now)
            [told] = store.outgoing
            still_open = update(JOB).where(JOB.c.id == job.id, OPEN).values(progress_id=told.id)
            if store.connection.execute(still_open).rowcount:
                return told
            outbox.drop(store.connection, told.id)
            return None

        return await self._database.arun(write)

    async def release(self, worker: str) -> None:
        """It is no more: whatever it had begun may be begun again at once."""
        freed = update(JOB).where(JOB.c.worker == worker, OPEN).values(leased_until=None)
        await self._database.arun(lambda store: _run(store, freed))

    async def give_up(self, job: Started, reply: Reply) -> None:
        """No worker lives long enough to do it."""
        await self._database.arun(lambda store: self._finish(store, job.id, Finished(reply, _nothing), JOB.c.id > 0))

    # The worker

    def claim(self, worker: str) -> Claimed | None:
        """The oldest job that nobody does, now ours until the lease ends."""
        return self._database.run(lambda store: self._claim(store, worker))

    def extend(self, job: int, worker: str) -> None:
        values = {"job_id": job, "me": worker}
        longer = MINE.values(leased_until=self._clock() + LEASE)
        self._database.run(lambda store: _run(store, longer, values))

    def finish(self, job: int, worker: str, done: Finished) -> bool:
        """Whether it was ours to finish: then its reply is written, and what it has to keep is kept."""
        return self._database.run(lambda store: self._finish(store, job, done, JOB.c.worker == worker))

    def _claim(self, store: "Store", worker: str) -> Claimed | None:
        now = self._clock()
        mine = LEASED.values(worker=worker, leased_until=now + LEASE, attempts=JOB.c.attempts + 1)
        for id in store.connection.execute(NEXT, {"moment": now}).scalars().all():
            if store.connection.execute(mine, {"job_id": id, "moment": now}).rowcount:
                return self._claimed(store, store.connection.execute(IN_FULL.where(JOB.c.id == id)).one())
        return None

    def _claimed(self, store: "Store", row: Any) -> Claimed:
        body = _opened(store, row)
        member = Members.by_id(store.connection, row.member_id, **body["as"])
        return Claimed(row.id, row.job, body["args"], member, row.attempts)

    def _finish(self, store: "Store", job: int, done: Finished, whose: Any) -> bool:
        now = self._clock()
        over = update(JOB).where(JOB.c.id == job, OPEN, whose).values(finished_at=now)
        if not store.connection.execute(over).rowcount:
            return False
        row = store.connection.execute(IN_FULL.where(JOB.c.id == job)).one()
        body, place = _opened(store, row), store.places.open(row.place_key, row.place_body)
        store.continues(row.handled_id, row.member_id, f"job.{row.job}", now)
        with store.savepoint():
            done.keep(store)
        below = BUTTONS.validate_python(body.get("buttons", ()))
        reply = store.schedules.news(done, AGAINST.validate_python(body.get("against")))
        answer = replace(reply, buttons=(*reply.buttons, *below))
        store.say(answer, place, body["as"]["language"], self._token(), now, answers=body["answers"])
        said = store.outgoing[-1].id
        store.connection.execute(update(JOB).where(JOB.c.id == job).values(reply_id=said))
        return True

    def _seen(self, store: "Store", row: Any) -> Seen:
        if row.finished_at is not None:
            return Seen(row.id, True, outbox.unsent(store, row.reply_id), None)
        late = row.leased_until is not None and row.leased_until < self._clock()
        return Seen(row.id, False, None, row.worker if late else None)

    def _started(self, store: "Store", row: Any) -> Started:
        place = store.places.open(row.place_key, row.place_body)
        return Started(row.id, place, _opened(store, row)["as"]["language"], told=row.progress_id is not None)


def add(
    store: "Store", later: Later, member: Member, place: Place, message: int | None, answers: str, now: datetime
) -> Started:
    """Committed with the message, or not at all. Whoever may not do more than read asks as such, whatever they are."""
    spoken = {"language": member.language, "zone": member.zone, "currency": member.currency}
    if member.role is Role.VIEWER:
        spoken |= {"role": member.role, "team": member.team}
    below = BUTTONS.dump_python(later.buttons, mode="json")
    said = {"args": dict(later.args), "as": spoken, "answers": answers, "buttons": below}
    if later.against:
        said["against"] = AGAINST.dump_python(later.against, mode="json")
    values = {
        "place_id": store.place_id(place, now),
        "member_id": member.id,
        "handled_id": message,
        "job": later.job,
        "body": store.keys.seal("job.body", later.job.encode(), json.dumps(said, ensure_ascii=False).encode()),
        "at": now,
        "attempts": 0,
    }
    row: Any = store.connection.execute(insert(JOB), values)
    nobody_asked = message is None  # a report on a schedule: it comes when it is there
    return Started(row.inserted_primary_key[0], place, member.language, told=nobody_asked)


def _opened(store: "Store", row: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(store.keys.open("job.body", row.job.encode(), row.body))
    return body


def _run(store: "Store", statement: Any, values: dict[str, Any] | None = None) -> None:
    store.connection.execute(statement, values or {})


def _nothing(_: "Store") -> None:
    """A reply is all there is to keep."""
