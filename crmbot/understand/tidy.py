"""Tidying: what a phone keyboard adds to a message and what is no part of its meaning."""

import re
import unicodedata
from collections.abc import Collection

EMOJI = "\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff"
HAN = r"(?-i:[\u3400-\u9fff])"  # with re.I the compiler would look up the cases of all 27,000
_ANY_HAN = re.compile(HAN)
MARK = "\x01"
LONGEST = 12_000  # of plain signs: what stands for one may be eighteen of them
QUOTES = '"“”„「」『』《》'
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_MARKS = re.compile(rf"[、–—{EMOJI}]")
# One sign each: a pattern for a run of them looks again from every sign of a long run that ends nothing.
_LEAD = re.compile(rf"[\s.,;!。、~·•*{EMOJI}]")
_TAIL = re.compile(rf"[\s,;:!?。、~·…*{EMOJI}]")
_BEFORE_NAME = re.compile(rf"[\s.,;:!?。、~·•*()\[\]\-–—=|'/{QUOTES}{EMOJI}]")
_AFTER_NAME = re.compile(rf"[\s,;:!?。、~·…*(\[\-–—=|'/{QUOTES}{EMOJI}]")
_TICKS = "✅☑✔"
_SHORTENED = re.compile(r"[A-Za-z]\.[A-Za-z]\.")  # U.S.
_BREAKS = "\\r\\n\\u2028\\u2029"
_SPACES = re.compile(rf"[^\S{_BREAKS}]{{2,}}|[^\S {_BREAKS}]")
_LINES = re.compile(rf" ?[{_BREAKS}][{_BREAKS} ]*")

_BEFORE_LABEL = re.compile(r"[.。](?=\s?[^\W\d_]{1,12}:)")  # "Customer: Acme. Value: 30k. Close: 1 March": a form


def tidy(said: str) -> str:
    """NFKC, one line, plain apostrophes and arrows; what a person sees stays as typed."""
    text = unicodedata.normalize("NFKC", said)[:LONGEST]
    text = _INVISIBLE.sub("", text).replace("’", "'").replace("‘", "'").replace("➡\ufe0f", "→").replace("➡", "→")
    text = _LINES.sub(", ", _SPACES.sub(" ", text.strip()))
    return _BEFORE_LABEL.sub(",", text) if len(_BEFORE_LABEL.findall(text)) > 1 else text


def flat(text: str, keep: Collection[str]) -> str:
    """As long as `text`, with a plain mark for each emoji and dash that `keep` does not name: patterns stay small."""
    return _MARKS.sub(lambda sign: sign[0] if sign[0] in keep else MARK, text)


def without_ends(text: str) -> str:
    """Without the emoji and marks around a whole message; a tick in front means that something is done."""
    start, end = 0, len(text)
    while start < end and text[start] not in _TICKS and _LEAD.match(text, start):
        start += 1
    while end > start and (_TAIL.match(text, end - 1) or _ends_sentence(text, end)):
        end -= 1
    return text[start:end]


def _ends_sentence(text: str, end: int) -> bool:
    return text[end - 1] == "." and not _SHORTENED.fullmatch(text, max(0, end - 4), end)


def without_marks(words: str) -> str:
    """Without outer punctuation, quotes and emoji, as names and titles are kept."""
    start, end = 0, len(words)
    while start < end and _BEFORE_NAME.match(words, start):
        start += 1
    while end > start and _AFTER_NAME.match(words, end - 1):
        end -= 1
    words = words[start:end]
    if words.endswith((")", "]")) and not set("([") & set(words):
        words = words.rstrip(")] ")
    if words.endswith(".") and words.count(".") == 1 and not _KEEPS_STOP.search(words, max(0, len(words) - 6)):
        return words[:-1]
    return words


_KEEPS_STOP = re.compile(r"\b(?:inc|ltd|co|corp|jr|sr|llc|dr|mr)\.$", re.I)


def has_han(text: str) -> bool:
    return _ANY_HAN.search(text) is not None
