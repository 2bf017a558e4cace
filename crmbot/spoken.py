"""Amounts as one says them, and as a phone writes what it hears: ten grand, two and a half million, half a million."""

import re
from decimal import Decimal
from functools import cache

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBERS = {word: number for number, word in enumerate(f"{_ONES} eighteen nineteen".split(), 1)}
_NUMBERS |= {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
_UNITS = {"grand": 10**3, "k": 10**3, "thousand": 10**3, "million": 10**6, "mil": 10**6, "billion": 10**9, "bn": 10**9}
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
_WORD = "(?:" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_BELOW_HUNDRED = rf"{_WORD}(?:[\s-]{_WORD})?"
_BELOW_THOUSAND = rf"(?:(?:{_WORD}|a)\shundred(?:\s(?:and\s)?{_BELOW_HUNDRED})?|{_BELOW_HUNDRED})"
_ADDED = rf"(?:\sand\sa\s(?P<more>half|quarter)|\spoint\s(?P<point>{_WORD}))?"
SHAPE = (
    rf"(?i:(?:(?P<count>{_BELOW_THOUSAND}){_ADDED}|(?:a\s)?(?P<part>half|quarter)(?:\sof)?(?:\sa)?)"
    rf"\s(?P<unit>{'|'.join(_UNITS)}))"
)
_MAY_BE = re.compile(rf"(?<![a-z])(?:{'|'.join(_UNITS)})(?![a-z])", re.I)


def may_be_spoken(text: str) -> bool:
    """Whether it is worth looking: only figures with a unit are amounts, for "two deals" is none."""
    return _MAY_BE.search(text) is not None


@cache
def _shape() -> re.Pattern[str]:
    return re.compile(SHAPE)


def spoken_value(words: str) -> Decimal | None:
    """2500000 for "two and a half million"; None for what is written in digits."""
    found = _shape().fullmatch(words)
    if not found:
        return None
    count = _PARTS[found["part"].casefold()] if found["part"] else Decimal(_count(found["count"]))
    if found["more"]:
        count += _PARTS[found["more"].casefold()]
    if found["point"]:
        count += Decimal(f"0.{_NUMBERS[found['point'].casefold()]}")
    return count * _UNITS[found["unit"].casefold()]


def _count(words: str) -> int:
    hundreds, said, rest = words.casefold().replace("-", " ").rpartition(" hundred")
    total = 100 * _NUMBERS.get(hundreds.strip(), 1) if said else 0
    return total + sum(_NUMBERS[word] for word in rest.split() if word in _NUMBERS)
