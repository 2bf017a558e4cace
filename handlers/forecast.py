"""What is likely to come next: a forecast that says how sure it is, what it is made of, and how the last one did."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from crmbot.analysis.outlook import Said, outlook, running, stage_rates, verdict
from crmbot.analysis.periods import SEASONS, bucketed, coming, start_of
from crmbot.errors import NotFound, Refused
from crmbot.intents import Slots, intent, job
from crmbot.money import minor_digits
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Button, Finished, Later, Reply, lines, text
from handlers._forecast_words import Before, Foretold, Happened, Parts, Plan
from handlers._owners import owner_id
from handlers._periods import Period, single, span
from handlers._report import Report
from handlers._time import midnight, today
from handlers.targets import progress_in, targets_of
from storage import Pipeline, Staged, Store

AHEAD: dict[Period, int] = {"day": 14, "week": 8, "month": 6, "quarter": 4, "year": 2}
WIDER: dict[Period, tuple[Period, ...]] = {"month": ("month", "quarter", "year"), "quarter": ("quarter", "year")}
LONGEST, NAMED = 60, 3
LEAST = 2  # periods with something in them, below which there is nothing to go on


class AskForecast(Slots):
    horizon: int | None = None
    period: Period = "month"
    owner: str | None = None
    product: str | None = None
    subject: Literal["revenue", "deals", "tickets"] = "revenue"
    fresh: bool = False  # the button [Again]: not what was said before today

    @property
    def ahead(self) -> int:
        """How many periods, the running one first: "next 3 months" are those after it."""
        return min(max(self.horizon + 1 if self.horizon else AHEAD[self.period], 1), LONGEST)

    @property
    def only_next(self) -> bool:
        """ "Next quarter" is one of its own: what is said first is said of that."""
        return self.horizon == 1


@intent("forecast.report", needs=Permission.READ_DEALS)
def report_forecast(slots: AskForecast, member: Member, store: Store, now: datetime) -> Reply | Later:
    """What was said today already is said again at once."""
    said = None
    if not slots.fresh:
        since = midnight(today(now, member), member)
        analyses = store.analyses(_about(slots, member))
        said = analyses.said(since, member.language, lambda kept: kept["asked"] == slots.horizon)
    return said or Later("forecast", slots.model_dump(exclude_none=True))


@job("forecast")
def work_out_forecast(slots: AskForecast, member: Member, store: Store, now: datetime) -> Finished:
    return forecast(slots, member, store, now).finished


def forecast(slots: AskForecast, member: Member, store: Store, now: datetime) -> Report:
    """Raises `Refused` where there is nothing to go on."""
    day, owner, product = today(now, member), owner_id(slots.owner, member, store), _product(slots, store)
    happened = _happened(slots, member, store, day, owner, product)
    from crmbot.analysis.forecast import forecast as fit  # in the worker alone

    found = fit(happened.values, horizon=slots.ahead, season=SEASONS[slots.period])
    found = running(found, happened.begun, _left(slots.period, member, now))
    starts = coming(slots.period, slots.ahead, today=day)
    foretold = Foretold(slots.subject, slots.period, day, happened, found, starts, only_next=slots.only_next)
    of_deals, of_all_money = slots.subject != "tickets", slots.subject == "revenue" and product is None
    analyses = store.analyses(_about(slots, member))
    foretold = replace(
        foretold,
        parts=_parts(foretold, store.pipeline(member, owner, product)) if of_deals else None,
        plan=_plan(foretold, owner, member, store, now) if of_all_money else None,
        before=next(_before(foretold, analyses.before, member), None),
    )
    again = Button(text("button-again"), "forecast.report", slots.model_dump(exclude_none=True) | {"fresh": True})
    reply = Reply(lines(*foretold.sentences()), None, foretold.table(), foretold.chart(member.language), (again,))
    figures = foretold.figures() | {"asked": slots.horizon}

    def keep(store: Store) -> None:
        kept = store.analyses(_about(slots, member))
        kept.keep(figures, reply, member.language, now, fresh=midnight(day, member))

    return Report("forecast", figures, reply, keep, basis=_basis(foretold))


def _about(slots: AskForecast, member: Member) -> str:
    """What is forecast, and of whose records: two who see the same get the same."""
    scope = member.scope(Permission.READ_TICKETS if slots.subject == "tickets" else Permission.READ_DEALS)
    whose = {Scope.OWN: member.id, Scope.TEAM: member.team, Scope.ALL: "all"}[scope]
    owner = member.id if slots.owner == "me" else slots.owner
    return repr(("forecast", slots.subject, slots.period, owner, slots.product, scope.name, whose))


def _happened(
    slots: AskForecast, member: Member, store: Store, day: date, owner: int | None, product: int | None
) -> Happened:
    sold = store.sold(member, owner, product)
    money = slots.subject == "revenue"
    currencies = sold.currencies() if money else {}
    currency = max(currencies, key=lambda each: currencies[each], default=member.currency or "USD") if money else None
    if currency:
        moments = sold.amounts(currency)
    elif slots.subject == "deals":
        moments = sold.moments()
    else:
        moments = ((at, 1) for at in store.opened(member, owner))
    zone = ZoneInfo(member.zone)
    found = [(on, amount) for at, amount in moments for on in [at.astimezone(zone).date()] if on <= day]
    whole, present = bucketed(found, slots.period, today=day), start_of(day, slots.period)
    begun = sum(amount for on, amount in found if on >= present)
    known = sum(1 for value in whole.values if value)
    if known + bool(begun) < LEAST:
        raise Refused(text("forecast-nothing", subject=slots.subject, count=known))
    return Happened(whole, begun, currency, sorted(each for each in currencies if each != currency))


def _product(slots: AskForecast, store: Store) -> int | None:
    if slots.product is None:
        return None
    if (found := store.product_called(slots.product)) is None:
        raise NotFound("product", slots.product)
    return found


def _left(period: Period, member: Member, now: datetime) -> float:
    """The share of the present period that is still to come."""
    first, last = single(period, 0, today(now, member))
    begins, ends = midnight(first, member), midnight(last + timedelta(days=1), member)
    return (ends - now) / (ends - begins)


def _parts(foretold: Foretold, pipe: Pipeline) -> Parts:
    """How much of it is won and how much the open deals carry; of those, what is past its date is only named."""
    until = span(foretold.period, 0, foretold.starts[-1])[1]
    expected, since, won = sum(foretold.found.mean), foretold.day, foretold.happened.begun
    if foretold.only_next:
        expected, since, won = foretold.found.mean[-1], foretold.starts[-1], 0
    deals = [(each.stage, _worth(each, foretold.happened.currency)) for each in pipe.expected(since, until)]
    split = outlook(expected, won, deals, stage_rates(pipe.record().passed))
    return Parts(split, *pipe.slipping(foretold.day, NAMED))


def _worth(staged: Staged, currency: str | None) -> int:
    """Minor units, or with no currency how many."""
    if currency is None:
        return staged.count
    return staged.money.minor if staged.money and staged.money.currency == currency else 0


def _basis(foretold: Foretold) -> str:
    """What came in, what is open and what is planned: without news of these a forecast only has a day less to go."""
    happened, parts, plan = foretold.happened, foretold.parts, foretold.plan
    open_deals = (parts.split.won, parts.split.pipeline, parts.lates) if parts else None
    planned = (plan.target, plan.steps, plan.progress and plan.progress.gained) if plan else None
    return repr((happened.starts, happened.values, happened.begun, happened.currency, open_deals, planned))


def _plan(foretold: Foretold, owner: int | None, member: Member, store: Store, now: datetime) -> Plan | None:
    """The target of those whose deals are forecast: for such a period, else for a longer one that holds it."""
    happened, means = foretold.happened, dict(zip(foretold.starts, foretold.found.mean, strict=True))
    for period in WIDER.get(foretold.period, (foretold.period,)):
        first, last = single(period, 0, foretold.day)
        every = [*happened.starts, *foretold.starts] if period == foretold.period else [first]
        set_for = targets_of(period, every, owner, member, store)
        planned = {start: each.minor for start, each in set_for.items() if each.currency == happened.currency}
        if first in planned and single(foretold.period, 0, foretold.starts[-1])[1] >= last:
            of_it = {**dict(zip(happened.starts, happened.values, strict=True)), **means}
            expected = sum(value for start, value in of_it.items() if first <= start <= last)
            steps = planned if period == foretold.period else {}
            return Plan(period, first, planned[first], expected, steps)
        if theirs := progress_in(period, first, owner, member, store, now):
            return Plan(period, first, progress=theirs)
    return None


def _before(foretold: Foretold, kept: Any, member: Member) -> Iterator[Before]:
    """How the last forecast did: if there is one, that made before the last whole period began."""
    happened = foretold.happened
    for start in (happened.starts[-1], foretold.starts[0]):
        figures: Mapping[str, Any]
        for figures in kept(midnight(start, member), limit=1):
            if figures["currency"] != happened.currency:
                continue
            one = 10 ** minor_digits(happened.currency) if happened.currency else 1
            rows = zip(*(figures[name] for name in ("starts", "mean", "lower80", "upper80")), strict=True)
            said = [Said(date.fromisoformat(at), *(value * one for value in values)) for at, *values in rows]
            if found := verdict(said, happened.series):
                yield Before(date.fromisoformat(figures["made"]), found, {each.start: each.mean for each in said})
