"""Follow-ups, as the rest of the bot asks for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from crmbot.dialogue import Found
from crmbot.names import HAN, in_one_script
from crmbot.people import Member, Permission
from crmbot.recurrence import Recurrence
from storage.columns import are_sealed
from storage.customers import Customers
from storage.deals import is_ref
from storage.rows import add_row
from storage.search import within_reach
from storage.statements import connection_of
from storage.tables import Customer, Deal, Task
from storage.visible import visible

MOST = 50
LONGEST = 500
ENOUGH = 0.7  # of what was said
STEM = 4  # letters
TERM = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")
SMALL = frozenset(
    re.findall(r"\w+", "a an and at for from in my of on our the to up with about 的 了 我 和 跟 给 与 打 把")
)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some of the follow-ups asked for, and how many there are."""

    tasks: Sequence[Task]
    count: int


class Tasks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def is_open(self, subject: str, customer: Customer) -> bool:
        """Whether just that is to be done for them already."""
        theirs = select(Task).where(Task.customer_id == customer.id, Task.status == "open")
        return any(task.subject == subject[:LONGEST] for task in self._session.exec(theirs))

    def add(
        self,
        subject: str,
        *,
        owner: int,
        zone: str,
        now: datetime,
        due: datetime | None = None,
        all_day: bool = False,
        again: Recurrence | None = None,
        priority: str = "normal",
        customer: Customer | None = None,
        deal: Deal | None = None,
    ) -> Task:
        task = Task(
            subject=subject[:LONGEST],
            customer_id=customer.id if customer else None,
            deal_id=deal.id if deal else None,
            owner_id=owner,
            priority=priority,
            created_at=now,
        )
        task.plan(due, zone, all_day=all_day)
        if again and due:
            task.repeat(again)
        return add_row(self._session, task)

    def delete(self, task: Task) -> None:
        self._session.delete(task)
        self._session.flush()

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[Task]:
        if not is_ref(ref, Task.letter):
            return []
        query = visible(Task, member, needs).where(Task.id == int(ref[1:]))
        return list(self._session.exec(query.with_for_update(of=Task) if needs.writes else query))

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        """Those with the subject that was said, else those of the customer; the open ones, when there are any."""
        words = " ".join(said.values())
        found = self._about(words, member, needs) or self._of_customer(words, member, needs)
        return Found([task for task in found if task.status == "open"] or found, sealed=self._sealed())

    def listed(
        self,
        *,
        seen_by: Member,
        owner: int | None = None,
        customers: Sequence[int] | None = None,
        status: str = "open",
        since: datetime | None = None,
        before: datetime | None = None,
        offset: int = 0,
        limit: int = 10,
    ) -> TaskPage:
        """Due, or done, from `since` up to `before`: first due first, without a time last; last done first."""
        query = visible(Task, seen_by, Permission.READ_TASKS).where(Task.status == status)
        if owner is not None:
            query = query.where(Task.owner_id == owner)
        if customers is not None:
            query = query.where(col(Task.customer_id).in_(customers))
        when: Any = col(Task.done_at if status == "done" else Task.due_at)
        if since is not None:
            query = query.where(when >= since)
        if before is not None:
            query = query.where(when < before)
        count: int = self._session.scalar(query.with_only_columns(func.count())) or 0
        order = (when.desc(), col(Task.id).desc()) if status == "done" else (when.is_(None), when, col(Task.id))
        ordered = query.order_by(*order).offset(offset).limit(limit)
        return TaskPage(self._session.exec(ordered).all(), count)

    def _sealed(self) -> bool:
        return are_sealed(connection_of(self._session).dialect, Task.__table__.c.subject)  # type: ignore[attr-defined]  # SQLModel hides its table

    def _about(self, words: str, member: Member, needs: Permission) -> list[Task]:
        query = within_reach(visible(Task, member, needs), Task, connection_of(self._session), words)
        if query is None:
            return []
        alike = [(covered(words, task.subject), task) for task in self._session.exec(query)]
        best = max((score for score, _ in alike), default=0.0)
        return [task for score, task in alike if score == best >= ENOUGH][:MOST]

    def _of_customer(self, name: str, member: Member, needs: Permission) -> list[Task]:
        ids = Customers.ids_named(self._session, name)
        if not ids:
            return []
        query = visible(Task, member, needs).where(col(Task.customer_id).in_(ids))
        return list(self._session.exec(query.order_by(col(Task.id).desc()).limit(MOST)))


def covered(said: str, subject: str) -> float:
    """The share of what was said that the subject speaks of too: "calling Bob" of "call Bob Stone", all of it."""
    wanted, there = _terms(said), _terms(subject)
    met = sum(any(_same(each, other) for other in there) for each in wanted)
    return met / len(wanted) if wanted else 0.0


def _terms(words: str) -> list[str]:
    """Words without the small ones; of Chinese, the characters."""
    return [each for each in TERM.findall(in_one_script(words.casefold())) if each not in SMALL]


def _same(one: str, other: str) -> bool:
    """call, called and calling are."""
    return one == other or (min(len(one), len(other)) >= STEM and one[:STEM] == other[:STEM])
