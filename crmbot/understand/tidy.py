"""Tidying: what a phone keyboard adds to a message and what is no part of its meaning."""

import re
import unicodedata
from collections.abc import Collection

EMOJI = "\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff"
HAN = r"(?-i:[\u3400-\u9fff])"  # with re.I the compiler would look up the cases of all 27,000
MARK = "\x01"
QUOTES = '"“”„「」『』《》'
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_MARKS = re.compile(rf"[、–—{EMOJI}]")
_ENDS = re.compile(rf"^[\s.,;!。、~·•*{EMOJI}]+|[\s,;:!?。、~·…*{EMOJI}]+$|(?<![A-Za-z]\.[A-Za-z])\.+$")
_OUTER = re.compile(rf"^[\s.,;:!?。、~·•*()\[\]\-–—=|'/{QUOTES}{EMOJI}]+|[\s,;:!?。、~·…*(\[\-–—=|'/{QUOTES}{EMOJI}]+$")


def tidy(said: str) -> str:
    """NFKC, one line, plain apostrophes and arrows; what a person sees stays as typed."""
    text = unicodedata.normalize("NFKC", said)
    text = _INVISIBLE.sub("", text).replace("’", "'").replace("‘", "'").replace("➡\ufe0f", "→").replace("➡", "→")
    text = re.sub(r"\s*[\r\n\u2028\u2029]+\s*", ", ", text.strip())
    return re.sub(r"\s+", " ", text)


def flat(text: str, keep: Collection[str]) -> str:
    """As long as `text`, with a plain mark for each emoji and dash that `keep` does not name: patterns stay small."""
    return _MARKS.sub(lambda sign: sign[0] if sign[0] in keep else MARK, text)


def without_ends(text: str) -> str:
    """Without the emoji and marks around a whole message."""
    while (shorter := _ENDS.sub("", text)) != text:
        text = shorter
    return text


def without_marks(words: str) -> str:
    """Without outer punctuation, quotes and emoji, as names and titles are kept."""
    while (shorter := _OUTER.sub("", words)) != words:
        words = shorter
    if words.endswith((")", "]")) and not set("([") & set(words):
        words = words.rstrip(")] ")
    return (
        words[:-1]
        if words.endswith(".")
        and words.count(".") == 1
        and not re.search(r"\b(?:inc|ltd|co|corp|jr|sr|llc|dr|mr)\.$", words, re.I)
        else words
    )


def has_han(text: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in text)
