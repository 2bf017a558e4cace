"""A message as the phrases see it: its pieces, where words and gaps end, and which refs it holds."""

import re
from collections.abc import Mapping
from functools import lru_cache

from crmbot.understand.shapes import shape_of
from crmbot.understand.spans import one_ref, read_ref
from crmbot.understand.tidy import MARK

Keyed = Mapping[str, tuple[str, ...]]  # words under their first Latin word or sign, the longest first

NEAR = 1_000  # what is further away is read as one piece: it can only be in a note
HEAD = 300  # the words that make a command stand near its beginning
_PIECE = re.compile(r"[a-z0-9]+|[^a-z0-9]")
_GAPS = re.compile(rf"(?:[ ,:;{MARK}]|(?<= )-(?= |$))+")  # spaces and commas, and a dash between spaces
_DIGIT = re.compile(r"\d")


class Message:
    """What the phrases are matched against, and what all of them need to know of it.

    `keys` has the piece that begins at each place, `after` where the words go on after a gap, `ends` where a name may
    end.
    """

    def __init__(self, text: str) -> None:
        lowered = text.lower()
        self.text = lowered if len(lowered) == len(text) else "".join(_lower(each) for each in text)
        self.said = text
        self.end = len(text)
        self.keys = [""] * (self.end + 1)
        self.ends: list[int] = []
        self.starts: list[int] = []
        pieces = _PIECE.findall(self.text[:NEAR])
        if self.end > NEAR:
            pieces.append(self.text[NEAR:])
        at = 0
        for piece in pieces:
            self.starts.append(at)
            self.keys[at] = piece
            at += len(piece)
            if piece != " ":
                self.ends.append(at)
        self.after = list(range(self.end + 1))
        for gap in _GAPS.finditer(self.text, 0, NEAR):
            start, end = gap.span()
            self.after[start:end] = [end] * (end - start)
        self.digits = bool(_DIGIT.search(text))
        self.steps = 0
        self._refs: frozenset[str] | None = None
        self._shapes: dict[tuple[str, int], int] = {}

    def among(self, listed: Keyed) -> list[str]:
        """Those of the listed words that stand somewhere in it."""
        text, keys = self.text, self.keys
        return [
            word
            for at in self.starts
            if at < HEAD and keys[at] in listed
            for word in listed[keys[at]]
            if text.startswith(word, at) and self.says(word, at)
        ]

    def says(self, word: str, at: int) -> bool:
        """Whether `word` stands here, and not as the beginning of a longer one."""
        end = at + len(word)
        return self.text.startswith(word, at) and (end == self.end or self.keys[end] != "")

    def refs(self) -> frozenset[str]:
        """The kinds of record whose refs it holds."""
        if self._refs is None:
            found = one_ref().finditer(self.text[:HEAD]) if self.digits else ()
            self._refs = frozenset((read_ref(each[0]) or " ")[0] for each in found)
        return self._refs

    def shaped(self, slot: str, at: int) -> int:
        """Where a span that is told by its shape ends; 0 when there is none here."""
        key = slot, at
        if key not in self._shapes:
            found = shape_of(slot).match(self.text, at)
            self._shapes[key] = found.end() if found else 0
        return self._shapes[key]


def _lower(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 else character


@lru_cache(256)  # the lists of the phrases that are in use, and not of all that were looked through once
def keyed(listed: frozenset[str]) -> Keyed:
    """Words by what they begin with; kept in common by all phrases that list the same."""
    found: dict[str, list[str]] = {}
    for word in sorted(listed, key=lambda each: (-len(each), each)):
        found.setdefault(first_of(word), []).append(word)
    return {key: tuple(each) for key, each in found.items()}


def first_of(word: str) -> str:
    found = _PIECE.match(word)
    return found[0] if found else ""
