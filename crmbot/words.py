"""The bot's sentences and nouns, per language, from `locales/*.ftl`."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from fluent.syntax import FluentParser, ast

from crmbot.money import Money, say_money
from crmbot.reply import Day, Moment, Said, Text, text
from crmbot.sentences import Sentence, sentence
from crmbot.when import say_day, say_moment

LANGUAGES = ("en", "zh")
COMMAS = {"zh": "、"}
LONGEST = 1000  # of an argument: more is no sentence any more
_ENTRY = re.compile(r"^(?=-?[a-z])", re.M)  # it begins at the margin, and nothing within it does
_PARSER = FluentParser(with_spans=False)  # spans are for editors, and 2 MB


def say(said: Text, language: str) -> str:
    """`said` in `language`, and so are the texts within it."""
    if said.id == "verbatim":  # names and refs: nothing to format, and they may be long
        return str(said.args["words"])
    if said.id == "lines":
        return "\n".join(say(each, language) for each in said.args.values() if isinstance(each, Text))
    if said.id == "several":
        return COMMAS.get(language, ", ").join(
            say(each, language) for each in said.args.values() if isinstance(each, Text)
        )
    if not said.args:
        return _fixed(said.id, language)
    return _format(said.id, tuple((name, _argument(value, language)) for name, value in said.args.items()), language)


def language_of(code: str, default: str) -> str:
    """The language we speak for what an app says: "zh-hans" → zh."""
    return next((each for each in LANGUAGES if code.lower().startswith(each)), default)


@lru_cache(1024)  # the same few words stand on every card
def _format(id: str, args: tuple[tuple[str, str | int], ...], language: str) -> str:
    return _sentence(id, language if language in LANGUAGES else "en")(dict(args))


@cache
def _fixed(id: str, language: str) -> str:
    return _format(id, (), language)


def _argument(value: Said, language: str) -> str | int:
    match value:
        case Text():
            said = say(value, language)
        case Money():
            said = say_money(value, language)
        case Day():
            said = say_day(value.day, language, value.today)
        case Moment():
            zone = ZoneInfo(value.zone)
            said = say_moment(value.at.astimezone(zone), language, value.now.astimezone(zone))
        case int():
            return value
        case _:
            said = value
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


@cache
def _sentence(id: str, language: str) -> Sentence:
    """Read when it is first said, for to parse all of them takes a third of a second."""
    entry = _PARSER.parse_entry(_entries(language)[id])
    if not isinstance(entry, ast.Message | ast.Term) or entry.value is None:
        raise LookupError(f"{id} is no sentence")
    return sentence(entry.value, language, lambda term: _sentence(f"-{term}", language))


@cache
def _entries(language: str) -> dict[str, str]:
    """The source of each sentence and term, by its id."""
    source = files("crmbot").joinpath(f"locales/{language}.ftl").read_text("utf-8")
    return {entry.partition(" =")[0]: entry for entry in _ENTRY.split(source)[1:]}


# The commands that a channel offers, most used first: to each role, to those who are no members, and in groups.
MENUS = {
    "rep": (
        *("deal", "customer", "log", "task", "today", "find", "deals", "pipeline", "forecast", "undo", "help"),
        "settings",
    ),
    "viewer": ("deals", "find", "pipeline", "forecast", "help", "settings"),
    "customer": ("start", "help", "settings"),
    "group": ("pipeline", "deals", "schedules", "link", "help"),
}
MENUS |= dict.fromkeys(
    ("manager", "owner"),
    (
        *("deal", "customer", "log", "task", "today", "find", "pipeline", "forecast", "members", "undo", "help"),
        "settings",
    ),
)
MENU = frozenset(command for commands in MENUS.values() for command in commands)


def menu(whose: str, language: str) -> tuple[tuple[str, str], ...]:
    """The slash commands for one of `MENUS` and what each does, for the channel's own menu."""
    if whose == "customer":
        return tuple((each, say(text("menu-customer", command=each), language)) for each in MENUS[whose])
    return tuple((each, say(text("menu", command=each), language)) for each in MENUS[whose])
