"""The words and phrases of every language, as the TOML files in the folder of each list them."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")


@cache
def lexicon(language: str) -> dict[str, Any]:
    """All files of a language as one."""
    merged: dict[str, Any] = {}
    for file in sorted(Path(__file__).with_name(language).glob("*.toml")):
        _merge(merged, tomllib.loads(file.read_text("utf-8")))
    return merged


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        elif key in into:
            raise ValueError(f"{key} is listed twice")
        else:
            into[key] = value


@cache
def table(*path: str) -> dict[str, Any]:
    """One table of all languages together: people mix them within a sentence."""
    merged: dict[str, Any] = {}
    for language in LANGUAGES:
        merged |= _at(lexicon(language), path)
    return merged


@cache
def meanings(*path: str) -> dict[str, str]:
    """A table such as `won = ["won", "signed"]` turned round: every word, and what it stands for."""
    return {
        word.casefold(): meant
        for language in LANGUAGES
        for meant, words in _at(lexicon(language), path).items()
        for word in words
    }


@cache
def words(*path: str) -> frozenset[str]:
    """A list of words, of all languages together."""
    *above, last = path
    return frozenset(word.casefold() for each in LANGUAGES for word in _at(lexicon(each), tuple(above)).get(last, []))


def any_of(listed: Iterable[str]) -> str:
    """A pattern for any of these words; a Latin one ends where its letters end, Han runs on."""
    return _any_of(frozenset(listed))


@cache
def _any_of(listed: frozenset[str]) -> str:
    longest_first = sorted(listed, key=lambda word: (-len(word), word))
    latin = [word for word in longest_first if _latin(word[0])]
    other = [whole(word) for word in longest_first if not _latin(word[0])]
    # One look back and one ahead for all Latin words: so the pattern is short, and most places are ruled out at once.
    closed = by_first_letter([word for word in latin if _latin(word[-1])])
    open_ended = [_spaced(word) for word in latin if not _latin(word[-1])]
    apart = [f"{_START}(?:{'|'.join([*open_ended, *([f'(?:{closed}){_END}'] if closed else [])])})"] if latin else []
    return f"(?:{'|'.join([*apart, *other])})"


def by_first_letter(listed: list[str]) -> str:
    """Alternatives of which all but those of one letter are passed over at once."""
    groups: dict[str, list[str]] = {}
    for word in listed:
        groups.setdefault(word[0], []).append(_spaced(word)[1:])
    return "|".join(f"{letter}(?:{'|'.join(rests)})" for letter, rests in groups.items())


_START, _END = "(?<![A-Za-z0-9])", "(?![A-Za-z0-9])"


def whole(word: str) -> str:
    """A pattern for `word`, not inside a longer Latin one; spaces in it may be several or none next to Han."""
    before = _START if _latin(word[0]) else ""
    after = _END if _latin(word[-1]) else ""
    return f"{before}{_spaced(word)}{after}"


def _spaced(word: str) -> str:
    return r"\s+".join(map(re.escape, word.split()))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _at(tables: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for name in path:
        tables = tables.get(name, {})
    return tables
