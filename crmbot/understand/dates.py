"""Finding the words for days and times in a text, by the rules of all languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from crmbot.understand.dates_en import EnglishDates
from crmbot.understand.dates_zh import ChineseDates
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.names import DAY_IN_NAME
from crmbot.understand.seen import Atom, Build, Reading
from crmbot.understand.tidy import has_han

# Words before a day that tell that one follows.
_CUE = (
    r"(?:(?<![A-Za-z0-9])(?:by|on|before|until|till|til|due|for|from|since|around|in|@|to|close[sd]?|closing|signing"
    r"|signs?|date|deadline)(?:\s+the)?\s+|(?:在|于|到|截止到?)\s*)"
)
BEFORE = re.compile(f"{_CUE}$", re.I)
_LED = re.compile(f"{_CUE}?", re.I)
_WITHIN_A_NAME = re.compile(r"\.[a-z]{2}|\s?&\s?[A-Za-z]", re.I)  # Monday.com, May & Co


_MONTH_OR_DAY = re.compile(r"[今明昨]日|[一二三四五六七八九十]{1,2}月|周[一二三四五六日]")
_DAY_OR_WEEKEND = re.compile("[今明昨]天|周末")
_FORM_OF_COMPANY = re.compile(
    "(?:科技|传媒|网络|软件|集团|文化|教育|实业|餐饮|服饰|家居|物流|贸易|国际)(?!公司?的?人|[园馆城]|会)"
)


@cache
def _begins_a_name() -> re.Pattern[str]:
    """今日传媒, 周一科技: the form of a company follows."""
    forms = any_of(word for word in words("names", "forms") if has_han(word))
    return re.compile(rf"(?![给跟和去到把在与为向约催提])[\u3400-\u9fff]{{0,3}}?{forms}")


_CAPITAL = re.compile(r"[A-Z][a-z]+|Q[1-4]")
_NAMED = re.compile(r"\s([A-Z][a-z]+|LLC|Ltd|Inc)(?![\w])")


def name_follows(text: str, found: re.Match[str]) -> bool:
    """Friday Coffee, Q1 Systems: a day, month or quarter with a capital before another is part of a name."""
    if not _CAPITAL.fullmatch(found[0]) or not (after := _NAMED.match(text, found.end())):
        return False
    dated = _DATED.search(text, max(0, found.start() - 20), found.start())
    return after[1].casefold() not in _time_words() and not dated


def _is_somebody(text: str, found: re.Match[str]) -> bool:
    """给周一鸣发合同: whose name begins like a weekday."""
    return bool(_WEEKDAY.fullmatch(found[0]) and _GOES_ON_AS_NAME.match(text, found.end())) and bool(
        text[found.start() - 1 : found.start()] in tuple("给跟向问催找替陪") or _NAME_ALONE.match(text, found.end())
    )


_WEEKDAY = re.compile("周[一二三四五六日天]")
_GOES_ON_AS_NAME = re.compile(
    "(?![前后早晚的见去和上中下要有开签到来拜做打发约把提再就我吧呗哈啊呢哦会定交给跟完之以内起至])[\u3400-\u9fff]"
)
_NAME_ALONE = re.compile(r"[\u3400-\u9fff]{1,2}(?=\s|,|$|那边)")


_DATED = re.compile(r"(?<![A-Za-z0-9])(?:by|on|before|until|till|due|in|since|end of)(?:\s+the)?\s+$", re.I)


@cache
def _time_words() -> frozenset[str]:
    said = [*table("when", "days"), *table("when", "parts"), *meanings("when", "weekdays"), *meanings("when", "months")]
    return frozenset([*said, "at", "on", "the"])


def atoms(text: str, reading: Reading, *, alone: bool) -> Iterator[Atom]:
    """Each word group of `text` that says a day or time, in order."""
    han = has_han(text)
    grammar = _grammar(han)
    at = 0
    for start in grammar.starts.finditer(text):
        if start.start() < at or not grammar.begins(start):
            continue
        if not (found := grammar.atoms.match(text, start.start())):
            continue
        if _WITHIN_A_NAME.match(text, found.end()) and found[0][-1].isalpha():
            continue
        if han and DAY_IN_NAME.match(text, found.start()):
            continue
        if (
            name_follows(text, found)
            or (han and _is_somebody(text, found))
            or (han and _begins_a_name().match(text, found.end()) and _MONTH_OR_DAY.fullmatch(found[0]))
        ):
            continue
        name = found.lastgroup or ""
        if name == "bare" and not alone and not BEFORE.search(text, max(0, found.start() - 20), found.start()):
            continue
        pattern, build = grammar.rules[name]
        again = _compiled(pattern).match(text, found.start())
        if again and (atom := build(again, reading)):
            at = found.end()
            yield atom


def may_begin(text: str, at: int) -> bool:
    """Whether a day or time may begin here, or the word that leads to one."""
    led = _LED.match(text, at)
    grammar = _grammar(has_han(text))
    starts = (grammar.starts.match(text, place) for place in {at, led.end() if led else at})
    return any(start and grammar.begins(start) for start in starts)


@dataclass(frozen=True, slots=True)
class _Grammar:
    starts: re.Pattern[str]  # a Latin word, or a sign with which a day or time may begin
    firsts: frozenset[str]  # the words with which one may begin
    atoms: re.Pattern[str]
    rules: dict[str, tuple[str, Build]]

    def begins(self, start: re.Match[str]) -> bool:
        return start.lastgroup != "word" or start[0].lower() in self.firsts


@cache
def _grammar(han: bool) -> _Grammar:
    """The rules; those that need Han only when the text has any, for compiling them takes its time."""
    english, chinese = EnglishDates(), ChineseDates()
    rules = english.rules()
    sources = {"iso": rules["iso"]} | (chinese.rules() if han else {}) | rules  # the sooner, the surer
    found = re.compile("|".join(f"(?P<{name}>{_bare(pattern)})" for name, (pattern, _) in sources.items()), re.I)
    firsts = {word.split()[0] for word in (*english.starts(), *words("when", "starts"))}
    latin = frozenset(led[0] for word in firsts if (led := re.match("[a-z]+", word)))
    signs = "".join(sorted({word[0] for word in firsts if not word.isascii()}))
    starts = re.compile(rf"(?<![A-Za-z])(?P<word>[A-Za-z]+)|(?<!\d)\d|(?<=\d)[ap]m{f'|[{signs}]' if han else ''}", re.I)
    return _Grammar(starts, latin, found, sources)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def _bare(pattern: str) -> str:
    """The pattern without group names, which many rules share."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)
