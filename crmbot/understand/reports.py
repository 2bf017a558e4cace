"""Facts of lists, reports and figures: periods, counts, whose they are and which report."""

import re
from collections.abc import Callable
from functools import cache

from crmbot.money import find_money
from crmbot.understand.bag import FAR, GONE, Facts, days
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.names import NOBODY, clean, is_colleague, is_person, read_name
from crmbot.understand.periods import named_period_shape, period_shape, read_count, read_named_period, read_period
from crmbot.understand.spans import one_ref, read_ref, ref_shape
from crmbot.understand.tidy import HAN, has_han, without_marks
from crmbot.understand.whom import is_everyday


def lexical(slot: str, listed: str) -> Callable[[Facts], None]:
    """A reader for the first word of a table, such as a status."""

    def read(facts: Facts) -> None:
        for found in _any(listed).finditer(facts.said):
            if listed in ("priorities", "statuses") and _BEFORE_NAME.search(facts.said, 0, found.start()):
                continue  # "tickets for Urgent Couriers"
            facts.take(slot, meanings(listed)[" ".join(found[0].casefold().split())], found.start(), found.end())
            return

    return read


_BEFORE_NAME = re.compile(r"\b(?:for|with|from|at|of|by)\s+$")


@cache
def _any(listed: str) -> re.Pattern[str]:
    return re.compile(any_of(meanings(listed)), re.I)


def read_day_or_period(facts: Facts) -> None:
    """In lists of tasks one day is `due`, and a week or month a period."""
    if (found := _period().search(facts.said)) and not _WEEKDAY_AFTER.match(facts.said, found.end() - 1):
        period = read_period(found["period"])
        if period and period["period"] != "day":
            facts.found |= period
            facts.take("span", None, found.start(), found.end())
            return
    told = max(days(facts, past=False), key=lambda each: each.sure, default=None)
    named = named_period_shape().search(facts.said)
    if named and (
        not told or _ONLY_CUES.fullmatch(facts.said[told.start : named.start()] + facts.said[named.end() : told.end])
    ):
        facts.found |= read_named_period(named, facts.now, past=False)  # "in january" is no day
        facts.take("span", None, named.start(), named.end())
    elif told and told.sure:
        facts.take("due", told.iso("due"), told.start, told.end)


_ONLY_CUES = re.compile(r"\s*(?:due|on|in|for|by|during|到期)?\s*", re.I)
_WEEKDAY_AFTER = re.compile("周[一二三四五六日天末]|.[底初中末]")  # 本周三 is one day, and 下月底 another


@cache
def _period() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:in|for|from|during|over|of|on)\s+)?(?P<period>{period_shape()})", re.I)


def read_owner_of(facts: Facts) -> None:
    """ "my", "Sam's", 小陈的 in lists and reports."""
    if found := _mine().search(facts.said):
        facts.take("owner", "me", found.start(), found.end())
        return
    if found := _OWNS.search(facts.said) or _han_owner().search(facts.said):
        name, doubt = read_name(found["who"])
        if doubt < 0.5 and found["who"].casefold() not in _NOBODY:
            facts.take("owner", name, found.start(), found.end())
            return
    if found := _thumbed_owner().search(facts.said):
        name = found["who"]
        if not is_everyday(name) and not is_everyday(name.removesuffix("s")):
            own = name.casefold() in words("names", "ending_in_s")
            facts.take("owner", name if own else name[:-1], found.start("who"), found.end("who"))
            return
    if found := _owner_after().search(facts.said):
        name, doubt = read_name(found["who"].lstrip("@"))
        if doubt < 0.5:
            facts.take("owner", "me" if name.casefold() in words("owners", "me") else name, found.start(), found.end())


_OWNS = re.compile(r"(?<![\w])(?P<who>(?:[A-Z][\w-]+ ){1,2}(?<!\w\. )[A-Z][\w-]+|[A-Z][\w-]+|[a-z][\w-]{1,15})'s(?=\s)")


@cache
def _owner_after() -> re.Pattern[str]:
    cue = any_of(words("owners", "before") | {"by"})
    return re.compile(rf"(?:{cue})\s*:?\s*(?P<who>@?[A-Za-z][\w-]*|{HAN}{{2,3}})", re.I)


@cache
def _thumbed_owner() -> re.Pattern[str]:
    """ "priyas urgent tickets": an apostrophe that the thumb left out."""
    between = any_of([*meanings("priorities"), *meanings("statuses"), *meanings("stages")])
    nouns = any_of(
        words("words", "deals") | words("words", "tasks") | words("words", "tickets") | words("words", "customers")
    )
    return re.compile(rf"(?<![\w'#@])(?P<who>[A-Za-z][a-z]+s)\s+(?:(?:{between}|\x00)+\s*)?(?={nouns})", re.I)


_NOBODY = frozenset(["what", "today", "how", "who", "there", "that", "it", "let", "where", "yesterday", "when", "here"])


@cache
def _mine() -> re.Pattern[str]:
    return re.compile(r"(?<![\w])(?:my|mine|i|me)(?![\w'])(?!\s+team)|(?<![给帮发跟])我(?:的|名下|负责)?(?!们)", re.I)


@cache
def _han_owner() -> re.Pattern[str]:
    surname = any_of(words("names", "surnames"))
    return re.compile(
        rf"(?:(?<!{HAN})|(?<=[看下查]))(?!{NOBODY})(?P<who>[小老阿]{HAN}|{surname}{HAN}{{1,2}}?|{surname}(?:总|经理))"
        rf"(?=的|本|这|上|下|今|第|[一二三四]季|逾|有|还|手|名|负|未|{GONE})的?"
    )


def read_mine(facts: Facts) -> None:
    if found := _mine().search(facts.said):
        facts.take("owner", "me", found.start(), found.end())


# Numbers: figures of campaigns, groups, horizons


def read_figure(facts: Facts) -> None:
    """ "340 clicks", "spent 1200 eur", 花了8千: what was counted, and how much."""
    said = facts.said[:FAR]
    metric = _metric().search(said)
    if not metric:
        return
    meant = meanings("metrics")[" ".join(metric[0].casefold().split())]
    _figure(facts, meant)


def _figure(facts: Facts, metric: str) -> None:
    said = facts.said[:FAR]
    if metric in ("spend", "revenue"):
        figures = list(find_money(said))
        best = max(figures, key=lambda each: each.sureness, default=None)
        if best is None:
            return
        facts.found["amount"] = best.said
    else:
        count = _number().search(one_ref().sub(lambda ref: " " * len(ref[0]), said))  # D5 is five of nothing
        if not count or (value := read_count(count[0])) is None:
            return
        facts.found["count"] = value
    facts.found["metric"] = metric
    if found := re.search(rf"(?:for|on|to|in|给|为)?\s*({ref_shape('M')})", said, re.I):
        facts.found["ref"] = read_ref(found[1], "M")
    elif found := re.search(
        r"(?:for|on|to|in|from|into)\s+(?:the\s+)?(?P<title>[^,;\d]{2,40}?)(?:\s+campaign)?\s*$", said, re.I
    ):
        title = without_marks(found["title"])
        if title.casefold() not in meanings("metrics"):  # "made 4k in revenue"
            facts.found["title"] = title


@cache
def _metric() -> re.Pattern[str]:
    return re.compile(any_of(meanings("metrics")) + "(?!子)", re.I)  # 单子 is a deal


@cache
def _number() -> re.Pattern[str]:
    return re.compile(r"\d[\d,.]*(?:\s?(?:k|m|w|千|万|百)(?![A-Za-z]))?|[一二两三四五六七八九十百千万]+", re.I)


def spend(facts: Facts) -> None:
    _figure(facts, "spend")


def revenue(facts: Facts) -> None:
    _figure(facts, "revenue")


def read_groups(facts: Facts) -> None:
    if found := _groups().search(facts.said):
        count = read_count(found["n"] or found["bare"])
        if count is not None:
            facts.take("count", count, found.start(), found.end())


@cache
def _groups() -> re.Pattern[str]:
    unit = r"(?:groups?|clusters?|segments?|buckets?|parts?|types?|classes|categories|k)|[个类组群种档]"
    number = r"\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|[一二两三四五六七八九十]{1,3}"
    return re.compile(
        rf"(?:into|in|with|k\s*=|成|为)?\s*(?P<n>{number})\s*(?:customer\s+)?(?:{unit})(?:类|组|群)?"
        rf"|into\s+(?P<bare>{number})\s*$",
        re.I,
    )


def read_horizon(facts: Facts) -> None:
    """ "next 3 months" is three months ahead; `/forecast 6` names no unit."""
    if found := _HALF_YEAR.search(facts.said):
        facts.take("horizon", 6, found.start(), found.end())
        facts.found["period"] = "month"
        return
    if found := _ahead().search(facts.said):
        unit = meanings("periods", "units")[found["unit"].casefold()]
        count = read_count(found["n"]) if found["n"] else 1
        if count:
            facts.take("horizon", count, found.start(), found.end())
            facts.found["period"] = unit
            return
    if found := re.search(
        r"(?<![\w.])(\d{1,2})\s*(months?|quarters?|weeks?|years?|个月|个季度|周|年)(?!\w*\s*ago)", facts.said, re.I
    ):
        facts.take("horizon", int(found[1]), found.start(), found.end())
        facts.found["period"] = meanings("periods", "units")[found[2].casefold().removeprefix("个")]
        return
    if found := re.fullmatch(rf"[\s{GONE}]*(\d{{1,2}})[\s{GONE}]*", facts.said):
        facts.take("horizon", int(found[1]), *found.span(1))
        return
    if (found := _period().search(facts.said)) and (period := read_period(found["period"])):
        offset = period.pop("offset", 0)
        if offset > 0:
            period = {"horizon": offset} | period
        elif offset < 0:
            period["offset"] = offset
        facts.found |= period
        facts.take("span", None, found.start(), found.end())


_HALF_YEAR = re.compile(r"(?:the\s+)?(?:next\s+)?half\s+(?:a\s+)?year|(?:未来|接下来|今后|下)?半年", re.I)


@cache
def _ahead() -> re.Pattern[str]:
    unit = any_of(meanings("periods", "units"))
    number = rf"\d{{1,3}}|{any_of(words('words', 'small_numbers'))}|[一二两三四五六七八九十]{{1,3}}"
    return re.compile(
        rf"(?:(?:for|over|in|within|during)\s+)?(?:the\s+)?(?:next|coming|following|upcoming|未来|接下来|今后|往后|后面|之后|后|下)\s*的?\s*(?P<n>{number})?\s*个?\s*(?P<unit>{unit})(?:内|的|里)?",
        re.I,
    )


def read_subject_of(facts: Facts) -> None:
    if found := re.search(
        r"(?<![\w])(?:number of tickets|tickets?|support volume|cases)(?![\w])|工单(?:数量?|量)?", facts.said, re.I
    ):
        facts.take("subject", "tickets", found.start(), found.end())
    elif found := re.search(
        r"(?<![\w])(?:number of deals|deals|deal count)(?![\w])|商机数量?|单子数量?|多少单|几单|成交数量?",
        facts.said,
        re.I,
    ):
        facts.take("subject", "deals", found.start(), found.end())
    elif found := re.search(r"(?<![\w])revenue(?![\w])|营收|收入", facts.said, re.I):
        facts.take("subject", "revenue", found.start(), found.end())


def read_product(facts: Facts) -> None:
    """ "for Pro", 企业版: a product is named like one."""
    if found := re.search(
        r"\bof\s+(?P<what>[A-Z][\w-]*(?:\s[A-Z0-9][\w-]*)*)|(?P<han>[\u3400-\u9fffA-Za-z]{1,4}版)", facts.said
    ):
        facts.take("product", found["what"] or found["han"], found.start(), found.end())


def read_owner_for(facts: Facts) -> None:
    """ "forecast for Sam": in reports of sales a person is whose sales they are."""
    if "owner" not in facts.found and (found := _FOR_SOMEBODY.search(facts.said)):
        name, doubt = colleague(found["who"])
        if doubt < 0.5:
            facts.take("owner", name, found.start(), found.end())


_FOR_SOMEBODY = re.compile(r"\bfor\s+(?P<who>[A-Za-z][\w-]+)\s*(?=$|[,;\x00])")


def read_refs(facts: Facts) -> None:
    refs = [read_ref(found[0], "CD") for found in one_ref("CD").finditer(facts.said)]
    if len(refs) == 2:
        facts.found["refs"] = refs
        facts.said = one_ref("CD").sub(lambda ref: GONE * len(ref[0]), facts.said)


def read_tag_words(facts: Facts) -> None:
    said = re.sub(r"[\"“”]|的?标签\s*$|^\s*一?下\s*", "", facts.said)
    tags = [
        tag.strip(" #") for tag in re.split(r"[,;、]|\s(?=#)|\sand\s|\s(?=[\u3400-\u9fff])", said) if tag.strip(" #")
    ]
    if tags and len(said) < 60:
        facts.found["tags"] = tags
        facts.said = ""


def read_text_all(facts: Facts) -> None:
    said = re.sub(r"^[\s,:;\-–]*(?:(?:that|saying|with|说|:)\s*[:,]?\s+(?=\S))?[\s,:;\-–]*", "", facts.said)
    if re.search(r"\w", said):
        facts.found["text"] = said.strip()
        facts.said = ""


def read_order(facts: Facts) -> None:
    """ "3 Pro, 3k": what was ordered and for how much."""
    figures = [
        each for each in find_money(facts.said) if each.sureness or re.search(r"[,\sx]$", facts.said[: each.start])
    ]
    best = max(figures, key=lambda each: (each.sureness, each.start), default=None)
    if best and (best.sureness or best.end == len(facts.said.rstrip())):
        facts.take("amount", best.said, best.start, best.end)
    for told in days(facts, past=True):
        if told.sure and told.first <= facts.now.date():
            facts.take("when", told.iso("when"), told.start, told.end)
            break
    rest = re.split(rf"[,;{GONE}]", facts.said.strip(f" ,:;{GONE}"), maxsplit=1)[0]
    rest = re.sub(r"\s+(?:for|at|worth|of|on)\s*$", "", rest, flags=re.I)
    product = re.sub(
        r"^(?:\d+\s*(?:x|pcs|pieces|units|seats|licen[cs]es|个|套|台|份|件|箱)?\s*(?:of\s+)?"
        r"|[一二两三四五六七八九十]+[个套台份件箱])\s*",
        "",
        without_marks(rest),
        flags=re.I,
    )
    product = re.sub(r"^(?:the|a|an|our|one|another)\s+(?=\S)", "", product, flags=re.I)
    if re.search(r"[^\W\d_]", product):
        facts.found["product"] = product
    facts.said = ""


def read_order_for(facts: Facts) -> None:
    """ "for Hooli: 3 Pro, 3k": the customer comes first."""
    found = re.match(r"\s*([^,:;]{2,40}?)\s*[,:;]\s*(.+)", facts.said) or re.match(
        r"\s*([^\s,:;]{2,40})\s+(.+)", facts.said
    )
    if not found:
        return
    name, doubt = read_name(found[1])
    facts.doubtful(doubt)
    facts.found["name"] = name
    facts.said = found[2]
    read_order(facts)


@cache
def _no_colleagues() -> frozenset[str]:
    days_said = [
        *table("when", "days"),
        *meanings("when", "weekdays"),
        *meanings("when", "months"),
        *table("when", "parts"),
    ]
    return frozenset(
        [
            *meanings("when", "which"),
            *days_said,
            *meanings("priorities"),
            *meanings("statuses"),
            *meanings("stages"),
            *words("words", "task"),
            *words("words", "tasks"),
        ]
    )


_WEEKDAY = re.compile("(?:周|星期|礼拜)[一二三四五六日天末]")


def colleague(said: str) -> tuple[str, float]:
    """A name of one we work with."""
    name = without_marks(said).lstrip("@")
    if name.casefold() in _no_colleagues() or _WEEKDAY.fullmatch(name):
        return name, 1.0
    if name.casefold() in words("owners", "me"):
        return "me", 0.0
    name = clean(name, "owners")
    plain_name, doubt = read_name(name)
    if len(plain_name.split()) > 3 or re.search(r"\d", plain_name):
        doubt = max(doubt, 0.6)
    if is_colleague(plain_name) or is_person(plain_name):
        return plain_name, 0.0
    if has_han(plain_name):
        doubt = max(doubt, {2: 0.1, 3: 0.3}.get(len(plain_name), 0.7))
    return plain_name, doubt
