"""Phone numbers: how people type them, the one form they are kept in, and how the bot prints them."""

import re
from collections.abc import Iterator

_TYPED = re.compile(
    r"(?<![\w+./$€£¥#@-])(?<!\d,)(?:\+|00(?=[1-9]))?\s?\(?\d(?:[\s().\-/]{0,2}\d){5,16}(?![\w%]|[.,:]\d)|(?<=[\u4e00-\u9fff])(?:\+|00(?=[1-9]))?\d(?:[\s.\-]?\d){5,16}(?![A-Za-z\d%]|[.,:]\d)"
)
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d([ -]?)\d{4}\1\d{4}")
_AMERICAN = re.compile(r"1[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}")
_AMERICAN_PLAIN = re.compile(r"1\d{10}")


def read_phone(text: str, zone: str) -> str | None:
    """The number that is the whole of `text`: E.164 (`+447700900123`) where its country is known, else its digits.

    `zone` is the person's time zone: it says what a national form means there.
    """
    typed = text.strip()
    digits = re.sub(r"\D", "", typed)
    if not re.fullmatch(r"(?:\+|00)?[\d\s().\-/]+", typed) or not 6 <= len(digits) <= 17 or _DAY.fullmatch(typed):
        return None
    if typed.startswith(("+", "00")):
        return "+" + re.sub(r"\D", "", typed.replace("(0)", "")).removeprefix("00" if typed.startswith("00") else "")
    if _CHINESE_MOBILE.fullmatch(typed):
        return f"+86{digits}"
    return _national(typed, digits, zone) or digits


def _national(typed: str, digits: str, zone: str) -> str | None:
    if zone == "Europe/London" and digits.startswith("0"):
        return f"+44{digits[1:]}"
    if zone == "Asia/Shanghai" and digits.startswith("0"):
        return f"+86{digits[1:]}"
    if zone.startswith("America/") and len(digits) == 10:
        return f"+1{digits}"
    if zone.startswith("America/") and _AMERICAN.fullmatch(typed):
        return f"+{digits}"
    return None


def find_phones(text: str, zone: str) -> Iterator[tuple[int, int, str]]:
    """Every phone number in `text`: where it starts and ends, and the form it is kept in."""
    for found in _TYPED.finditer(text):
        typed = found[0].rstrip(" (")
        if phone := read_phone(typed, zone):
            lead = len(typed) - len(typed.lstrip())
            yield found.start() + lead, found.start() + len(typed), phone


def matching(phone: str) -> str:
    """The form in which two numbers are compared: digits only, `+` kept where the country is known."""
    return ("+" if phone.startswith("+") else "") + re.sub(r"\D", "", phone)


def national(phone: str) -> str:
    """The national significant number of an E.164 number: its digits without the country's; others as digits."""
    digits = re.sub(r"\D", "", phone)
    if not phone.startswith("+"):
        return digits.lstrip("0")
    return digits[len(_country(digits)) :]


def last_four(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-4:]


def say_phone(phone: str) -> str:
    """The number as its country writes it: `+44 20 7946 0958`; one of no known country as it is."""
    if not phone.startswith("+"):
        return phone
    import phonenumbers  # takes 0.1 s to load, and few replies show a number

    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    said = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return said if re.sub(r"\D", "", said) == re.sub(r"\D", "", phone) else phone


_TWO = frozenset(
    [
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
    ]
)


def _country(digits: str) -> str:
    """The country calling code that leads `digits`; ITU-T E.164 makes them one, two or three digits long."""
    if digits[:1] in ("1", "7"):
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO else digits[:3]
