"""The words for days and hours in every language, and small numbers in either script."""

from crmbot.understand.lexicon import any_of, meanings, table
from crmbot.understand.seen import Reading

HAN_NUMBER = "[零〇一二两三四五六七八九十]{1,3}"
HAN_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
YEARS = {"next year": 1, "this year": 0, "last year": -1, "今年": 0, "明年": 1, "后年": 2, "去年": -1}
OFFSETS = {"this": 0, "current": 0, "next": 1, "coming": 1, "last": -1, "previous": -1}


class Words:
    """What the rules of each language are made of."""

    def __init__(self) -> None:
        self.days: dict[str, int] = {word: int(offset) for word, offset in table("when", "days").items()}
        self.weekdays = {word: int(number) for word, number in meanings("when", "weekdays").items()}
        self.months = {word: int(number) for word, number in meanings("when", "months").items()}
        self.units = meanings("when", "units")
        self.which = meanings("when", "which")
        self.parts: dict[str, str] = table("when", "parts")
        self.numbers: dict[str, float] = table("when", "numbers")
        self.edges = meanings("when", "edges")
        self.close_words = meanings("when", "close")
        self.closes = meanings("when", "close")["eod"], any_of(meanings("when", "close"))
        self.any_of = any_of
        self.units_re = any_of(self.units)
        self.month_re = any_of(self.months)
        self.weekday_re = any_of(self.weekdays)
        self.which_re = any_of(self.which)
        self.count_re = rf"(?:\d{{1,3}}(?:\.5)?(?![\d.])|{any_of(self.numbers)}|{HAN_NUMBER})"

    def starts(self) -> list[str]:
        """All words with which a day or time may begin."""
        return [
            *self.days, *self.weekdays, *self.months, *self.which, *self.parts, *self.numbers, *self.edges,
            *self.close_words,
        ]  # fmt: skip

    def number(self, said: str) -> float | None:
        said = " ".join(said.casefold().split())
        if said in self.numbers:
            return float(self.numbers[said])
        try:
            return float(said)
        except ValueError:
            return han_number(said)

    def year(self, said: str | None, reading: Reading) -> int | None:
        if not said:
            return None
        if said in YEARS or said.casefold() in YEARS:
            return reading.today.year + YEARS[said.casefold()]
        digits = said.removesuffix("年")
        number = int(digits) if digits.isdecimal() else int("".join(str(HAN_DIGITS[each]) for each in digits))
        return number if number > 99 else 2000 + number


def han_number(said: str) -> float | None:
    """二十五, 十, 两, 12: a small number in either script."""
    if said.isdecimal():
        return float(said)
    tens, ten, ones = said.rpartition("十")
    if any(each not in HAN_DIGITS for each in tens + ones) or len(tens) > 1 or (len(ones) > 1):
        return None
    return float((HAN_DIGITS.get(tens, 1) * 10 if ten else 0) + HAN_DIGITS.get(ones, 0))


def han_int(said: str) -> int:
    return int(han_number(said) or 0)


def han_offset(said: str) -> int:
    return {"下": 1, "上": -1}.get(said[0], 0) * (2 if said[:2] in ("下下", "上上") else 1)
