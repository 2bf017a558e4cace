"""What a span of a phrase says for its slot, and how much doubt there is about it."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.phone import read_phone
from crmbot.understand.lexicon import any_of, meanings, words
from crmbot.understand.names import (
    clean,
    is_colleague,
    is_organisation,
    is_person,
    is_pronoun,
    is_surname,
    read_name,
    read_whom,
)
from crmbot.understand.periods import named_period_shape, period_shape, read_named_period, read_period
from crmbot.understand.reports import colleague
from crmbot.understand.shapes import LEXICONS
from crmbot.understand.spans import (
    one_ref,
    read_amount,
    read_kind,
    read_owner,
    read_ref,
    read_stage,
    ref_shape,
    zone_of,
)
from crmbot.understand.subjects import plain_subject, private
from crmbot.understand.tidy import has_han, without_marks
from crmbot.understand.whom import is_everyday
from crmbot.when import read_when


def read_span(
    slot: str, said: str, now: datetime, records: str, *, ahead: bool = False
) -> tuple[dict[str, Any], float]:
    """A period named by itself is the last one begun, or with `ahead` the first not yet over."""
    if slot in ("deal", "customer"):
        return _record(slot, said, records)
    if len(slot) <= 2 and slot.isupper():
        ref = read_ref(said, slot)
        return {"ref": ref}, float(ref is None)
    if slot == "whom":
        if ref := read_ref(without_marks(said), "CD"):
            return {"ref": ref}, 0.0
        return ({"unnamed": True}, 0.0) if is_pronoun(said) else read_whom(said, records)
    if slot in ("name", "company"):
        name, doubt = read_name(said, records)
        if one_ref().fullmatch(name):
            return {}, 1.0
        place = slot == "company" and name in words("names", "places")
        return {slot: name}, max(doubt, 0.6) if place or name.casefold() in meanings("stages") else doubt
    if slot == "query":
        query, doubt = read_name(said.removeprefix("姓"), records)
        return {"query": query}, 0.0 if len(query) == 1 and is_surname(query) else doubt
    if slot == "period":
        named = named_period_shape().fullmatch(said.strip())
        period = read_named_period(named, now, past=not ahead) if named else read_period(said)
        return period or {}, float(period is None)
    if slot == "ahead":
        return _ahead(said)
    if slot == "title" and (amount := read_amount(said, now)):
        return {"amount": amount}, 0.0  # 录一个30万的单子
    if slot in ("text", "reason", "title", "elsewhere", "unanswered"):
        words_said = without_marks(said)
        return {{"elsewhere": "reason", "unanswered": "text"}.get(slot, slot): words_said}, float(not words_said)
    if slot == "place":
        return _place(said)
    if slot == "person":
        return {"owner": said}, 0.0 if is_colleague(said) else 0.1 if is_person(said) else 0.6
    if slot in ("stage", "open_stage"):
        return {"stage": read_stage(said)}, 0.0
    if slot in ("kind", "contact"):
        return {"kind": read_kind(said)}, 0.0
    if slot in LEXICONS:
        return _listed(slot, said)
    if slot in _READERS:
        return _READERS[slot](said)
    value = _value(slot, said, now)
    if slot == "when" and value and value[:10] > now.date().isoformat():
        value = None  # a contact still to come is no contact yet
    return {slot: value}, float(value is None)


def _ahead(said: str) -> tuple[dict[str, Any], float]:
    """A period to come is a horizon: 未来两个月 are two months ahead."""
    period = read_period(said) or {}
    offset = period.pop("offset", 0)
    return {"horizon": offset} | period, float(offset < 1)


def _listed(slot: str, said: str) -> tuple[dict[str, Any], float]:
    listed = LEXICONS[slot]
    meant = meanings(listed)[" ".join(said.casefold().split())]
    return {
        _NAMED.get(slot, slot): None if meant == "open" and slot != "open_status" and slot != "status" else meant
    }, 0.0


_NAMED = {
    "open_status": "status",
    "table": "report",
    "language": "query",
    "campaign_kind": "category",
    "role": "kind",
    "kinds_zh": "kind",
    "kinds": "kind",
    "categories": "category",
    "seen": "kind",
    "seen_zh": "kind",
    "seen_noun": "kind",
    "records_of": "kind",
}


def _owner_said(said: str) -> tuple[dict[str, Any], float]:
    name, doubt = colleague(said)
    first = said.strip().split()[0] if said.strip() else ""
    return {"owner": name}, max(doubt, 0.6) if " " in said.strip() and first.islower() and is_everyday(first) else doubt


def _name_said(said: str) -> tuple[dict[str, Any], float]:
    name, doubt = colleague(said)
    return {"name": name}, doubt


def _reporter(said: str) -> tuple[dict[str, Any], float]:
    whom, doubt = read_whom(said, "customers")
    first = clean(said).partition(" ")[0]
    return dict(whom), max(doubt, 0.6) if first.islower() and is_everyday(first) else doubt


def _possessor(said: str) -> tuple[dict[str, Any], float]:
    """ "Ann's", and "anns" as thumbs write it."""
    if said.strip().casefold() in ("his", "her", "their", "its"):
        return {"unnamed": True}, 0.0
    plain = re.sub(r"'s?$|’s?$", "", said.strip())
    if ref := read_ref(without_marks(plain).removesuffix("的"), "C"):
        return {"ref": ref}, 0.0
    if (first := said.split()[0]) in _commands() and first != said.strip():
        return {}, 1.0
    if plain == said.strip() and re.search(r"[a-z]s$", plain) and plain.casefold() not in words("names", "ending_in_s"):
        plain = plain[:-1]
    whom, doubt = read_whom(plain)
    return dict(whom), doubt


def _activity(said: str) -> tuple[dict[str, Any], float]:
    """What is put off or handed on: it must sound like something one does."""
    subject = plain_subject(re.sub(r"^(?:the|my|our|a|an|that|this|那个|这个|我的)\s*", "", said.strip(), flags=re.I))
    if _added().match(subject):
        return {"subject": subject}, 0.6  # 开个工单 …
    if _DATE_OF_DEAL.search(subject):
        return {"subject": subject}, 1.0  # D36预计签单日期: what a deal says, and nothing to do
    told = any(word in words("words", "activity") for word in re.findall(r"[a-z-]+", subject.casefold())) or any(
        word in subject for word in words("words", "activity") | words("words", "do") if has_han(word)
    )
    return {"subject": subject}, 0.0 if told and not re.search(r"\d{3}", subject) else 0.2 if has_han(subject) else 0.6


_DATE_OF_DEAL = re.compile(
    rf"^{ref_shape('D')}.*(?:日期?|时间|期限|date|day|deadline)$"
    r"|(?:单子?|商机|合同).*(?:成交|签约|签单|关单|结单|成单)(?:日期?|时间|期限)$|\b(?:close|closing|signing) date$",
    re.I,
)


@cache
def _added() -> re.Pattern[str]:
    return re.compile(any_of(words("words", "add")), re.I)


def _doing(said: str) -> tuple[dict[str, Any], float]:
    """ "calling Bob", "the proposal": what has been done."""
    subject = plain_subject(said)
    if private().search(subject):
        return {"subject": subject}, 0.6  # 晚饭做完了
    if re.match(r"[A-Za-z]+ing\b", subject) or _activity(said)[1] == 0:
        return {"subject": subject}, 0.0
    if has_han(subject):
        verb = any(word in subject for word in words("words", "do") | words("words", "activity") if has_han(word))
        return {"subject": subject}, 0.0 if verb else 0.3
    return {"subject": subject}, 0.25 if re.search(r"\s", subject) else 0.6


def _task_words(said: str) -> tuple[dict[str, Any], float]:
    subject = re.sub("了$", "", plain_subject(said))
    return {"subject": subject}, 0.0 if re.search(r"[^\W\d]", subject) and len(subject) < 120 else 1.0


def _campaign(said: str) -> tuple[dict[str, Any], float]:
    if ref := read_ref(without_marks(said), "M"):
        return {"ref": ref}, 0.0
    if one_ref().fullmatch(said.strip()):
        return {}, 1.0
    title = without_marks(_AROUND_CAMPAIGN.sub("", without_marks(said)))
    if _deal_or_ref().search(title):
        return {}, 1.0
    if (
        "#" in title
        or title.casefold().split()[0:1] in (["report"], ["reports"])
        or title.casefold() in words("words", "survey")
    ):
        return {}, 1.0
    if not re.search(r"[^\W\d_]", title) or title.casefold() in words("names", "never") | words("names", "pronouns"):
        return {}, 1.0
    if _of_ours().search(title):
        return {"title": title}, 0.6
    if _IN_A_PERIOD.search(title):
        return {"title": title}, 0.6  # 团队这季度做得怎样
    if re.fullmatch(period_shape(), title, re.I) or named_period_shape().fullmatch(title):
        return {}, 1.0  # "numbers for last quarter"
    if _IN_A_QUARTER.search(title):
        return {"title": title}, 0.3
    if len(title) == 1 and has_han(title):
        return {}, 1.0  # 又来一单
    if is_colleague(title):
        return {"title": title}, 0.3  # 小李这个月战绩如何
    if private().search(title):
        return {"title": title}, 0.6  # 晚饭做完了
    if title.casefold() in words("names", "people"):
        return {"title": title}, 0.6  # "how is Omar doing": a colleague
    first = title.split()[0]
    doubtful = first.casefold() in words("names", "function") | words("words", "show") | words("words", "stop")
    if doubtful and first.islower():
        return {"title": title}, 0.6
    return {"title": title}, 0.2 if _ONE_SMALL.fullmatch(title) else 0.0  # "activity report"


_AROUND_CAMPAIGN = re.compile(
    r"^(?:(?:the|our|campaign)\s+|(?:营销活动|活动)\s*(?=.{2}))"
    r"|\s*(?:(?:这个|那个|这场|那场|这次|的)?(?:营销活动|活动|campaign)|这个|那个|这场|那场|这次|的)$",
    re.I,
)


@cache
def _deal_or_ref() -> re.Pattern[str]:
    return re.compile(rf"{ref_shape()}|(?:{any_of(words('words', 'deal'))})", re.I)


@cache
def _of_ours() -> re.Pattern[str]:
    """客户分群 and 任务 are reports and records of ours, and no campaign."""
    lists = (words("words", each) for each in _LISTS)
    return re.compile("|".join(re.escape(each) for listed in lists for each in sorted(listed) if has_han(each)))


_IN_A_PERIOD = re.compile("季度|[这本上下]个?[周月]|[今去明]年|最近")
_IN_A_QUARTER = re.compile(r"(?<![A-Za-z])q[1-4]$", re.I)
_ONE_SMALL = re.compile("[a-z]+")
_LISTS = ("segments", "pipeline", "tickets", "tasks", "deal", "csat", "forecast", "schedules")


def _quoted(said: str) -> tuple[dict[str, Any], float]:
    return {"title": said.strip()[1:-1].strip()}, 0.0


def _platform(said: str) -> tuple[dict[str, Any], float]:
    return {"query": said.strip()}, 0.0 if said.strip().casefold() in words("words", "platform") else 1.0


def _query(said: str) -> tuple[dict[str, Any], float]:
    return {"query": without_marks(said)}, 0.0


def _audience(said: str) -> tuple[dict[str, Any], float]:
    """A segment or tag; a channel or a day makes it something else: "send the report to #sales monthly"."""
    query, doubt = _query(said)
    return query, 1.0 if said.lstrip().startswith("#") or _DAY.search(said) else doubt


_DAY = re.compile(
    r"\b(?:daily|weekly|monthly|every|today|tomorrow|tmrw|next|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.I
)


def _tag(said: str) -> tuple[dict[str, Any], float]:
    return {"tags": [without_marks(said).lstrip("#")]}, 0.0


def _channel(said: str) -> tuple[dict[str, Any], float]:
    said = re.sub(r"\s*(?:这|那)个$", "", said)
    channel = re.sub(r"(?:\s*channel|\s*group|群|频道)(?:里面?)?都?$|(?<=\w)里面?都?$", "", said.strip(), flags=re.I)
    if not channel:
        return {}, 0.0  # 群里都定时发什么
    known = words("words", "platform") | meanings("every").keys() | meanings("reports").keys()
    return {"channel": channel}, float(channel.casefold() in known or _recurring().search(channel) is not None)


@cache
def _recurring() -> re.Pattern[str]:
    """以后周一 says when, and not where."""
    return re.compile(rf"(?:{any_of(each for each in meanings('every') if has_han(each))})$")


def _product(said: str) -> tuple[dict[str, Any], float]:
    name, doubt = read_name(said)
    if _no_product().search(said):
        doubt = 1.0
    return {"product": name}, max(doubt, 0.1 if name.islower() else 0.0)


@cache
def _no_product() -> re.Pattern[str]:
    return re.compile(rf"{period_shape()}|\d|#|别|不|给|发|看|每|把|未来|今年|明年|半年|本|下", re.I)


def _other(said: str) -> tuple[dict[str, Any], float]:
    if ref := read_ref(without_marks(said), "C"):
        return {"other": ref}, 0.0
    name, doubt = read_name(said)
    return {"other": name}, doubt


_READERS: dict[str, Callable[[str], tuple[dict[str, Any], float]]] = {
    "colleague": _owner_said,
    "rep": _owner_said,
    "member": _name_said,
    "reporter": _reporter,
    "possessor": _possessor,
    "activity": _activity,
    "doing": _doing,
    "task_words": _task_words,
    "elsewhat": _task_words,
    "campaign": _campaign,
    "quoted": _quoted,
    "platform": _platform,
    "setting": _query,
    "audience": _audience,
    "quiet_hours": _query,
    "tag": _tag,
    "channel": _channel,
    "someone": lambda said: ({}, 0.0),
    "goods": lambda said: ({}, 0.0),
    "product_of": _product,
    "other": _other,
    "item": lambda said: ({"product": without_marks(said)}, 0.0),
    "count": lambda said: ({}, 0.0),
    "edition": lambda said: ({"product": re.sub(r"^\d+\s*[个套台份席位件]+\s*", "", said)}, 0.0),
}


def _place(said: str) -> tuple[dict[str, Any], float]:
    """小陈的客户 are his; those of a place are searched for by its name."""
    if is_person(said):
        return {"owner": said}, 0.0
    if is_organisation(said):
        return {"company": said}, 0.0
    query, doubt = read_name(said)
    return {"query": query}, doubt


def _value(slot: str, said: str, now: datetime) -> Any | None:
    if slot == "amount":
        return read_amount(said, now)
    if slot == "owner":
        return read_owner(said)
    if slot == "phone":
        return read_phone(said, zone_of(now))
    if slot in ("close_date", "when", "due"):
        return read_when(said, slot, now=now, zone=zone_of(now))
    return said


def _record(slot: str, said: str, records: str) -> tuple[dict[str, Any], float]:
    """A record by its ref or by name; a quoted name of a deal is its title."""
    if ref := read_ref(without_marks(said), slot[0].upper()):
        return {"ref": ref}, 0.0
    if slot == "deal" and (title := _QUOTED_DEAL.fullmatch(said.strip())):
        return {"title": title[1]}, 0.0
    if one_ref().fullmatch(said.strip()):
        return {}, 1.0  # a ref of another kind of record
    if slot == "deal" and is_pronoun(said):
        pointed = said.strip().casefold()  # "she signed" is about something else more often than not
        return {}, 0.0 if pointed in words("names", "pointers") else 0.2 if pointed in words("names", "buyers") else 0.6
    whom, doubt = read_whom(said, records)
    if _LABELLED.search(said):
        doubt = max(doubt, 0.4)  # 陈思远 公司 海底捞: a card, and no name alone
    first = said.split()[0] if " " in said else ""
    if first.islower() and first in _commands():
        doubt = max(doubt, 0.4)  # "add Acme to" is a command cut in two
    doubt = max(doubt, 0.05 if is_colleague(whom.get("name", "")) else 0.0)
    if slot == "deal" and "company" in whom:
        doubt = max(doubt, 0.3 if not has_han(said) else 0.1)
    return dict(whom), doubt


_LABELLED = re.compile(r"\s(?:公司|单位|company)[\s:]", re.I)
_QUOTED_DEAL = re.compile(r"(?:the\s+)?(?:deal\s+|商机|单子)?[\"“「『《](.+)[\"”」』》](?:\s*\w+)?")


@cache
def _commands() -> frozenset[str]:
    return frozenset().union(*(words("words", each) for each in ("add", "show", "find", "stop")))
