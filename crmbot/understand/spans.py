"""Readers of spans: what a ref, a stage or a kind of contact looks like in a sentence, and what it says."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.money import read_money
from crmbot.phone import read_phone
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.names import clean, read_name

EMAIL = r"[A-Za-z0-9][\w.+%'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
PHONE = r"[+(]?\d[\d\s().\-/]{4,20}\d"
LETTERS = "CDTKMRISPOBU"


def zone_of(now: datetime) -> str:
    return str(getattr(now.tzinfo, "key", ""))


def read_amount(said: str, now: datetime) -> dict[str, str] | None:
    return read_money(said)


def read_email(said: str, now: datetime) -> str | None:
    found = re.fullmatch(rf"<?(?:mailto:)?({EMAIL})>?", said)
    return found[1] if found else None


def read_stage(said: str, now: datetime | None = None) -> str | None:
    said = re.sub(rf"\s*{any_of(words('records', 'stages'))}$|^(?:in|at|to)\s+", "", said.casefold())
    return meanings("stages").get(" ".join(said.split()))


def read_kind(said: str, now: datetime | None = None) -> str | None:
    """The kind of contact, by its noun or its verb; "spoke" says none."""
    said = re.sub(r"^(?:an?|the|by|via|on)\s+", "", " ".join(said.casefold().split()))
    kind = meanings("kinds").get(said) or meanings("contacts").get(said)
    return None if kind == "open" else kind


def read_owner(said: str, now: datetime | None = None) -> str | None:
    said = re.sub(r"^@", "", clean(said, "owners"))
    if said.casefold() in words("owners", "me"):
        return "me"
    name, doubt = read_name(said)
    return name if doubt < 0.5 else None


def read_tags(said: str, now: datetime | None = None) -> list[str] | None:
    return [tag.lstrip("#") for tag in re.split(r"[\s,、;]+", said) if tag.lstrip("#")] or None


STRICT: dict[str, Callable[[str, datetime], Any | None]] = {
    "amount": read_amount,
    "phone": lambda said, now: read_phone(said, zone_of(now)),
    "email": read_email,
    "stage": read_stage,
    "kind": read_kind,
    "owner": read_owner,
    "tags": read_tags,
}


# Refs


@cache
def ref_shape(letters: str = LETTERS) -> str:
    """A pattern for refs of these kinds: D12, D-12, deal #12, 12号商机."""
    nouns = any_of(word for word, letter in meanings("refs").items() if letter in letters)
    bare = rf"(?<![A-Za-z0-9#])#?[{letters}]\s?[-#]?\s?\d{{1,9}}(?![\dA-Za-z%]|[.,]\d)"
    led = rf"{nouns}\s*(?:no\.?|nr\.?|number|num|号)?\s*#?(?:[{letters}]-?)?"
    numbered = rf"{led}\d{{1,9}}(?!\s?号|[\dA-Za-z%万千百亿个]|[.,]\d|-\d)"
    han = rf"(?<!\d)\d{{1,9}}号的?{nouns}"
    return f"(?:{numbered}|{han}|{bare})"


def read_ref(said: str, letters: str = LETTERS) -> str | None:
    """`d12`, `deal #12`, 12号商机 as D12; a bare `#7` as it is."""
    if not (number := re.search(r"\d+", said)):
        return None
    digits = number[0].lstrip("0") or "0"
    if re.fullmatch(r"#\s?\d{1,9}", said):
        return f"#{digits}"
    if not re.fullmatch(ref_shape(letters), said, re.I):
        return None
    if letter := re.search(rf"(?<![A-Za-z])([{letters}])[\s#-]*\d", said, re.I):
        return f"{letter[1].upper()}{digits}"
    noun = re.search(any_of(meanings("refs")), said, re.I)
    return f"{meanings('refs')[noun[0].casefold()]}{digits}" if noun else None


# Periods of reports and lists


@cache
def period_shape() -> str:
    count = rf"(?:\d{{1,3}}|{any_of(table('when', 'numbers'))}|[一二两三四五六七八九十]{{1,3}})"
    counted = rf"(?:the\s+)?{any_of(table('periods', 'which'))}\s*(?:{count}\s*个?)?"
    return rf"(?:{any_of(table('periods', 'fixed'))}|{counted}\s*{any_of(meanings('periods', 'units'))})"


def read_period(said: str) -> dict[str, Any] | None:
    """`last 3 months`, 上个月 as a unit and how many of them away."""
    said = " ".join(said.casefold().split())
    if fixed := table("periods", "fixed").get(said):
        unit, offset = fixed.split()
        return _period(unit, int(offset))
    which, units = any_of(table("periods", "which")), any_of(meanings("periods", "units"))
    found = re.fullmatch(rf"(?:the\s+)?({which})\s*([\w ]+?)?\s*个?\s*({units})", said)
    if not found:
        return None
    count = _count(found[2])
    return _period(meanings("periods", "units")[found[3]], int(table("periods", "which")[found[1]]) * count)


def _count(said: str | None) -> int:
    if not said:
        return 1
    if said.isdecimal():
        return int(said)
    tens, ten, ones = said.rpartition("十")
    digits = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "": 0}
    if tens + ones and all(each in digits for each in (tens, ones)):
        return (digits[tens] or 1) * 10 + digits[ones] if ten else digits[ones]
    return int(table("when", "numbers").get(said, 10 if ten else 1))


def _period(unit: str, offset: int) -> dict[str, Any]:
    return {"period": unit} | ({"offset": offset} if offset else {})
