"""One reader for each slot that can be told by its shape or by the words before it."""

import re
from calendar import monthrange
from collections.abc import Callable
from functools import cache

from crmbot.money import Figure, find_money
from crmbot.phone import find_phones
from crmbot.understand import reports, timetable, titles
from crmbot.understand.bag import FAR, GONE, Facts, days, take_ref
from crmbot.understand.dates import BEFORE
from crmbot.understand.lexicon import any_of, meanings, words
from crmbot.understand.names import clean
from crmbot.understand.periods import named_period_shape, period_shape, read_named_period, read_period
from crmbot.understand.spans import (
    EMAIL,
    read_owner,
    read_stage,
    zone_of,
)
from crmbot.understand.subjects import take_due
from crmbot.understand.tidy import HAN, without_marks
from crmbot.when import Told


def _text(facts: Facts) -> None:
    if found := _note().search(facts.said):
        facts.take("text", without_marks(found["value"]), found.start(), found.end())


@cache
def _note() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s,;.{GONE}])(?:{any_of(words('facts', 'note'))})\s*[:：]?\s*(?P<value>.+)$", re.I)


def _labels(facts: Facts) -> None:
    """`Name: Ann Poe, Company: Hooli`, in one line or several."""
    for found in _label().finditer(facts.said):
        slot = meanings("facts", "labels")[found[1].casefold()]
        if slot == "title" and "title" not in facts.wanted:
            slot = "name"
        if slot in ("name", "company", "title"):
            facts.take(slot, clean(found[2]), found.start(), found.end())
        elif slot == "owner" and (owner := read_owner(found[2])):
            facts.take(slot, owner, found.start(), found.end())


@cache
def _label() -> re.Pattern[str]:
    label = any_of(meanings("facts", "labels"))
    return re.compile(
        rf"(?:^|(?<=[\s,;{GONE}]))({label})(?:\s*[:=]|\s+is\s|\s*是|(?<=[\u3400-\u9fff])\s)\s*([^,;{GONE}]+?)"
        rf"(?=\s*(?:[,;{GONE}]|$|\s(?:{label})\s*[:=]))",
        re.I,
    )


def _title(facts: Facts) -> None:
    if found := _QUOTED.search(facts.said):
        led = _titled_by().search(facts.said, 0, found.start())
        start = led.start() if led else found.start()
        facts.take("title", without_marks(next(filter(None, found.groups()))), start, found.end())
    elif found := _titled().search(facts.said):
        facts.take("title", without_marks(found[1]), found.start(), found.end())


_QUOTED = re.compile(r"\"([^\"]{1,80})\"|“([^”]{1,80})”|[「『]([^」』]{1,80})[」』]|《([^》]{1,80})》")


@cache
def _titled_by() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(words('facts', 'titled'))})\s*:?\s*$", re.I)


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{any_of(words('facts', 'titled'))})\s*([^,;{GONE}]{{1,60}}?)(?=\s*(?:[,;{GONE}]"
        rf"|$|的(?:{any_of(words('records', 'deals'))})|\s(?:{any_of(words('facts', 'stops'))})"
        rf"(?![\w])))",
        re.I,
    )


def _tags(facts: Facts) -> None:
    if tags := _TAG.findall(facts.said):
        facts.found["tags"] = tags
        facts.said = _TAG.sub(lambda tag: GONE * len(tag[0]), facts.said)


_TAG = re.compile(r"(?<![\w&])#([^\W\d][\w-]*)")


def _email(facts: Facts) -> None:
    if "@" in facts.said and (found := _email_said().search(facts.said)):
        facts.take("email", found[1], found.start(), found.end())


@cache
def _email_said() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{any_of(words('facts', 'email'))})\s*(?:is|:|是|为)?\s*)?<?({EMAIL})>?", re.I)


def _phone(facts: Facts) -> None:
    for start, end, phone in find_phones(facts.said, zone_of(facts.now)):
        cue = _phone_cue().search(facts.said[:start])
        facts.take("phone", phone, cue.start() if cue else start, end)
        return


@cache
def _phone_cue() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(words('facts', 'phone'))})\s*(?:is|no\.?|number|:|是|为)?\s*:?\s*$", re.I)


def _owner(facts: Facts) -> None:
    if found := _han_in_charge().search(facts.said):
        facts.take("owner", found["who"], found.start(), found.end())
    elif (found := _in_charge().search(facts.said)) and (owner := read_owner(found["who"])):
        facts.take("owner", owner, found.start(), found.end())


@cache
def _in_charge() -> re.Pattern[str]:
    who = (
        rf"(?P<who>{any_of(words('owners', 'me'))}"
        r"|@?[A-Z][\w.-]*(?:\s[A-Z][\w-]+)?(?![\w])|@?[\w.-]+|[\u3400-\u9fff]{1,4})"
    )
    # Case tells where a name ends, so only the words before it may be written either way.
    return re.compile(rf"(?i:{any_of(words('owners', 'before'))})\s*:?\s*{who}")


@cache
def _han_in_charge() -> re.Pattern[str]:
    """老高负责: whose it is, said after the name."""
    surname = any_of(words("names", "surnames"))
    return re.compile(
        rf"(?:^|(?<=[\s,;{GONE}]))(?:由|归)?(?P<who>[小老阿]{HAN}|{surname}{HAN}{{1,2}})"
        rf"(?:负责|跟进|来跟|跟)(?=$|[\s,;{GONE}])"
    )


def _stage(facts: Facts) -> None:
    for pattern in _stage_said():
        if found := pattern.search(facts.said):
            facts.take("stage", read_stage(found["stage"]), found.start(), found.end())
            return


@cache
def _stage_said() -> tuple[re.Pattern[str], ...]:
    stages, noun = any_of(meanings("stages")), any_of(words("records", "stages"))
    before = rf"(?:(?:{noun})\s*(?:is|:|=|to|为|是)?|(?<![A-Za-z])(?:in|at)(?:\s+the)?|处于|在)\s*"
    return tuple(
        re.compile(pattern, re.I)
        for pattern in (
            rf"(?:{before})(?P<stage>{stages})(?:\s*(?:{noun}))?",
            rf"(?P<stage>{stages})\s*(?:{noun})",
            rf"(?:^|[,;{GONE}])\s*(?P<stage>{stages})\s*(?=$|[,;{GONE}])",
        )
    )


@cache
def _any_stage() -> re.Pattern[str]:
    return re.compile(any_of(meanings("stages")), re.I)


def _bare_stage(facts: Facts) -> None:
    if "stage" not in facts.found and (found := _any_stage().search(facts.said)):
        facts.take("stage", read_stage(found[0]), found.start(), found.end())


def _open_stage(facts: Facts) -> None:
    """A stage that is neither won nor lost: those are intents of their own."""
    for found in _any_stage().finditer(facts.said):
        if (stage := read_stage(found[0])) not in ("won", "lost"):
            facts.take("stage", stage, found.start(), found.end())
            return


def _period(facts: Facts) -> None:
    if found := _period_said().search(facts.said):
        if period := read_period(found["period"]):
            facts.found |= period
        facts.take("period", None, found.start(), found.end())
    elif found := named_period_shape().search(facts.said):
        facts.found |= read_named_period(found, facts.now, past=True)
        facts.take("period", None, found.start(), found.end())


def _period_ahead(facts: Facts) -> None:
    """Targets are set for what is to come: Q1 is the next one."""
    if found := named_period_shape().search(facts.said):
        facts.found |= read_named_period(found, facts.now, past=False)
        facts.take("period", None, found.start(), found.end())
    else:
        _period(facts)


@cache
def _period_said() -> re.Pattern[str]:
    cue = rf"(?:(?:{any_of(words('facts', 'closing'))})\s*(?:in|on|by|during|for)?\s*|(?:in|for|from|during)\s+)?"
    return re.compile(rf"{cue}(?P<period>{period_shape()})", re.I)


def take_impossible_days(facts: Facts) -> None:
    """ "closing 30 Feb", 2月30号: no day, and no part of a name either; nobody acts on the rest unasked."""
    for found in _dated().finditer(facts.said[:FAR]):
        month = meanings("when", "months").get((found["month"] or found["month2"] or "").casefold().rstrip("."))
        number, day = int(month or found["han"]), int(found["day"] or found["day2"] or found["han_day"])
        if 1 <= number <= 12 and day > monthrange(2024, number)[1]:  # a leap year
            cue = BEFORE.search(facts.said, max(0, found.start() - 20), found.start())
            told = Told(cue.start() if cue else found.start(), found.end(), facts.now.date(), facts.now.date())
            start, end = _with_cues(facts.said, told)
            facts.doubtful(0.25)
            facts.take("impossible_day", found[0], start, end)


@cache
def _dated() -> re.Pattern[str]:
    month = any_of(meanings("when", "months"))
    return re.compile(
        rf"(?<![\w.,/])(?P<day>[23]\d)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{month})"
        rf"|(?P<month2>{month})\s+(?:the\s+)?(?P<day2>[23]\d)(?![\d:.]|\s?[ap]m)(?:st|nd|rd|th)?"
        r"|(?<!\d)(?P<han>1[0-2]|[1-9])月(?P<han_day>[23]\d)[日号]",
        re.I,
    )


def _close_date(facts: Facts) -> None:
    told = max(days(facts, past=False), key=lambda each: (_has_cue(facts.said, each), each.sure), default=None)
    if told and (told.sure or _has_cue(facts.said, told)) and not _names_someone(facts, told):
        start, end = _with_cues(facts.said, told)
        facts.take("close_date", told.iso("close_date"), start, end)


def _names_someone(facts: Facts, told: Told) -> bool:
    """ "Friday Media" is no Friday, nor is "Black Friday" where a title is told."""
    said = facts.said
    if "named" in facts.wanted and not _has_cue(said, told) and _CAPITAL_BEFORE.search(said, 0, told.start):
        return said[told.start : told.start + 1].isupper()
    return (
        bool(re.match(r"\s[A-Z][a-z]", said[told.end :]))
        and said[told.start : told.end].istitle()
        and not _has_cue(said, told)
    )


_CAPITAL_BEFORE = re.compile(r"(?:[A-Z][a-z]+|\d+)\s+$")


def _has_cue(said: str, told: Told) -> bool:
    return _with_cues(said, told) != (told.start, told.end)


def _with_cues(said: str, told: Told) -> tuple[int, int]:
    before = _closing_before().search(said, 0, told.start)
    after = _closing_after().match(said, told.end)
    return before.start() if before else told.start, after.end() if after else told.end


@cache
def _closing_before() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?:to|will|should|预计|计划|争取|大概|希望)\s*)?(?:{any_of(words('facts', 'closing'))})\s*"
        rf"(?:date|日期|时间)?\s*(?:is|by|on|in|at|around|:|为|是|在|到)*\s*$",
        re.I,
    )


@cache
def _closing_after() -> re.Pattern[str]:
    return re.compile(
        rf"\s*(?:能|可以|会|应该能)?(?:{any_of(words('facts', 'closing'))})(?:下来|掉|单|约|合同|的)?", re.I
    )


def _amount(facts: Facts) -> None:
    named = "named" in facts.wanted  # "Win Back 2027" is no budget
    figures = [
        each
        for each in find_money(facts.said[:FAR])
        if each.sureness or (_bare(facts.said, each) and not (named and with_about(facts.said, each)[0] == each.start))
    ]
    if len(figures) > 1 and not facts.said[: figures[0].start].strip(f" ,:{GONE}"):
        del figures[0]  # "new deal 3M 40k": a name that is a figure
    best = max(figures, key=lambda each: each.sureness, default=None)
    if best:
        start, end = with_about(facts.said, best)
        if minus := _MINUS.search(facts.said[:start]):
            facts.doubtful(0.25)  # "-5k": nobody sells for less than nothing
            facts.take("impossible_amount", facts.said[minus.start() : end].strip(), minus.start(), end)
            return
        facts.take("amount", best.said, start, end)


_MINUS = re.compile(r"(?:(?:^|\s)[-−]|(?:^|\s)minus\s+|负)$", re.I)


def _bare(said: str, figure: Figure) -> bool:
    """Whether a number without unit or currency stands alone: "Acme 5000, …" but not "50 licences" nor "Studio 54"."""
    alone = _ends_there().match(said, figure.end)
    cue = _about_before().search(said[: figure.start])
    return bool(alone) and (bool(cue) or len(re.sub(r"\D", "", said[figure.start : figure.end])) > 2)


@cache
def _ends_there() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:$|[,;.{GONE}]|(?:{any_of(words('facts', 'stops'))})(?![\w]))", re.I)


def with_about(said: str, figure: Figure) -> tuple[int, int]:
    before = _about_before().search(said[: figure.start])
    after = _about_after().match(said, figure.end)
    return before.start() if before else figure.start, after.end() if after else figure.end


@cache
def _about_before() -> re.Pattern[str]:
    return re.compile(rf"(?:\s*(?:{any_of(words('money', 'about'))})(?:\s*:)?)+\s*$", re.I)


@cache
def _about_after() -> re.Pattern[str]:
    return re.compile(rf"(?:\s*(?:{any_of(words('money', 'about'))}))+", re.I)


def _company_to(facts: Facts) -> None:
    if found := re.search(r"(?:moved|works|now|is|joined|company)\s*(?:to|at|for|:)\s+([^,;\x00]+)", facts.said, re.I):
        facts.take("company", clean(found[1]), found.start(), found.end())


def _stage_of(facts: Facts) -> None:
    if found := _in_stage().search(facts.said):
        facts.take("stage", read_stage(found[1] or found[2]), found.start(), found.end())


@cache
def _in_stage() -> re.Pattern[str]:
    stage, noun = any_of(meanings("stages")), any_of(words("records", "stages"))
    return re.compile(rf"(?:in|at|处于|在)\s*(?:the\s+)?({stage})|({stage})\s*(?:{noun})", re.I)


def _ref_of(letters: str) -> Callable[[Facts], None]:
    return lambda facts: take_ref(facts, letters)


def _owner_to(facts: Facts) -> None:
    """ "over to Zainab", 转老高: to whom it is handed."""
    if found := _handed().search(facts.said):
        name, doubt = reports.colleague(found["who"] or found["who_han"])
        if doubt < 0.5:
            facts.take("owner", name, found.start(), found.end())


@cache
def _handed() -> re.Pattern[str]:
    who = rf"(?P<who_han>{HAN}{{2,3}})(?=$|[\s,;!{GONE}]|负责|跟进|处理|吧)"
    han = rf"(?:转给|转|交给|交|分给|派给|给|移交给|让|由|归)\s*{who}"
    return re.compile(
        rf"(?:(?:over\s+)?to|for|→|->|assign(?:ed)?(?:\s+to)?|owner:?)"
        rf"\s+@?(?P<who>[A-Za-z][\w-]+)(?=\s*(?:$|[,;.!{GONE}]))"
        rf"|{han}",
        re.I,
    )


READERS: dict[str, Callable[[Facts], None]] = {
    "note": _text,
    "text_all": reports.read_text_all,
    "refs": reports.read_refs,
    "tag_words": reports.read_tag_words,
    "title": _title,
    "named": titles.read_named,
    "tags": _tags,
    "C": _ref_of("C"),
    "D": _ref_of("D"),
    "T": _ref_of("T"),
    "K": _ref_of("K"),
    "M": _ref_of("M"),
    "R": _ref_of("R"),
    "email": _email,
    "phone": _phone,
    "labels": _labels,
    "every": timetable.read_every,
    "at": timetable.read_at,
    "channel": timetable.read_channel,
    "days": timetable.read_days,
    "minutes": timetable.read_minutes,
    "tasks": reports.read_day_or_period,
    "horizon": reports.read_horizon,
    "status": reports.lexical("status", "statuses"),
    "ticket_status": reports.lexical("status", "statuses"),
    "owner": _owner,
    "split": reports.lexical("by", "splits"),
    "list_owner": reports.read_owner_of,
    "owner_mine": reports.read_mine,
    "owner_for": reports.read_owner_for,
    "due": take_due,
    "owner_to": _owner_to,
    "period": _period,
    "period_ahead": _period_ahead,
    "campaign_period": _period,
    "close_date": _close_date,
    "figure": reports.read_figure,
    "figure_for": reports.read_figure,
    "spend": reports.spend,
    "spend_on": reports.spend,
    "revenue": reports.revenue,
    "order_for": reports.read_order_for,
    "order": reports.read_order,
    "amount": _amount,
    "over": timetable.read_over,
    "stage": _stage,
    "stage_of": _stage_of,
    "any_stage": _bare_stage,
    "open_stage": _open_stage,
    "priority": reports.lexical("priority", "priorities"),
    "category": reports.lexical("category", "categories"),
    "report": reports.lexical("report", "reports"),
    "method": reports.lexical("method", "methods"),
    "groups": reports.read_groups,
    "subject_of": reports.read_subject_of,
    "product": reports.read_product,
    "source": titles.read_source,
    "company_to": _company_to,
}
