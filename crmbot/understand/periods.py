"""Periods of reports and lists, and small whole numbers."""

import re
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.money import digits_value, han_value
from crmbot.understand.lexicon import any_of, meanings, table


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


@cache
def named_period_shape() -> re.Pattern[str]:
    """Q1, March, 三月, 第二季度, 2023年, in 2023: periods by name; a year without such words is any number."""
    months = any_of(word for word in meanings("when", "months") if word != "may")
    return re.compile(
        rf"(?:(?:in|for|from|during)\s+)?(?:(?<![A-Za-z0-9])q(?P<q>[1-4])(?![A-Za-z0-9])|第?(?P<hq>[一二三四1-4])季度"
        rf"|(?P<month>{months})|(?<![\d一二三四五六七八九十])(?P<hm>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?![底初中末\d])|in\s+(?P<may>may)(?![A-Za-z])"
        r"|(?<!\d)(?P<hy>20\d\d)年度?(?![\d一二三四五六七八九十]|第|[上下]半年|Q)|(?:in|for|from|during|of|year)\s+(?P<year>20\d\d)(?![\w.,:/-]*\d))(?:的)?",
        re.I,
    )


def read_named_period(found: re.Match[str], now: datetime, *, past: bool) -> dict[str, Any]:
    """How many months or quarters away the named one is: the last one begun, or the first not yet over."""
    if year := found["hy"] or found["year"]:
        return _alone("year", int(year) - now.year)
    if quarter := found["q"] or found["hq"]:
        number, here, count, unit = read_count(quarter) or 1, (now.month + 2) // 3, 4, "quarter"
    else:
        named = found["month"] or found["may"]
        number = int(meanings("when", "months")[named.casefold()]) if named else read_count(found["hm"]) or 1
        here, count, unit = now.month, 12, "month"
    offset = (number - here) % count
    return _alone(unit, offset - count if past and offset else offset)


def in_the_past(slots: dict[str, Any]) -> dict[str, Any]:
    """ "Done in october": the last one, where the next was taken to be meant."""
    count = {"month": 12, "quarter": 4}.get(slots.get("period", ""), 0)
    if not count or slots.get("offset", 0) <= 0:
        return slots
    others = {slot: said for slot, said in slots.items() if slot not in ("period", "offset", "alone")}
    return others | _alone(slots["period"], slots["offset"] - count)


def _alone(unit: str, offset: int) -> dict[str, Any]:
    """That one period, while -3 without this are the last three."""
    return _period(unit, offset) | ({"alone": True} if abs(offset) > 1 else {})


def read_count(said: str) -> int | None:
    """340, 1.2k, 三百, five: a number of things."""
    said = said.strip().casefold()
    if said in table("when", "numbers"):
        return int(table("when", "numbers")[said])
    if found := re.fullmatch(r"(\d[\d.,]*?)[.,]?\s*(k|m)?", said):
        value = digits_value(found[1], decimal=bool(found[2])) * {"k": 1_000, "m": 1_000_000}.get(found[2] or "", 1)
    elif (han := han_value(said.replace(" ", ""))) is not None:
        value = han
    else:
        return None
    return int(value) if value == int(value) else None
