"""The bot's sentences and nouns, per language, from `locales/*.ftl`."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from fluent.runtime import FluentBundle, FluentResource

from crmbot.money import Money, say_money
from crmbot.reply import Day, Moment, Said, Text, text
from crmbot.when import say_day, say_moment

LANGUAGES = ("en", "zh")
LONGEST = 1000  # the library formats no longer argument


def say(said: Text, language: str) -> str:
    """`said` in `language`, and so are the texts within it."""
    if said.id == "verbatim":  # names and refs: nothing to format, and they may be long
        return str(said.args["words"])
    if not said.args:
        return _fixed(said.id, language)
    return _format(said.id, {name: _argument(value, language) for name, value in said.args.items()}, language)


def language_of(code: str, default: str) -> str:
    """The language we speak for what an app says: "zh-hans" → zh."""
    return next((each for each in LANGUAGES if code.lower().startswith(each)), default)


def _format(id: str, args: dict[str, str | int], language: str) -> str:
    bundle = _bundle(language if language in LANGUAGES else "en")
    pattern = bundle.get_message(id).value
    assert pattern is not None, id
    words, problems = bundle.format_pattern(pattern, args)
    if problems:
        raise LookupError(f"{id}: {problems}")
    return str(words)


@cache
def _fixed(id: str, language: str) -> str:
    return _format(id, {}, language)


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
def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([language], use_isolating=False)
    source = files("crmbot").joinpath(f"locales/{language}.ftl").read_text("utf-8")
    bundle.add_resource(FluentResource(source))
    return bundle


MENU = (
    "deal",
    "deals",
    "customer",
    "find",
    "log",
    "move",
    "won",
    "lost",
    "undo",
    "help",
)  # as understanding.md has them


def menu(language: str) -> tuple[tuple[str, str], ...]:
    """The slash commands and what each does, for the channel's own menu."""
    return tuple((command, say(text("menu", command=command), language)) for command in MENU)
