"""Readers of spans: what a ref, a stage or a kind of contact looks like in a sentence, and what it says."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.money import read_money
from crmbot.phone import read_phone
from crmbot.understand.lexicon import any_of, meanings, words
from crmbot.understand.names import clean, read_name

EMAIL = r"[A-Za-z0-9](?:(?![\u3400-\u9fff])[\w.+%'-])*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
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
    numbered = rf"{led}(?!{_begins_with_digits()})\d{{1,9}}(?!\s?号|[\dA-Za-z%万千百亿个]|[.,]\d|-\d)"
    han = rf"(?<!\d)\d{{1,9}}号的?{nouns}"
    return f"(?:{numbered}|{han}|{bare})"


@cache
def _begins_with_digits() -> str:
    """58同城: an organisation, and no number of a record."""
    return any_of({name for name in words("names", "organisations") if name[0].isdigit()})


def read_ref(said: str, letters: str = LETTERS) -> str | None:
    """`d12`, `deal #12`, 12号商机 as D12; a bare `#7` as it is."""
    if not (number := _NUMBER.search(said)):
        return None
    digits = number[0].lstrip("0") or "0"
    if _BARE_REF.fullmatch(said):
        return f"#{digits}"
    if not one_ref(letters).fullmatch(said):
        return None
    if letter := _letter_of(letters).search(said):
        return f"{letter[1].upper()}{digits}"
    noun = _ref_noun().search(said)
    return f"{meanings('refs')[noun[0].casefold()]}{digits}" if noun else None


_NUMBER = re.compile(r"\d+")
_BARE_REF = re.compile(r"#\s?\d{1,9}")


@cache
def one_ref(letters: str = LETTERS) -> re.Pattern[str]:
    return re.compile(ref_shape(letters), re.I)


@cache
def _letter_of(letters: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])([{letters}])[\s#-]*\d", re.I)


@cache
def _ref_noun() -> re.Pattern[str]:
    return re.compile(any_of(meanings("refs")), re.I)
