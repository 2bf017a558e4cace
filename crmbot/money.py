"""Money: whole minor units of one currency, how it is said and how it is read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from crmbot.spoken import SHAPE, may_be_spoken, spoken_value

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    UYU UYW UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
ISO = frozenset(_CODES.split())
_NO_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS = {  # all others have two
    **dict.fromkeys(_NO_MINOR.split(), 0),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
    "CLF": 4,
    "UYW": 4,
}
SIGNS = {
    "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "JP¥", "HKD": "HK$", "AUD": "A$", "CAD": "C$", "SGD": "S$",
    "TWD": "NT$", "INR": "₹",
}  # fmt: skip
LARGEST = 2**62  # what a database's 64-bit integer holds, with room for sums


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount as whole minor units (cents) of an ISO currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, said: Mapping[str, str], currency: str) -> "Money":
        """`{"value": "30000"}` as somebody said it; `currency` when they named none.

        Raises ValueError when it is negative, too large, no number, or of a currency that ISO 4217 does not know.
        """
        code = said.get("currency") or currency
        if code not in ISO:
            raise ValueError(f"no such currency: {code}")
        minor = _decimal(said["value"]).scaleb(minor_digits(code)).to_integral_value(ROUND_HALF_UP)
        if not 0 <= minor <= LARGEST:
            raise ValueError(f"not an amount to be paid: {said['value']}")
        return cls(int(minor), code)

    @property
    def value(self) -> Decimal:
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        figure = _figure(self.value, minor_digits(self.currency))
        sign = SIGNS.get(self.currency)
        return f"{sign}{figure}" if sign else f"{figure} {self.currency}"


def minor_digits(currency: str) -> int:
    return MINOR_DIGITS.get(currency, 2)


def say_money(money: Money, language: str) -> str:
    """The amount as people write it, the same in both languages: what is printed can be typed back."""
    return str(money)


def canonical(money: Money) -> str:
    """The bare figure for exports: `30000`, `12.5`."""
    return plain(money.value)


def plain(value: Decimal) -> str:
    """A decimal without grouping, exponent or trailing zeros."""
    figure = f"{value:f}"
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def _decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"no number: {value}")
    if abs(number) > LARGEST:  # before scaling: a million digits would be rounded, not refused
        raise ValueError(f"not an amount to be paid: {value}")
    return number


def _figure(value: Decimal, digits: int) -> str:
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    said = f"{value:,.{digits}f}"
    # 1.234 would be read as a thousand and more; a fourth digit shows that it is a fraction.
    return f"{said}0" if digits == 3 and "," not in said and value >= 1 else said


# Reading


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in a text, and how sure it is: 3 by currency, 2 by unit, 1 by grouped digits, 0 a bare number."""

    start: int
    end: int
    said: dict[str, str]
    sureness: int


def read_money(text: str) -> dict[str, str] | None:
    """The amount that is the whole of `text`, as `{"value", "currency"?}`, or None."""
    text = _grammar().around.sub("", text.strip())
    found = _grammar().figure.fullmatch(text) or _grammar().spoken.fullmatch(text)
    return _said(found) if found else None


def find_money(text: str) -> Iterator[Figure]:
    """Every number in `text` that may be an amount, in order."""
    grammar = _grammar()
    shapes = [grammar.figure] if _NUMERAL.search(text) else []
    shapes += [grammar.spoken] if may_be_spoken(text) else []
    figures = [
        Figure(found.start(), found.end(), said, _sureness(found, said))
        for shape in shapes
        for found in shape.finditer(text)
        if (said := _said(found)) and not _counts(found, text, grammar)
    ]
    yield from sorted(figures, key=lambda each: each.start) if len(shapes) > 1 else figures


_NUMERAL = re.compile("[\\d零〇一二两三四五六七八九十半]")


@dataclass(frozen=True, slots=True)
class _Grammar:
    scales: Mapping[str, Decimal]
    currencies: Mapping[str, str]
    figure: re.Pattern[str]
    spoken: re.Pattern[str]
    around: re.Pattern[str]
    counted: re.Pattern[str]


@cache
def _grammar() -> _Grammar:
    from crmbot.understand.lexicon import (
        any_of,
        by_first_letter,
        table,
        words,
    )  # here, since that package reads amounts with this module

    scales = {word: Decimal(factor) for word, factor in table("money", "scales").items()}
    named = table("money", "currencies")
    currencies = {word.casefold(): code for word, code in named.items()} | {code.casefold(): code for code in ISO}
    # Codes such as ALL or TOP are words too, so those are taken in capitals only.
    rest = by_first_letter(sorted(ISO - {code.upper() for code in named}))
    money = rf"(?:(?i:{any_of(named)})|(?<![A-Za-z])(?:{rest})(?![A-Za-z]))"
    grouped = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?=,\d(?!\d\d))"  # 380,000,2月底: the last comma is between clauses
    latin = rf"(?:{grouped}|\d+(?:[.,']\d+)*)(?:\s?(?i:{any_of_units(scales)})(?![A-Za-z]))?"
    han = (
        r"(?:小(?=十))?(?:\d+(?:[.,]\d+)*|[零〇一二两三四五六七八九十半])"
        r"(?:[.,\d零〇一二两三四五六七八九十百千万亿点]|[来多几余](?=[万亿])|[wW](?![A-Za-z]))*"
        r"[十百千万亿wW](?![A-Za-z])(?:[\d一二三四五六七八九]+(?![\d一二三四五六七八九个位套台点月号]))?"
    )
    number = rf"(?:{han}|{latin})"
    figure = re.compile(
        rf"(?<![A-Za-z0-9._#/])(?<![A-Za-z]-)(?P<between>(?i:between)\s+)?(?:(?P<before>{money})\s?)?(?P<low>{number})"
        rf"(?:\s?(?:-|–|—|~|to\b|到|至|(?(between)and\b|(?!)))\s?(?:{money}\s?)?(?P<high>{number}))?"
        rf"(?:\s?(?P<after>{money}))?(?![A-Za-z0-9])"
    )
    spoken = re.compile(
        rf"(?<![\w.-])(?:(?P<before>{money})\s?)?(?P<low>{SHAPE})(?P<high>(?!))?(?:\s?(?P<after>{money}))?(?![A-Za-z0-9])"
    )
    around = re.compile(
        rf"^(?:(?i:{any_of(words('money', 'about'))})\s*)+|(?:\s*(?i:{any_of(words('money', 'about'))}))+$"
    )
    latin_counted = [word for word in words("money", "counted") if word.isascii()]
    han_counted = words("money", "counted") - set(latin_counted)
    counted = re.compile(rf"%|\s?(?i:{any_of(latin_counted)})|{any_of(han_counted)}(?<!月(?=[底初末中]))")
    return _Grammar(scales, currencies, figure, spoken, around, counted)


def any_of_units(scales: Mapping[str, Decimal]) -> str:
    latin = sorted((unit for unit in scales if unit.isascii()), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, latin)) + ")"


def _said(found: re.Match[str]) -> dict[str, str] | None:
    grammar = _grammar()
    unit = _unit(found["high"] or "", grammar)
    value = spoken_value(found["low"]) or _value(found["low"], grammar)
    if value is None:
        return None
    if unit and not _unit(found["low"], grammar):
        value *= unit
    named = found["before"] or found["after"]
    said = {"value": plain(value)}
    return said | {"currency": grammar.currencies[named.casefold()]} if named else said


def _sureness(found: re.Match[str], said: Mapping[str, str]) -> int:
    if "currency" in said:
        return 3
    if spoken_value(found["low"]) or _unit(found["high"] or found["low"], _grammar()):
        return 2
    return 1 if re.search(r"\d[.,]\d", found["low"]) else 0


def _counts(found: re.Match[str], text: str, grammar: _Grammar) -> bool:
    """Whether the number counts seats, people, days …, or none at all: then it is no amount."""
    if text.startswith("火急", found.end()):
        return True  # 十万火急
    return not (found["before"] or found["after"]) and grammar.counted.match(text, found.end()) is not None


_LATIN = re.compile(r"(\d+(?:[.,']\d+)*)\s?([A-Za-z]*)")
_HAN = re.compile(r"\d+(?:[.,]\d+)*|.")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}


def _unit(number: str, grammar: _Grammar) -> Decimal | None:
    if (found := _LATIN.fullmatch(number)) and found[2].casefold() not in ("", "w"):
        return grammar.scales[found[2].casefold()]
    units = re.search(r"[十百千万亿wW]+", number)
    return Decimal(_product(units[0])) if units else None


def _product(units: str) -> int:
    factor = 1
    for unit in units.casefold():
        factor *= _UNITS[unit]
    return factor


def _value(number: str, grammar: _Grammar) -> Decimal | None:
    found = _LATIN.fullmatch(number)
    if found and found[2].casefold() != "w":
        unit = found[2].casefold()
        return digits_value(found[1], decimal=bool(unit)) * grammar.scales.get(unit, Decimal(1))
    return han_value(number)


def digits_value(digits: str, *, decimal: bool) -> Decimal:
    """`12.500,50` and `12,500.50` by their last separator; one followed by three digits groups, unless `decimal`."""
    digits = digits.replace("'", "")
    marks = re.findall(r"[.,]", digits)
    if len(set(marks)) == 2:
        whole, _, fraction = digits.rpartition(marks[-1])
        return Decimal(re.sub(r"[.,]", "", whole) + "." + fraction)
    if len(marks) == 1 and (decimal or not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)):
        return Decimal(digits.replace(",", "."))
    return Decimal(re.sub(r"[.,]", "", digits))


def han_value(number: str) -> Decimal | None:
    """三十万, 两万五, 3万5, 三十来万, 小十万: what such a number says, or None when it says nothing."""
    tokens = _HAN.findall(re.sub("[小来多几余]", "", number.casefold()))
    if any(
        token not in _UNITS and token not in _DIGITS and token not in "半点" and not token[0].isdecimal()
        for token in tokens
    ):
        return None
    for unit in ("亿", "万"):
        at = max((place for place, token in enumerate(tokens) if _UNITS.get(token) == _UNITS[unit]), default=-1)
        if at >= 0:
            before = _below_ten_thousand(tokens[:at], 1) if at else Decimal(1)
            return before * _UNITS[unit] + _rest(tokens[at + 1 :], _UNITS[unit])
    return _below_ten_thousand(tokens, 1)


def _rest(tokens: list[str], unit: int) -> Decimal:
    """What follows 亿 or 万: in 两万五 a last digit alone counts tenths of that unit."""
    if any(token in ("万", "w") for token in tokens):
        return han_value("".join(tokens)) or Decimal(0)
    return _below_ten_thousand(tokens, unit)


def _below_ten_thousand(tokens: list[str], unit: int) -> Decimal:
    total = Decimal(0)
    digit: Decimal | None = None
    if "点" in tokens:
        whole, fraction = tokens[: (point := tokens.index("点"))], tokens[point + 1 :]
        digits = "".join(str(_DIGITS.get(token, 0)) for token in fraction)
        return _below_ten_thousand(whole, 1) + Decimal(f"0.{digits or 0}")
    for token in tokens:
        if token in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[token]
            digit, unit = None, _UNITS[token]
        elif token in ("零", "〇"):
            digit, unit = digit if digit is not None else (None if total else Decimal(0)), 1  # 一万零五: a plain five
        elif token[0].isdecimal():
            digit = digits_value(token, decimal=True)
        else:
            digit = digit or (Decimal("0.5") if token == "半" else Decimal(_DIGITS[token]))  # 两三万: the lower end
    tenths = unit >= 100 and digit is not None and digit < 10
    return total + (digit or 0) * (Decimal(unit) / 10 if tenths else 1)
