"""What a handler answers. Adapters draw these; no handler knows how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal, Union

from crmbot.incoming import File, Place, Sender
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


def lines(*said: Text) -> Text:
    """One below the other."""
    return Text("lines", {str(number): each for number, each in enumerate(said)})


def several(*said: Text) -> Text:
    """One beside the other, with the commas of the reader's language."""
    return Text("several", {str(number): each for number, each in enumerate(said)})


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
class Told:
    """What others hear of a message: a member in all their private chats, or one account of theirs in its own."""

    to: int | Sender
    text: Text
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """What is said of the ticket `ref` in another chat: to its customer, to those who look after it, in their room;
    or of a deal, in the groups where it was posted.

    With a card it is the record's one post there, changed in place from then on; without one it is said below that:
    as `news` only where that post stands. A `file` has few words, which stand below it.
    """

    ref: str
    to: Literal["customer", "team", "room", "groups"]
    text: Text
    card: Card | None = None
    buttons: tuple[Button, ...] = ()
    news: bool = False
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form of `crmbot/forms.py` to change the record `ref` with, and what its fields hold now.

    Where there are no forms, or what opened one is too old, the words of the reply say how to do it in words.
    """

    name: str
    ref: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked after a command was done: the next message, if it is no command, is `slot` of this one."""

    intent: str
    slots: Mapping[str, Any]
    slot: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to one message. `in_place`: it takes the place of the message whose button was pressed.

    `language`: that in which it is said, when it was chosen just now; else the reader's. `desk`: it belongs to
    that ticket, and so does what is said in reply; or it is the post of that deal. `menu`: to whom of `words.MENUS` it
    is said, for a channel that offers commands. `loud`: where it is said in a thread, the channel is to see it too.
    """

    text: Text
    card: Card | None = None
    table: Table | None = None
    chart: Chart | None = None
    buttons: tuple[Button, ...] = ()
    in_place: bool = False
    told: tuple[Told, ...] = ()
    ask: Ask | None = None
    form: Form | None = None
    language: str = ""
    posts: tuple[Post, ...] = ()
    desk: str = ""
    file: File | None = None
    menu: str = ""
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What the bot says by itself, where, and in which language. `once`: rather not at all than twice."""

    reply: Reply
    place: Place
    language: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """What a scheduled report is compared with: where it would say the same again, `unmoved` is said instead."""

    schedule: int
    unmoved: Reply


@dataclass(frozen=True, slots=True)
class Later:
    """Slow work, instead of a reply: the function marked `@job(job)` answers, from the worker process.

    `args` are the fields of its slots, plain enough for JSON. `buttons` stand below those of the answer.
    `told`: who hears at once that it was asked for. `against`: of a scheduled report.
    """

    job: str
    args: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    told: tuple[Told, ...] = ()
    against: Against | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What a job answers that has something to keep: `keep` is given the `Store` of the transaction that ends it.

    `basis`: the facts it rests on, where its words change by themselves with each day.
    """

    reply: Reply
    keep: Callable[[Any], None]
    basis: str = ""
