"""A message on its way: what the road asks of storage, and all that is known of one message inside its transaction."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from crmbot.dialogue import Command, Dialogue, Records, Written
from crmbot.incoming import Incoming, Place, Press, Sender
from crmbot.lessons import Lesson
from crmbot.people import Member
from crmbot.reply import Button, Later, Post, Reply, Text, text
from crmbot.sender import Outgoing
from crmbot.understand import Understood
from crmbot.work import Started

LONGEST = 4096  # characters of a message that are read for their meaning


class Done(Protocol):
    """A message that changed something, and the names of what it changed."""

    @property
    def message(self) -> int: ...
    @property
    def labels(self) -> Sequence[str]: ...


class Road(Records, Protocol):
    """What the road itself needs of storage; handlers ask for the real `Store`."""

    outgoing: list[Outgoing]
    started: list[Started]

    def first_time(self, incoming: Incoming, now: datetime) -> bool: ...
    def member(self, sender: Sender) -> Member | None: ...
    def introduce(self, member: Member, name: str) -> None: ...
    def acts(self, member: Member | None, kind: str, now: datetime) -> None: ...
    def audit(self, kind: str) -> None: ...
    def dialogue(self, member: Member, place: Place, now: datetime) -> Dialogue: ...
    def remember(self, dialogue: Dialogue, member: Member, place: Place, now: datetime) -> None: ...
    def press(self, press: Press, place: Place) -> Button: ...
    def about(self, place: Place, message_id: str) -> Mapping[str, str]: ...
    def savepoint(self) -> AbstractContextManager[object]: ...
    def say(
        self,
        reply: Reply,
        place: Place,
        language: str,
        token: str,
        now: datetime,
        *,
        edits: str = "",
        answers: str = "",
    ) -> None: ...
    def later(self, later: Later, member: Member, place: Place, now: datetime, *, answers: str = "") -> None: ...
    def as_message(self, message: int | None) -> AbstractContextManager[object]: ...
    def take_back(self, member: Member, message: int, now: datetime, *, may_be_nothing: bool = False) -> None: ...
    def forms(self, place: Place, message_id: str) -> Sequence[int]: ...
    def last_done(self, member: Member, now: datetime) -> Done | None: ...
    def use(self, token: str) -> None: ...
    def lessons(self, team: str) -> Sequence[Lesson]: ...
    def learn(self, lesson: Lesson, member: Member, now: datetime) -> bool: ...
    def named_in(self, words: str, member: Member) -> Sequence[str]: ...
    def colleagues_in(self, words: str, member: Member) -> Sequence[str]: ...
    @property
    def message(self) -> int: ...
    def join(self, code: str, sender: Sender, now: datetime) -> Member | None: ...
    def locked(self, sender: Sender, now: datetime) -> bool: ...
    @property
    def soonest(self) -> datetime | None: ...
    def owners(self) -> Sequence[tuple[Sender, str]]: ...
    def accounts(self, member: int) -> Sequence[tuple[Sender, str]]: ...
    def team_of(self, place: Place) -> str | None: ...
    def unlink_place(self, place: Place) -> None: ...
    def reached(self, place: Place) -> bool: ...
    def stands(self, ref: str, place: Place) -> bool: ...
    def is_posted(self, ref: str, chat: Place | None = None) -> bool: ...
    def changed(self, letter: str) -> list[str]: ...
    def post(
        self, post: Post, token: Callable[[], str], now: datetime, language: str, *, shown: Place | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A message and what it means, as far as that can be said before anyone is asked who sent it."""

    incoming: Incoming
    meant: Understood
    zone: str


@dataclass(slots=True)
class Turn:
    """One message, with all that is known of it inside the transaction; `done`: what it changed is kept.

    `later`: the slow work that it asks for. `asked_in`: the group in which the question was asked that it answers.
    `token`: of the reply's buttons. `answers`: it says what was asked for. `writes`: it was to change something.
    `after_miss`: the message before it came to nothing; `missed`: so did this one. `posted`: the deal whose post its
    answer is. `refused`: it could not be done. `read`: what was looked at. `shared`: its answer is for the group.
    `written`: what it wrote, as it may be put right.
    """

    incoming: Incoming
    meant: Understood
    member: Member
    dialogue: Dialogue
    road: Road
    now: datetime
    token: str
    done: bool = False
    later: list[Later] = field(default_factory=list)
    asked_in: Place | None = None
    after_miss: bool = False
    missed: bool = False
    writes: bool = False
    posted: str = ""
    answers: bool = False
    refused: bool = False
    read: Command | None = None
    shared: bool = False
    written: Written | None = None

    @property
    def place(self) -> Place:
        """What "here" is."""
        return self.asked_in or self.incoming.place

    @property
    def private(self) -> Place:
        """Where only they read."""
        place, sender = self.incoming.place, self.incoming.sender
        return place if place.private else Place(sender.channel, sender.id)

    @property
    def outcome(self) -> Text:
        """What came of it, without a word of what it was."""
        if self.done:
            return text("done-in-private")
        if self.dialogue.question or self.dialogue.unconfirmed:
            return text("asked-in-private")
        return text("not-done")

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.member.zone))
