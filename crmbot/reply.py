"""What a handler answers. Adapters draw these; no handler knows how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Union

from crmbot.money import Money


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a sentence, said as the reader says dates on the day `today`."""

    day: date
    today: date


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time in a sentence, and when and in which zone the reader is told it."""

    at: datetime
    now: datetime
    zone: str


Said = Union[int, str, Money, Day, Moment, "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in the reader's language: an id in `locales/` and what goes into it."""

    id: str
    args: Mapping[str, Said]


def text(id: str, **args: Said) -> Text:
    return Text(id, args)


def verbatim(words: str) -> Text:
    """Words that are the same in every language: a name, a title, a ref."""
    return Text("verbatim", {"words": words})


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it is the same as saying `intent` with `slots`; `once` for what must not happen twice."""

    label: Text
    intent: str
    slots: Mapping[str, Any]
    once: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One record at a glance: at most a dozen facts, each a label and a value."""

    ref: str
    title: str
    facts: tuple[tuple[Text, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A few rows to read on a phone: the first column is what the row is about."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A PNG picture and what it shows in words, for those who cannot see it."""

    __pydantic_config__: ClassVar = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}  # as it waits in a row
    name: str
    png: bytes
    alt: Text


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to one message. `in_place`: it takes the place of the message whose button was pressed."""

    text: Text
    card: Card | None = None
    table: Table | None = None
    chart: Chart | None = None
    buttons: tuple[Button, ...] = ()
    in_place: bool = False
