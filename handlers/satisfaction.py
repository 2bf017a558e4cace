"""How satisfied customers are: the score with its interval, how many answer, and what goes with low scores."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from crmbot.errors import Refused
from crmbot.intents import Slots, intent, job
from crmbot.people import Member, Permission
from crmbot.reply import Button, Chart, Finished, Later, Reply, Table, Text, lines, text, verbatim
from crmbot.words import say
from handlers._analysis_words import drivers_chart, said_drivers
from handlers._owners import owner_id
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, before, say_period, say_start, single, span
from handlers._report import Report, count
from handlers._time import midnight, today
from storage import Answer, Dealt, Scores, Store

if TYPE_CHECKING:
    from crmbot.analysis.csat import Drivers

By = Literal["owner", "category", "channel"]
Behind = Literal["answers", "silent", "waits"]  # the rows: who answered, who did not, how long the tickets took

BEHIND: tuple[Behind, ...] = ("answers", "silent", "waits")
DAY = timedelta(days=1)
GOOD = 4  # from here on somebody is satisfied
HIDDEN = 10  # answers below which a colleague's score is nobody's business
HOUR = 3600
PERIODS = 8
SPLITS: tuple[By, ...] = ("owner", "category", "channel")
Z = 1.959964


class AskSatisfaction(Slots):
    period: Period = "month"
    offset: int = 0
    alone: bool = False
    owner: str | None = None
    category: str | None = None
    channel: str | None = None
    name: str | None = None
    by: By = "owner"


class AskAnswers(AskSatisfaction, Paged):
    what: Behind = "answers"


@intent("csat.report", needs=Permission.READ_TICKETS)
def report_satisfaction(slots: AskSatisfaction) -> Later:
    return Later("csat", slots.model_dump(exclude_none=True))


@job("csat")
def find_satisfaction(slots: AskSatisfaction, member: Member, store: Store, now: datetime) -> Finished:
    return satisfaction(slots, member, store, now).finished


def satisfaction(slots: AskSatisfaction, member: Member, store: Store, now: datetime) -> Report:
    """The score of the period; what goes with it is looked for in all answers that there are."""
    first, last = span(slots.period, slots.offset, today(now, member), slots.alone)
    begins, ends = midnight(first, member), midnight(last + DAY, member)
    surveys = _surveys(slots, member, store)
    everything = list(surveys.answers())
    answers = [each for each in everything if begins <= each.answered < ends]
    asked, answered = surveys.asked(begins, ends)
    since = midnight(before(slots.period, slots.offset, today(now, member), slots.alone)[0], member)
    earlier = [each for each in everything if since <= each.answered < begins]
    period = say_period(slots.period, slots.offset, today(now, member), slots.alone)
    shown = not surveys.of_one or len(answers) >= HIDDEN
    said = [_scored(answers, period) if shown else text("csat-few", period=period, answers=len(answers), least=HIDDEN)]
    said += _trend(answers, earlier) if shown and (not surveys.of_one or len(earlier) >= HIDDEN) else []
    if asked:
        said.append(text("csat-asked", asked=asked, percent=round(100 * answered / asked)))
    dealt = list(surveys.dealt(begins, ends))
    said += _times(dealt)
    found = _drivers(everything, member.language)
    chart = drivers_chart(found, member.language)
    buttons = _others(slots, answers, shown=shown) if answers or asked or dealt else ()
    words = lines(*said, *said_drivers(found))
    split = _split(answers, surveys.asked_by(slots.by, begins, ends), slots.by, of_one=surveys.of_one)
    reply = Reply(words, None, split, chart, buttons=buttons)
    figures = {
        "period": [first.isoformat(), last.isoformat()],
        "answers": len(answers),
        "asked": asked,
        "answered": answered,
        "score": _share(answers) if answers and shown else None,
        "interval": list(interval(_good(answers), len(answers))) if answers and shown else None,
        "before": _share(earlier) if earlier and shown else None,
        "hours": {name: median(_waits(dealt, name) or [0]) or None for name in ("first", "closed")},
        "drivers": _plain(found),
    }
    return Report("csat", figures, reply)


def _surveys(slots: AskSatisfaction, member: Member, store: Store) -> Scores:
    """A name that is said is a colleague's, else a customer's."""
    owner, customers = slots.owner, None
    if slots.name and not store.members.meant(slots.name, member, Permission.READ_MEMBERS):
        customers = store.customer_ids(slots.name)
    if slots.name and not customers:
        owner = slots.name
    return store.satisfaction(member, owner_id(owner, member, store), slots.category, slots.channel, customers)


def _others(slots: AskSatisfaction, answers: Sequence[Answer], *, shown: bool) -> tuple[Button, ...]:
    """The rows behind the figures, how they came about, and the same split otherwise."""
    given = slots.model_dump(exclude_none=True)
    if not shown:  # the rows would show what the figures do not
        return (Button(text("csat-behind", what="waits"), "csat.rows", given | {"what": "waits"}),)
    splits = tuple(
        Button(text("csat-by", by=by), "csat.report", given | {"by": by})
        for by in SPLITS
        if by != slots.by and len({getattr(each, by) for each in answers} - {None}) > 1
    )
    rows = Button(text("button-rows"), "csat.rows", given)
    return (rows, Button(text("button-trend"), "csat.trend", given), *splits)


@intent("csat.rows", needs=Permission.READ_TICKETS)
def list_answers(slots: AskAnswers, member: Member, store: Store, now: datetime) -> Reply:
    """What stands behind the figures: answers, the worst first; who did not answer; tickets, the slowest first."""
    first, last = span(slots.period, slots.offset, today(now, member), slots.alone)
    surveys, period = (
        _surveys(slots, member, store),
        say_period(slots.period, slots.offset, today(now, member), slots.alone),
    )
    rows = _rows(slots.what, surveys, midnight(first, member), midnight(last + DAY, member))
    if slots.what == "answers" and surveys.of_one and len(rows) < HIDDEN:
        raise Refused(text("csat-few", period=period, answers=len(rows), least=HIDDEN))
    page = rows[slots.skip : slots.skip + A_PAGE]
    names = store.names({each.customer for each in page})
    given = slots.model_dump(exclude_none=True)
    behind = tuple(
        Button(text("csat-behind", what=what), "csat.rows", given | {"what": what, "skip": 0})
        for what in BEHIND
        if what != slots.what
    )
    words = text("csat-rows", what=slots.what, count=len(rows), period=period)
    shown = Reply(words, buttons=tuple(_row(each, names[each.customer]) for each in page))
    return paged(shown, "csat.rows", slots, shown=len(page), count=len(rows), after=behind)


@dataclass(frozen=True, slots=True)
class Row:
    """One of whatever a figure counts."""

    label: Text
    customer: int
    ticket: int | None


def _rows(what: Behind, surveys: Scores, begins: datetime, ends: datetime) -> Sequence[Row]:
    if what == "silent":
        return [Row(text("csat-silent"), customer, ticket) for customer, ticket in surveys.silent(begins, ends)]
    if what == "waits":
        dealt = sorted(surveys.dealt(begins, ends), key=_slowness, reverse=True)
        return [Row(_waited(each), each.customer, each.ticket) for each in dealt if _is_timed(each)]
    answers = sorted(surveys.answers(begins, ends), key=lambda each: (each.score, -each.answered.timestamp()))
    return [Row(text("csat-stars", score=each.score), each.customer, each.ticket) for each in answers]


def _is_timed(dealt: Dealt) -> bool:
    return bool(dealt.first or dealt.closed)


def _slowness(dealt: Dealt) -> timedelta:
    return max(until - dealt.opened for until in (dealt.first, dealt.closed, dealt.opened) if until)


def _waited(dealt: Dealt) -> Text:
    first, closed = _hours(dealt.opened, dealt.first), _hours(dealt.opened, dealt.closed)
    return text("csat-waited", first=_figure(first) if first else "–", closed=_figure(closed) if closed else "–")


def _row(row: Row, name: str) -> Button:
    label = text("csat-row", stars=row.label, name=name)
    if row.ticket is None:
        return Button(label, "customer.show", {"ref": f"C{row.customer}"})
    ref = f"K{row.ticket}"
    return Button(text("csat-row", stars=label, name=ref), "ticket.show", {"ref": ref})


@intent("csat.trend", needs=Permission.READ_TICKETS)
def ask_for_trend(slots: AskSatisfaction) -> Later:
    return Later("csat-trend", slots.model_dump(exclude_none=True))


@job("csat-trend")
def draw_trend(slots: AskSatisfaction, member: Member, store: Store, now: datetime) -> Reply:
    """The score of the last periods, each with its interval; of a colleague only those with answers enough."""
    surveys = _surveys(slots, member, store)
    day, answers = today(now, member), list(surveys.answers())
    least = HIDDEN if surveys.of_one else 1
    rows = []
    for back in range(PERIODS - 1, -1, -1):
        first, last = single(slots.period, slots.offset - back, day)
        begins, ends = midnight(first, member), midnight(last + DAY, member)
        theirs = [each for each in answers if begins <= each.answered < ends]
        if len(theirs) >= least:
            rows.append((say_start(slots.period, first), theirs))
    if not rows:
        raise Refused(text("csat-no-trend"))
    return Reply(text("csat-trend", count=len(rows)), chart=_trend_chart(rows, member.language))


def _trend_chart(rows: Sequence[tuple[Text, Sequence[Answer]]], language: str) -> Chart:
    from crmbot.analysis.interval_chart import Interval, interval_chart  # in the worker alone

    drawn = []
    for label, answers in rows:
        low, high = interval(_good(answers), len(answers))
        said = f"{100 * _share(answers):.0f} % · {len(answers)}"
        drawn.append(Interval(label, 100 * _share(answers), 100 * low, 100 * high, said))
    sides = text("csat-side", side="none"), text("csat-side", side="all")
    title, note = text("csat-trend-chart"), text("csat-trend-note")
    return interval_chart("csat-trend", title, drawn, nothing=0, sides=sides, language=language, note=note)


def interval(good: int, answers: int) -> tuple[float, float]:
    """Wilson's, 95 %: it holds for few answers too (Wilson 1927)."""
    share, square = good / answers, Z * Z
    middle = share + square / (2 * answers)
    room = Z * sqrt(share * (1 - share) / answers + square / (4 * answers * answers))
    return max(0.0, (middle - room) / (1 + square / answers)), min(1.0, (middle + room) / (1 + square / answers))


def _good(answers: Sequence[Answer]) -> int:
    return sum(each.score >= GOOD for each in answers)


def _share(answers: Sequence[Answer]) -> float:
    return _good(answers) / len(answers)


def _scored(answers: Sequence[Answer], period: Text) -> Text:
    if not answers:
        return text("csat-none", period=period)
    low, high = interval(_good(answers), len(answers))
    return text(
        "csat-score",
        period=period,
        percent=round(100 * _share(answers)),
        low=round(100 * low),
        high=round(100 * high),
        answers=len(answers),
    )


def _trend(answers: Sequence[Answer], earlier: Sequence[Answer]) -> list[Text]:
    """Said only with what it was before, so that nobody takes noise for a trend."""
    if not answers or not earlier:
        return []
    return [text("csat-before", percent=round(100 * _share(earlier)), answers=len(earlier))]


def _split(answers: Sequence[Answer], asked: Mapping[str, tuple[int, int]], by: By, *, of_one: bool) -> Table | None:
    """Each with its own score and how many of those asked have answered; of colleagues those with answers enough:
    three say nothing of a person.
    """
    of: defaultdict[str, list[Answer]] = defaultdict(list)
    for each in answers:
        if name := getattr(each, by):
            of[name].append(each)
    least = HIDDEN if of_one or by == "owner" else 1
    rows = [
        (_called(name, by), _percent(_share(theirs)), _range(theirs), count(len(theirs)), _rate(asked.get(name)))
        for name, theirs in sorted(of.items(), key=lambda item: -_share(item[1]))
        if len(theirs) >= least
    ]
    heads = [text("column", column=column) for column in ("score", "sure", "answers", "answered")]
    return Table((text("csat-split", by=by), *heads), tuple(rows)) if rows else None


def _percent(share: float) -> Text:
    return text("percent", percent=round(100 * share))


def _rate(asked: tuple[int, int] | None) -> Text:
    """An imported answer was asked for at some other time, if ever."""
    return _percent(asked[1] / asked[0]) if asked else verbatim("–")


def _called(name: str, by: By) -> Text:
    return text("category", category=name) if by == "category" else verbatim(name)


def _range(answers: Sequence[Answer]) -> Text:
    low, high = interval(_good(answers), len(answers))
    return verbatim(f"{100 * low:.0f}–{100 * high:.0f}")


def _times(dealt: Sequence[Dealt]) -> list[Text]:
    """How long people waited, of the tickets opened in the period."""
    return [
        text("csat-time", what=what, hours=_figure(median(hours)), count=len(hours))
        for what in ("first", "closed")
        if (hours := _waits(dealt, what))
    ]


def _waits(dealt: Sequence[Dealt], what: str) -> list[float]:
    """In hours; an imported ticket of which nobody knows when it was opened says nothing."""
    waits = [until - each.opened for each in dealt if (until := getattr(each, what))]
    return [wait.total_seconds() / HOUR for wait in waits if wait]


def _figure(hours: float) -> str:
    return f"{hours:.1f}" if hours < 10 else f"{hours:.0f}"


def _drivers(answers: Sequence[Answer], language: str) -> "Drivers":
    """What is known of an answer's ticket, each column called as the reader calls it."""
    from crmbot.analysis.csat import drivers  # in the worker alone

    rows = [
        {
            "score": each.score,
            say(text("csat-column", column="wait"), language): _hours(each.opened, each.first),
            say(text("csat-column", column="closing"), language): _hours(each.opened, each.closed),
            say(text("csat-column", column="category"), language): _said(each.category, "category", language),
            say(text("csat-column", column="priority"), language): _said(each.priority, "priority", language),
            say(text("csat-column", column="channel"), language): each.channel,
            say(text("csat-column", column="owner"), language): each.owner,
        }
        for each in answers
    ]
    return drivers(rows, "score")


def _said(word: str | None, column: str, language: str) -> str | None:
    """A kind or a priority as the reader calls it."""
    if word is None:
        return None
    return say(text("category", category=word) if column == "category" else text("priority", priority=word), language)


def _hours(since: datetime | None, until: datetime | None) -> float | None:
    return (until - since).total_seconds() / HOUR if since and until else None


def _plain(found: "Drivers") -> dict[str, Any]:
    return {
        "answers": found.answers,
        "reason": found.reason,
        "missing": found.missing,
        "accuracy": found.accuracy,
        "majority": found.majority,
        "odds": [
            {
                "name": each.name,
                "level": each.level,
                "against": each.against,
                "low": each.low,
                "high": each.high,
                "odds": each.odds,
                "interval": [each.lower95, each.upper95],
                "sure": each.sure,
            }
            for each in found.drivers
        ],
    }
