"""Targets: what a member or a team plans to win in a month, quarter or year, and how far that is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from crmbot.errors import NotFound, Refused
from crmbot.intents import Amount, Slots, intent
from crmbot.money import Money, canonical
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Reply, Table, Text, lines, text, verbatim
from handlers._owners import owner_id
from handlers._periods import MONTHS, Period, say_start, single
from handlers._report import said_sums
from handlers._time import midnight, today
from handlers.undo import undo_button
from storage import MemberRow, Store, Target


class SetTarget(Slots):
    amount: Amount
    period: Period = "quarter"
    offset: int = 0
    alone: bool = False
    owner: str | None = None


class AskTargets(Slots):
    period: Period | None = None  # None: the present month, quarter and year
    offset: int = 0
    alone: bool = False
    owner: str | None = None


@intent("target.set", needs=Permission.WRITE_DEALS)
def set_target(slots: SetTarget, member: Member, store: Store, now: datetime) -> Reply:
    if slots.amount.minor == 0:
        raise Refused(text("target-nothing"))
    start = _start(slots.period, slots.offset, today(now, member))
    team, owner = _for_whom(slots.owner, member, store)
    target = store.targets.set(team, owner, slots.period, start, slots.amount)
    return Reply(lines(*progress(target, member, store, now).sentences()), buttons=(undo_button(store),))


@intent("target.report", needs=Permission.READ_DEALS)
def report_targets(slots: AskTargets, member: Member, store: Store, now: datetime) -> Reply:
    day = today(now, member)
    periods: list[tuple[str, date]] = (
        [(slots.period, _start(slots.period, slots.offset, day))]
        if slots.period
        else [(period, _start(period, 0, day)) for period in ("month", "quarter", "year")]
    )
    owner = owner_id(slots.owner, member, store)
    targets = store.targets.listed(member, periods, owner)
    if not targets and owner == member.id:  # who has none of their own asks about the team's
        targets = [
            each for each in store.targets.listed(member, periods) if (each.team, each.owner_id) == (member.team, None)
        ]
    if not targets:
        return Reply(text("target-none"))
    found = [progress(each, member, store, now) for each in targets]
    return Reply(lines(*found[0].sentences()), table=_table(found) if len(found) > 1 else None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a target is won; `days` are left of its period, today among them."""

    target: Target
    whose: Text
    period: Text
    won: Mapping[str, int]
    days: int

    @property
    def plan(self) -> Money:
        return Money(self.target.amount, self.target.currency)

    @property
    def gained(self) -> Money:
        return Money(self.won.get(self.plan.currency, 0), self.plan.currency)

    @property
    def percent(self) -> int:
        """Rounded down: 100 only when it is reached."""
        return 100 * self.gained.minor // self.plan.minor

    def sentences(self) -> list[Text]:
        gap = Money(abs(self.plan.minor - self.gained.minor), self.plan.currency)
        words = text(
            "target-progress",
            whose=self.whose,
            period=self.period,
            plan=self.plan,
            won=self.gained,
            percent=self.percent,
            gap=gap,
            state="reached" if self.percent >= 100 else "open" if self.days else "over",
            days=self.days,
        )
        others = {currency: minor for currency, minor in self.won.items() if currency != self.plan.currency}
        return [words, text("target-others", sums=said_sums(others))] if others else [words]

    def figures(self) -> dict[str, Any]:
        return {
            "period": self.target.period,
            "starts_on": self.target.starts_on.isoformat(),
            "currency": self.plan.currency,
            "target": canonical(self.plan),
            "won": canonical(self.gained),
        }


def progress(target: Target, member: Member, store: Store, now: datetime) -> Progress:
    day = today(now, member)
    period = cast(Period, target.period)  # the database holds no other
    first, last = single(period, 0, target.starts_on)
    won = store.targets.won(target, midnight(first, member), midnight(last + timedelta(days=1), member))
    name = store.members.name_of(target.owner_id) if target.owner_id else None
    whose = verbatim(name) if name else text("target-team", team=target.team)
    return Progress(target, whose, say_start(period, first), won, max(0, (last - max(day, first)).days + 1))


def progress_in(
    period: Period, first: date, owner: int | None, member: Member, store: Store, now: datetime
) -> Progress | None:
    """Against what is planned for the period from `first` on: by `owner`, else by whom the member sees deals of."""
    if owner is None and member.scope(Permission.READ_DEALS) is Scope.OWN:
        owner = member.id
    targets = store.targets.listed(member, [(period, first)], owner)
    mine = [each for each in targets if each.owner_id == owner and (owner or each.team == member.team)]
    return progress(mine[0], member, store, now) if mine else None


def targets_of(
    period: Period, starts: Sequence[date], owner: int | None, member: Member, store: Store
) -> dict[date, Money]:
    """What is planned by just those whose deals the member sees: by `owner`, by the team, or by all teams together."""
    scope = member.scope(Permission.READ_DEALS)
    if owner is None and scope is Scope.OWN:
        owner = member.id
    teams = store.members.teams() if scope is Scope.ALL else {member.team}
    of: defaultdict[date, dict[str, Money]] = defaultdict(dict)
    for each in store.targets.listed(member, [(period, start) for start in starts], owner):
        if each.owner_id == owner and (owner or each.team in teams):
            of[each.starts_on][each.team] = Money(each.amount, each.currency)
    return {
        start: Money(sum(each.minor for each in plans.values()), currency)
        for start, plans in of.items()
        for currency, *others in [sorted({each.currency for each in plans.values()})]
        if not others and (owner or plans.keys() == teams)
    }


def _for_whom(said: str | None, member: Member, store: Store) -> tuple[str, int | None]:
    """The team and the member, or with nobody named the whole team; a rep plans for nobody else."""
    scope = member.scope(Permission.WRITE_DEALS)
    if said is None and scope is not Scope.OWN:
        return member.team, None
    if said in (None, "me"):
        return member.team, member.id
    match store.members.meant(said, member, Permission.WRITE_DEALS):
        case [MemberRow(id=int(id), team=team)] if scope is not Scope.OWN or id == member.id:
            return team, id
        case _:
            raise NotFound("member", said)


def _start(period: Period, offset: int, day: date) -> date:
    if period not in MONTHS:
        raise Refused(text("target-periods"))
    return single(period, offset, day)[0]


def _table(found: list[Progress]) -> Table:
    columns = tuple(text("column", column=column) for column in ("target", "period", "won", "percent"))
    rows = tuple(
        (
            text("target-cell", whose=each.whose, plan=each.plan),
            each.period,
            text("value", value=each.gained),
            text("percent", percent=each.percent),
        )
        for each in found
    )
    return Table(columns, rows)
