"""Facts of scheduled reports and alerts: how often, at what hour, after how long and where to."""

import re
from functools import cache

from crmbot.understand.bag import Facts, days
from crmbot.understand.lexicon import any_of, meanings
from crmbot.understand.periods import read_count
from crmbot.understand.tidy import HAN


def read_every(facts: Facts) -> None:
    if day := _DAY_OF_MONTH.search(facts.said):
        facts.take("every", "month", day.start(), day.end())
        return
    found = None
    for each in _every().finditer(facts.said):
        if _ONE_PERIOD.search(facts.said, 0, each.start()):
            continue  # "the pipeline of last month"
        found = each if found is None or (_weekly(found) and not _weekly(each)) else found
    if not found:
        return
    said = " ".join(found[0].casefold().split())
    for each in _every().finditer(facts.said):
        if _ONE_PERIOD.search(facts.said, 0, each.start()):
            continue
        facts.take("every", meanings("every")[said], each.start(), each.end())
    for word, clock in (
        ("morning", "09:00"),
        ("早", "09:00"),
        ("evening", "19:00"),
        ("晚", "19:00"),
        ("afternoon", "15:00"),
        ("night", "19:00"),
    ):
        if word in said:
            facts.found["part"] = clock


_DAY_OF_MONTH = re.compile(  # which day that is, is not asked here
    r"(?:on|at)?\s*\bthe\s+(?:\d{1,2}(?:st|nd|rd|th)|first|last|end)(?:\s+day)?\s+of\s+(?:every|each)\s+month\b", re.I
)
_ONE_PERIOD = re.compile(r"\b(?:last|this|next|past)\s+$", re.I)


def _weekly(found: re.Match[str]) -> bool:
    return meanings("every")[" ".join(found[0].casefold().split())] in ("week", "day")


@cache
def _every() -> re.Pattern[str]:
    return re.compile(any_of(meanings("every")), re.I)


def read_at(facts: Facts) -> None:
    part = facts.found.pop("part", "")
    said = facts.said
    for told in days(facts, past=False):
        if told.clock:
            clock = told.clock
            if part == "09:00" and 12 < clock.hour < 20 and not re.search("pm|下午", said[told.start : told.end], re.I):
                clock = clock.replace(hour=clock.hour - 12)
            elif part == "19:00" and clock.hour < 12:
                clock = clock.replace(hour=clock.hour + 12)
            facts.take("at", f"{clock:%H:%M}", told.start, told.end)
            return
    if part:
        facts.found["at"] = part


def read_channel(facts: Facts) -> None:
    """#sales and @ann as typed; a group by its name alone."""
    if found := re.search(
        r"(?:(?:to|in|into|on|at|发到|推送到|推到|发给|通知|提醒|告诉|到|给|在)\s*(?:the\s+)?)?(?P<channel>[#@](?:[A-Za-z0-9_-]+|[\w-]+?(?=(?:里|有哪些|有什么|会|每|定时|自动))|[\w-]+))(?:\s*(?:channel|group|频道|群))?",
        facts.said,
        re.I,
    ):
        facts.take("channel", found["channel"], found.start(), found.end())
    elif found := re.search(
        rf"(?:发到|推送到|推到|发给|发送到|到|给|在|往|推送给|播报到|贴到|分享到|通知|提醒|告诉)?(?P<channel>(?:{HAN}|[A-Za-z0-9])+?)(?:(?<!分)群|频道)(?:里|组)?",
        facts.said,
    ):
        channel = re.sub(r"^.*(?:发到|推送到|推到|发给|发送到|通知|提醒|告诉|到|给|往|在)", "", found["channel"])
        facts.take(
            "channel",
            channel,
            found.start() if channel == found["channel"] else found.end() - len(channel) - 1,
            found.end(),
        )
    elif found := re.search(
        r"(?:^\s*the\s+|(?:to|in|into|on)\s+(?:the\s+)?)(?P<channel>[\w-]+)\s+(?:channel|group|chat)\b",
        facts.said,
        re.I,
    ):
        facts.take("channel", found["channel"], found.start(), found.end())


def read_over(facts: Facts) -> None:
    """ "over 50000", 超过50000: a bare figure is an amount where it is a threshold."""
    found = re.search(r"(?:over|above|more than|超过|大于)\s*(\d{3,12})(?![\w.,])", facts.said, re.I)
    if found and "amount" not in facts.found:
        facts.take("amount", {"value": found[1]}, found.start(), found.end())


def read_minutes(facts: Facts) -> None:
    """ "for 2 hours", 半小时: how much later."""
    if found := _LATER.search(facts.said):
        half, count, unit = found["half"], found["count"], found["unit"]
        number = 0.5 if half else {"a": 1, "an": 1}.get(count.casefold()) or read_count(count)
        if number:
            facts.take("minutes", round(number * _MINUTES[unit[0].casefold()]), found.start(), found.end())


_LATER = re.compile(
    r"(?:(?P<half>half an?|半个?)|(?P<count>\d{1,3}|an?|one|two|three|four|five|six|[一二两三四五六七八九十]{1,3}))"
    r"\s*个?(?P<unit>minutes?|mins?|hours?|hrs?|h\b|days?|d\b|weeks?|小时|钟头|分钟|天|日|周|星期)",
    re.I,
)
_MINUTES = {"m": 1, "分": 1, "h": 60, "小": 60, "钟": 60, "d": 1440, "天": 1440, "日": 1440, "w": 10080, "周": 10080}
_MINUTES["星"] = 10080


def read_days(facts: Facts) -> None:
    """ "for 14 days", 两周: how long."""
    if found := re.search(
        r"(\d{1,3}|[一二两三四五六七八九十]{1,3}|a|one|two|three)\s*(days?|weeks?|天|日|周|个?星期)", facts.said, re.I
    ):
        count = {"a": 1}.get(found[1].casefold()) or read_count(found[1])
        if count:
            unit = 7 if re.match("week|周|个?星期", found[2], re.I) else 1
            facts.take("days", count * unit, found.start(), found.end())
