"""What a channel hands to the bot: one message, free of the channel's own types."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


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
    """Where a message was said, and so where its reply goes."""

    channel: str
    chat: str
    thread: str = ""
    private: bool = True


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


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact card that was shared: `user` is the channel's id of the person on it, when it says one."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""
    user: str = ""

    def __post_init__(self) -> None:
        for field, value in (("name", storable(self.name)), ("company", storable(self.company))):
            object.__setattr__(self, field, value)


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
    said: str | Press
    message_id: str = ""  # the platform's id of this message
    reply_to: str = ""  # the platform's id of the message replied to, or of the one whose button was pressed
    edited_of: str = ""  # the platform's id of the message that this one replaces
    files: tuple[File, ...] = ()
    contact: Contact | None = None
    forwarded: bool = False  # somebody else's words

    def __post_init__(self) -> None:
        if isinstance(self.said, str):
            object.__setattr__(self, "said", storable(self.said))


def storable(words: str) -> str:
    """Without what no database takes: NUL, and halves of characters."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()


def key(*parts: object) -> str:
    """What makes a message that message; each adapter knows which parts a platform repeats."""
    return "/".join(map(str, parts))
