"""Typos: words that are one slip of the thumb away from a word of a phrase."""

import itertools
import re
from collections.abc import Iterator
from functools import cache

from crmbot.understand.lexicon import LANGUAGES, lexicon, meanings, table, words


def corrections(text: str) -> Iterator[str]:
    """`text` with one or two mistyped words put right; names are among the words tried, so the caller must choose."""
    slips = [
        (found.start(), found.end(), right)
        for found in list(re.finditer(r"(?<![\w@.])[A-Za-z]{3,}(?![\w@]|\.\w)", text))[:12]
        if found.start() == 0 or found[0].islower()  # a capital within a sentence begins a name
        for right in _meant(found[0].casefold())
    ][:4]
    for start, end, right in slips:
        yield text[:start] + right + text[end:]
    for (start, end, right), (start2, end2, right2) in itertools.pairwise(slips):
        if end <= start2:
            yield text[:start] + right + text[end:start2] + right2 + text[end2:]


def _meant(word: str) -> list[str]:
    if not _known().isdisjoint((word, word.removesuffix("s"), word + "s")):
        return []
    if apart := _run_together().get(word):
        return [apart]
    close = {right for cut in _cuts(word) for right in _by_cut().get(cut, ()) if _one_slip(word, right)}
    return sorted(close)[:3]


def _one_slip(word: str, right: str) -> bool:
    """Whether one letter too many, too few or wrong, or two that changed places, lead from one to the other."""
    if word[0] != right[0] or (len(right) < 4 and sorted(word) != sorted(right)):
        return False
    if len(word) == len(right) == 4 and word[-1] != right[-1]:
        return False
    if len(word) != len(right):
        longer, shorter = sorted((word, right), key=len, reverse=True)
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    wrong = [at for at, (one, other) in enumerate(zip(word, right, strict=True)) if one != other]
    return len(wrong) == 1 or (
        len(wrong) == 2
        and wrong[1] == wrong[0] + 1
        and word[wrong[0]] + word[wrong[1]] == right[wrong[1]] + right[wrong[0]]
    )


def _cuts(word: str) -> set[str]:
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


@cache
def _run_together() -> dict[str, str]:
    """`newdeal` for "new deal"."""
    nouns = [noun for noun in words("words", "deal") | words("words", "customer") if noun.isalpha()]
    return {verb + noun: f"{verb} {noun}" for verb in ("new", "add", "show", "won", "lost", "find") for noun in nouns}


@cache
def _known() -> frozenset[str]:
    """Words that are no slips, because they are ours or everybody's."""
    listed = " ".join(
        (*table("common").values(), *words("names", "never"), *words("names", "verbs"), *table("money", "currencies"))
    )
    return _vocabulary() | frozenset(re.findall(r"[a-z]{3,}", listed))


@cache
def _vocabulary() -> frozenset[str]:
    said = [phrase for language in LANGUAGES for sayings in lexicon(language)["phrases"].values() for phrase in sayings]
    listed = [word for language in LANGUAGES for each in lexicon(language)["words"].values() for word in each]
    listed += [re.sub(r"[{<$][^\s}>]*[}>]?", " ", phrase) for phrase in said]
    listed += [*meanings("stages"), *meanings("contacts"), *words("records", "deals"), *words("records", "customers")]
    return frozenset(word for each in listed for word in re.findall(r"[a-z]{3,}", each.casefold()))


@cache
def _by_cut() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(_vocabulary()):
        for cut in _cuts(word):
            found.setdefault(cut, []).append(word)
    return found
