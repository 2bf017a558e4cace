"""The pipeline: what is open in which stage, what it is worth, what came of it, and what slips."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crmbot.analysis.outlook import ENOUGH, Rate, stage_rates
from crmbot.intents import Slots, intent, job
from crmbot.money import canonical, minor_digits
from crmbot.people import Member, Permission
from crmbot.reply import Button, Chart, Day, Finished, Later, Reply, Table, Text, lines, text, verbatim
from handlers._owners import owner_id
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, say_period, span
from handlers._report import Report, count, plain_sums, said_sums
from handlers._time import midnight, today
from handlers.deals import Stage, deal_buttons
from handlers.targets import progress_in
from storage import OPEN_STAGES, Deal, Staged, Store, sums

NAMED = 3
WEEK = timedelta(days=7)


class AskPipeline(Slots):
    period: Period = "quarter"
    offset: int = 0
    alone: bool = False
    owner: str | None = None
    stage: Stage | None = None


class LateDeals(Paged):
    owner: str | None = None


@intent("pipeline.report", needs=Permission.READ_DEALS)
def report_pipeline(slots: AskPipeline, member: Member, store: Store, now: datetime) -> Reply:
    return pipeline(slots, member, store, now).reply


@intent("pipeline.chart", needs=Permission.READ_DEALS)
def ask_for_chart(slots: AskPipeline) -> Later:
    return Later("pipeline", slots.model_dump(exclude_none=True))


@intent("deal.late", needs=Permission.READ_DEALS)
def list_late(slots: LateDeals, member: Member, store: Store, now: datetime) -> Reply:
    """The open deals whose closing date has passed, the largest first."""
    pipe = store.pipeline(member, owner_id(slots.owner, member, store))
    late, count = pipe.slipping(today(now, member), A_PAGE, slots.skip)
    page = Reply(text("deals-late", count=count), buttons=deal_buttons(late))
    return paged(page, "deal.late", slots, shown=len(late), count=count)


@job("pipeline")
def draw_pipeline(slots: AskPipeline, member: Member, store: Store, now: datetime) -> Finished:
    return pipeline(slots, member, store, now, drawn=True).finished


def pipeline(slots: AskPipeline, member: Member, store: Store, now: datetime, *, drawn: bool = False) -> Report:
    """With its picture where it is `drawn`, which only the worker can."""
    day = today(now, member)
    first, last = span(slots.period, slots.offset, day, slots.alone)
    owner = owner_id(slots.owner, member, store)
    pipe = store.pipeline(member, owner)
    late, lates = pipe.slipping(day, NAMED)
    record = pipe.record()
    found = Found(
        staged=[each for each in pipe.open() if slots.stage in (None, each.stage)],
        closed_deals=record.closed,
        rates=stage_rates(record.passed),
        closed=pipe.closed(midnight(first, member), midnight(last + timedelta(days=1), member)),
        expected=pipe.expected(day, last) if slots.offset == 0 else [],
        added=pipe.added(now - WEEK),
        moved=pipe.moved(now - WEEK),
        late=late,
        lates=lates,
    )
    one = slots.alone or abs(slots.offset) <= 1  # else several periods in a row, which have no target together
    plan = progress_in(slots.period, first, owner, member, store, now) if one else None
    against = plan.sentences() if plan else []
    words = lines(
        *_sentences(found, say_period(slots.period, slots.offset, day, slots.alone), Day(last, day)), *against
    )
    buttons = deal_buttons(late)
    if lates > len(late):
        behind = {"owner": slots.owner} if slots.owner else {}
        buttons = (*buttons, Button(text("button-more", count=lates - len(late)), "deal.late", behind))
    if found.staged and not drawn:
        asked = slots.model_dump(exclude_none=True)
        buttons = (*buttons, Button(text("button-chart"), "pipeline.chart", asked))
    picture = _chart(found.staged, member.language) if found.staged and drawn else None
    figures = {"period": [first.isoformat(), last.isoformat()], **_figures(found), "target": plan and plan.figures()}
    return Report("pipeline", figures, Reply(words, None, _table(found), picture, buttons))


@dataclass(frozen=True, slots=True)
class Found:
    """What the deals say that somebody may see."""

    staged: Sequence[Staged]
    closed_deals: int
    rates: Mapping[str, Rate]
    closed: Sequence[Staged]
    expected: Sequence[Staged]
    added: int
    moved: int
    late: Sequence[Deal]
    lates: int

    @property
    def own_rates(self) -> bool:
        """For a stage with too few deals the usual rate stands in."""
        return any(self.rates[each.stage].own for each in self.staged)

    @property
    def weighted(self) -> dict[str, int]:
        total: dict[str, float] = {}
        for each in self.staged:
            if each.money:
                worth = each.money.minor * self.rates[each.stage].share
                total[each.money.currency] = total.get(each.money.currency, 0) + worth
        return {currency: _whole(worth, currency) for currency, worth in total.items()}


def _whole(minor: float, currency: str) -> int:
    """An estimate needs no cents."""
    one: int = 10 ** minor_digits(currency)
    return round(minor / one) * one


def _sentences(found: Found, period: Text, last: Day) -> Iterator[Text]:
    yield text("pipeline-open", count=sum(each.count for each in found.staged), sums=said_sums(sums(found.staged)))
    if found.staged:
        basis = "record" if found.own_rates else "usual" if found.closed_deals < ENOUGH else "unknown"
        yield text("pipeline-weighted", basis=basis, deals=found.closed_deals, sums=said_sums(found.weighted))
    won, lost = ([each for each in found.closed if each.stage == stage] for stage in ("won", "lost"))
    counts = [sum(each.count for each in of) for of in (won, lost)]
    yield text("pipeline-closed", period=period, won=counts[0], gained=said_sums(sums(won)), lost=counts[1])
    if found.expected:
        yield text("pipeline-expected", day=last, sums=said_sums(sums(found.expected)))
    yield text("pipeline-moved", added=found.added, moved=found.moved)
    if found.late:
        yield said_slipping(found.late, found.lates)


def _table(found: Found) -> Table | None:
    rows = []
    for stage in OPEN_STAGES:
        if of := [each for each in found.staged if each.stage == stage]:
            rate = _said_rate(found.rates[stage], usual=found.own_rates)
            deals = count(sum(each.count for each in of))
            rows.append((text("stage", stage=stage), deals, verbatim(said_sums(sums(of))), rate))
    columns = (text("column", column="stage"), text("column", column="deals"), text("column", column="amount"))
    return Table((*columns, text("column", column="rate")), tuple(rows)) if rows else None


def _said_rate(rate: Rate, *, usual: bool) -> Text:
    """With a word where it is `usual` alone among others that are not."""
    percent = round(100 * rate.share)
    return text("percent-usual", percent=percent) if usual and not rate.own else text("percent", percent=percent)


def said_slipping(deals: Sequence[Deal], count: int) -> Text:
    """Some of the `count` deals that are late, by name."""
    named = [f"{deal.ref} {deal.customer.name}" + (f" {deal.money}" if deal.money else "") for deal in deals]
    return text("pipeline-slipping", count=count, deals=" · ".join(named))


def _figures(found: Found) -> dict[str, Any]:
    return {
        "stages": [{**_plain(each), "rate": found.rates[each.stage].share} for each in found.staged],
        "open": plain_sums(sums(found.staged)),
        "weighted": plain_sums(found.weighted),
        "rates_are_own": found.own_rates,
        "closed_deals": found.closed_deals,
        "closed": [_plain(each) for each in found.closed],
        "expected": plain_sums(sums(found.expected)),
        "added": found.added,
        "moved": found.moved,
        "slipping": [plain_slip(each) for each in found.late],
        "slipping_count": found.lates,
    }


def _plain(staged: Staged) -> dict[str, Any]:
    money = staged.money
    amount = {"amount": canonical(money) if money else None, "currency": money.currency if money else None}
    return {"stage": staged.stage, "deals": staged.count, **amount}


def plain_slip(deal: Deal) -> dict[str, Any]:
    return {
        "ref": deal.ref,
        "customer": deal.customer.name,
        "title": deal.title,
        "amount": canonical(deal.money) if deal.money else None,
        "currency": deal.currency,
        "close_date": deal.close_date.isoformat() if deal.close_date else None,
    }


def _chart(staged: Sequence[Staged], language: str) -> Chart:
    """In the currency that most is open in."""
    from crmbot.analysis.bars import bars  # in the worker alone

    total = sums(staged)
    currency = max(total, key=lambda each: total[each], default=None)
    heights = {
        stage: sum(
            (each.money.minor if each.money else 0) if currency else each.count
            for each in staged
            if each.stage == stage and (not currency or (each.money and each.money.currency == currency))
        )
        for stage in OPEN_STAGES
    }
    title = text("pipeline-chart-title", sums=said_sums({currency: total[currency]}) if currency else "")
    names = [text("stage", stage=stage) for stage in OPEN_STAGES]
    return bars("pipeline", title, list(zip(names, heights.values(), strict=True)), currency, language)
