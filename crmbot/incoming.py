"""What a channel hands to the bot: one message, free of the channel's own types."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

# What is said once to become somebody begins with these, also behind t.me/bot?start=
INVITATION, LINK, GROUP = "i_", "l_", "g_"
_CODE = re.compile(r"(?:/crm\s+)?(?:/?(?:start|link)(?:@\w+)?\s+)?([ilg]_[\w-]+)", re.IGNORECASE)

TICKET, CAMPAIGN = "t_", "c_"  # so begins what a link says for somebody who is no member
_OPENED = re.compile(r"(?:/start(?:@\w+)?\s+)?([tc]_[\w-]{8,64})", re.ASCII)
_NAMED = re.compile(r"/?link\s+#?(\S.{0,62})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody as their channel knows them; `Member` is the same person as the team does."""

    channel: str
    id: str
    name: str
    language: str = ""  # as their app says: "en", "zh" or nothing

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", storable(self.name))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message was said, and so where its reply goes. `external`: people of another company read along."""

    channel: str
    chat: str
    thread: str = ""
    private: bool = True
    external: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: which one, under which of our messages. What it means only we know."""

    token: str
    button: int

    @classmethod
    def read(cls, payload: str) -> "Press":
        token, _, button = payload.rpartition(":")
        return cls(token, int(button) if button.isascii() and button.isdecimal() and len(button) < 4 else -1)

    @property
    def payload(self) -> str:
        return f"{self.token}:{self.button}"


HOME = Press("home", 0)  # the channel's own first page was opened


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in: what was put into each of its fields. `note`: what it was opened on.

    `about`: the record whose card it changes; then `fields` are those that were changed.
    """

    form: str
    fields: tuple[tuple[str, str], ...]
    note: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple((name, storable(words)) for name, words in self.fields))
        object.__setattr__(self, "note", storable(self.note))


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact card that was shared: `user` is the channel's id of the person on it, when it says one."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""
    user: str = ""

    def __post_init__(self) -> None:
        for name, value in (("name", storable(self.name)), ("company", storable(self.company))):
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message, already fetched."""

    __pydantic_config__: ClassVar = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}  # as it waits in a row
    name: str
    data: bytes
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a person said or pressed. The same `key` twice is the same message twice."""

    key: str
    sender: Sender
    place: Place
    at: datetime
    said: str | Press | Filled
    message_id: str = ""  # the platform's id of this message
    reply_to: str = ""  # the platform's id of the message replied to, or of the one whose button was pressed
    edited_of: str = ""  # the platform's id of the message that this one replaces
    files: tuple[File, ...] = ()
    contact: Contact | None = None
    forwarded: bool = False  # somebody else's words
    aside: Place | None = None  # said in a group: where in it the sender alone reads
    group: Place | None = None  # said aside: the group beside which that was
    overheard: bool = (
        False  # said to others: heard if it names a record or stands below a ticket's post, else not at all
    )

    def __post_init__(self) -> None:
        if isinstance(self.said, str):
            object.__setattr__(self, "said", storable(self.said))


def code_in(incoming: Incoming) -> str:
    """The code that is all of a message, said bare or as a link or a command sends it: `/start i_…`."""
    found = _CODE.fullmatch(incoming.said.strip()) if isinstance(incoming.said, str) else None
    return found[1] if found else ""


def opened_by(incoming: Incoming) -> str:
    """The code of the link by which somebody opened the chat, or which they typed: `/start t_…`."""
    found = _OPENED.fullmatch(incoming.said.strip()) if isinstance(incoming.said, str) else None
    return found[1] if found else ""


def name_in(incoming: Incoming) -> str:
    """How a group is called from now on: `/link support`, said in it."""
    found = _NAMED.fullmatch(incoming.said.strip()) if isinstance(incoming.said, str) else None
    return found[1] if found and not incoming.place.private else ""


def storable(words: str) -> str:
    """Without what no database takes: NUL, and halves of characters."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()


def key(*parts: object) -> str:
    """What makes a message that message; each adapter knows which parts a platform repeats."""
    return "/".join(map(str, parts))
