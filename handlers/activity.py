"""Who was how much in touch with customers: calls, meetings, emails and notes of each colleague, or week by week."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Reply, Table, Text, text, verbatim
from handlers._owners import owner_id
from handlers._pages import A_PAGE
from handlers._periods import Period, before, say_period, span
from handlers._time import midnight, today
from storage import Store

KINDS = ("call", "meeting", "email", "note")
Kind = Literal["call", "meeting", "email", "note"]
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class AskActivity(Slots):
    period: Period = "week"
    offset: int = 0
    alone: bool = False
    owner: str | None = None
    kind: Kind | None = None


@intent("activity.report", needs=Permission.READ_CUSTOMERS)
def report_activity(slots: AskActivity, member: Member, store: Store, now: datetime) -> Reply:
    """Of each colleague; of one of them, or where there is but one, week by week if it is more than a week."""
    first, last = span(slots.period, slots.offset, today(now, member), slots.alone)
    owner = owner_id(slots.owner, member, store)
    kinds = (slots.kind,) if slots.kind else KINDS
    found = _by_person(store, member, owner, kinds, first, last)
    earlier = _by_person(
        store, member, owner, kinds, *before(slots.period, slots.offset, today(now, member), slots.alone)
    )
    words = text(
        "activity",
        period=say_period(slots.period, slots.offset, today(now, member), slots.alone),
        count=_sum(found),
        people=len(found),
        before=_sum(earlier),
    )
    if len(found) == 1 and last - first >= WEEK:
        [whose] = found
        rows = _weekly(store, member, whose, kinds, first, min(last, today(now, member)))
        column = "week"
    else:
        rows = [(verbatim(store.members.name_of(each) or "–"), counts) for each, counts in _most_first(found)[:A_PAGE]]
        column = "owner"
    others = _each(found, slots, store) if len(found) > 1 else ()
    return Reply(words, table=_table(rows, kinds, column) if rows else None, buttons=(*others, *_other_period(slots)))


Counts = Mapping[str, int]


def _by_person(
    store: Store, member: Member, owner: int | None, kinds: Sequence[str], first: date, last: date
) -> dict[int, Counts]:
    people: dict[int, Counter[str]] = {}
    between = midnight(first, member), midnight(last + DAY, member)
    for who, kind, count in store.interactions.counted(seen_by=member, between=between, by=owner):
        if kind in kinds:
            people.setdefault(who, Counter())[kind] += count
    return dict(people)


def _weekly(
    store: Store, member: Member, whose: int, kinds: Sequence[str], first: date, last: date
) -> list[tuple[Text, Counts]]:
    """The newest week first; a week without a word is a line too."""
    between = midnight(first, member), midnight(last + DAY, member)
    weeks: dict[date, Counter[str]] = {}
    for at, kind in store.interactions.moments(seen_by=member, between=between, by=whose):
        day = at.astimezone(ZoneInfo(member.zone)).date()
        weeks.setdefault(_monday(day), Counter())[kind] += 1
    starts = [_monday(last) - number * WEEK for number in range((_monday(last) - _monday(first)).days // 7 + 1)]
    said = [(text("day-short", day=each.day, month=each.month), weeks.get(each, Counter())) for each in starts]
    return [(label, {kind: counts[kind] for kind in kinds}) for label, counts in said]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sum(found: Mapping[int, Counts]) -> int:
    return sum(sum(counts.values()) for counts in found.values())


def _most_first(found: Mapping[int, Counts]) -> list[tuple[int, Counts]]:
    return sorted(found.items(), key=lambda each: (-sum(each[1].values()), each[0]))


def _table(rows: Sequence[tuple[Text, Counts]], kinds: Sequence[str], column: str) -> Table:
    columns = [text("column", column=column), *(text("contacts", kind=kind) for kind in kinds)]
    total = [text("column", column="total")] if len(kinds) > 1 else []
    lines = (
        (label, *(verbatim(str(counts.get(kind, 0))) for kind in kinds), *(_total(counts) for _ in total))
        for label, counts in rows
    )
    return Table((*columns, *total), tuple(lines))


def _total(counts: Counts) -> Text:
    return verbatim(str(sum(counts.values())))


def _each(found: Mapping[int, Counts], slots: AskActivity, store: Store) -> tuple[Button, ...]:
    """One colleague's month, week by week."""
    asked = slots.model_dump(exclude_none=True) | ({"period": "month"} if slots.period in ("day", "week") else {})
    names = [store.members.name_of(who) for who, _ in _most_first(found)[:A_PAGE]]
    return tuple(Button(verbatim(name), "activity.report", asked | {"owner": name}) for name in names if name)


def _other_period(slots: AskActivity) -> tuple[Button, ...]:
    """The one before it, where one is asked for."""
    if slots.offset != 0:
        return ()
    asked = slots.model_dump(exclude_none=True) | {"offset": -1}
    return (Button(text("period", period=f"last-{slots.period}"), "activity.report", asked),)
