"""The one road every message takes."""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from crmbot.dialogue import SURE, Asked, Command, Dialogue, Question, Records, Resolver, confirmation, several
from crmbot.errors import NotAllowed, Refused, Unavailable
from crmbot.incoming import Incoming, Place, Press, Sender
from crmbot.intents import Intent
from crmbot.people import Member
from crmbot.reply import Button, Reply, text
from crmbot.sender import Outgoing
from crmbot.understand import Understood, understand
from crmbot.words import LANGUAGES, language_of

log = logging.getLogger(__name__)
LONGEST = 4096  # characters of a message that are read for their meaning
FLOOD, WITHIN = 20, timedelta(seconds=10)  # messages of one stranger, after which the bot falls silent
STRANGERS = 10_000  # that are kept count of
INVITATION = "i_"  # what a token of an invitation begins with, also behind t.me/bot?start=


class Road(Records, Protocol):
    """What the road itself needs of storage; handlers ask for the real `Store`."""

    outgoing: list[Outgoing]

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
    def take_back(self, member: Member, message: int, now: datetime, *, may_be_nothing: bool = False) -> None: ...
    def handled(self, place: Place, message_id: str) -> int | None: ...
    @property
    def message(self) -> int: ...
    def join(self, token: str, sender: Sender, now: datetime) -> Member | None: ...
    def owners(self) -> Sequence[tuple[Sender, str]]: ...
    def hear_stranger(self, incoming: Incoming, now: datetime) -> str: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A message and what it means, as far as that can be said before anyone is asked who sent it."""

    incoming: Incoming
    meant: Understood
    zone: str


@dataclass(slots=True)
class Turn:
    """One message, with all that is known of it inside the transaction; `done`: what it changed is kept."""

    incoming: Incoming
    meant: Understood
    member: Member
    dialogue: Dialogue
    road: Road
    now: datetime
    done: bool = False

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.member.zone))


@dataclass(frozen=True, slots=True)
class App:
    intents: Mapping[str, Intent]
    clock: Callable[[], datetime]
    token: Callable[[], str]  # something nobody can guess
    language: str = "en"
    zone: str = "UTC"
    currency: str = "USD"
    service_open: bool = True
    _zones: dict[tuple[str, str], str] = field(default_factory=dict)  # where each sender was last known to be
    _heard: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)  # when strangers wrote

    def read(self, incoming: Incoming) -> Read:
        """What the words mean. Pure but for a guess at the sender's time zone, which `answer` checks."""
        zone = self._zones.get((incoming.sender.channel, incoming.sender.id), self.zone)
        return Read(incoming, self._meaning(incoming, zone), zone)

    def answer(self, read: Read, road: Road) -> None:
        """Take in one message inside the caller's transaction: that it came, what it changes, what is answered.

        Raises `Unavailable` when the database is away: then nothing may be kept or acknowledged.
        """
        incoming, now = read.incoming, self.clock()
        if not road.first_time(incoming, now):
            return
        member = road.member(incoming.sender)
        if member is None:
            self._answer_stranger(incoming, road, now)
            return
        if member.name == incoming.sender.id != incoming.sender.name:  # the settings know owners by number only
            road.introduce(member, incoming.sender.name)
        member = replace(member, language=self._speaks(member, incoming), zone=member.zone or self.zone)
        meant = read.meant if member.zone == read.zone else self._meaning(incoming, member.zone)
        self._zones[(incoming.sender.channel, incoming.sender.id)] = member.zone
        road.acts(member, meant.intent, now)
        turn = Turn(incoming, meant, member, road.dialogue(member, incoming.place, now), road, now)
        reply = self._outcome(turn)
        road.remember(turn.dialogue, member, incoming.place, now)
        self._say(reply, turn)

    def apologise(self, incoming: Incoming, road: Road, error: BaseException | None = None) -> None:
        """What is kept of a message that the road itself broke on: that it came, and that it is our mistake."""
        now = self.clock()
        if road.first_time(incoming, now):
            language = language_of(incoming.sender.language, self.language)
            road.say(self.our_bug(error), incoming.place, language, self.token(), now)

    def tell_owners(self, reply: Reply, road: Road) -> None:
        """In their private chats, wherever they talk to the bot."""
        for sender, language in road.owners():
            place = Place(sender.channel, sender.id)
            road.say(reply, place, language or self.language, self.token(), self.clock())

    def our_bug(self, error: BaseException | None) -> Reply:
        """The handled row is kept, or the platform would bring the message that breaks us for ever."""
        incident = self.token()[:8]
        log.error("incident %s", incident, exc_info=error)
        return Reply(text("our-bug", incident=incident))

    def cannot_draw(self, outgoing: Outgoing) -> None:
        """A reply that a channel cannot show: it is set aside, the chat goes on."""
        log.exception("incident %s: outgoing row %s cannot be sent", self.token()[:8], outgoing.id)

    def _meaning(self, incoming: Incoming, zone: str) -> Understood:
        if isinstance(incoming.said, Press):
            return Understood("pressed")
        if incoming.contact and not incoming.said:
            return _shared_contact(incoming)
        now = self.clock().astimezone(ZoneInfo(zone))
        return understand(incoming.said[:LONGEST], now=now, language=language_of(incoming.sender.language, "en"))

    def _speaks(self, member: Member, incoming: Incoming) -> str:
        """The member's own choice, else their app's language, else the bot's."""
        if member.language in LANGUAGES:
            return member.language
        return language_of(incoming.sender.language, self.language)

    def _say(self, reply: Reply, turn: Turn) -> None:
        place, pressed = turn.incoming.place, isinstance(turn.incoming.said, Press)
        edits = turn.incoming.reply_to if pressed and reply.in_place else ""
        answers = "" if pressed else turn.incoming.message_id
        turn.road.say(reply, place, turn.member.language, self.token(), turn.now, edits=edits, answers=answers)

    def _outcome(self, turn: Turn) -> Reply:
        """What the command comes to; unless it is done, nothing that it changed stays."""
        question, turn.dialogue.question = turn.dialogue.question, None
        unconfirmed, turn.dialogue.unconfirmed = turn.dialogue.unconfirmed, None
        about = dict(turn.dialogue.about)
        reply = self._tried(turn, question, unconfirmed)
        if not turn.done:
            turn.dialogue.about = about  # nobody speaks of what was not kept
        return reply

    def _tried(self, turn: Turn, question: Question | None, unconfirmed: Command | None) -> Reply:
        try:
            with turn.road.savepoint():
                meant = self._command(turn)
                said = turn.incoming.said
                if question and isinstance(said, str):
                    meant = question.answered(said, meant, now=turn.local, language=turn.member.language)
                reply = self._carry_out(meant, turn, unconfirmed)
            turn.done = True
            return reply
        except Asked as asked:
            turn.dialogue.question, turn.dialogue.unconfirmed = asked.question, asked.unconfirmed
            return asked.reply
        except Refused as no:
            turn.road.audit("refused")
            return Reply(no.text)
        except Unavailable:
            raise
        except Exception as error:
            turn.road.audit("bug")
            return self.our_bug(error)

    def _carry_out(self, meant: Understood, turn: Turn, unconfirmed: Command | None) -> Reply:
        if turn.incoming.forwarded:
            return Reply(text("forwarded"))  # somebody else's words are never a command
        if turn.incoming.edited_of:
            return self._amend(meant, turn)
        if meant.intent == "confirm" and not meant.slots and unconfirmed:
            return self._do(Understood(unconfirmed.intent, unconfirmed.slots), turn, confirmed=True)
        return self._all(meant, turn)

    def _command(self, turn: Turn) -> Understood:
        if isinstance(turn.incoming.said, str):
            return turn.meant
        button = turn.road.press(turn.incoming.said, turn.incoming.place)
        return Understood(button.intent, button.slots)

    def _amend(self, meant: Understood, turn: Turn) -> Reply:
        """An edited message: what it first did is taken back, what it says now is done."""
        before = turn.road.handled(turn.incoming.place, turn.incoming.edited_of)
        if meant.intent not in self.intents:
            return Reply(text("edit-not-understood"))
        self._may(self.intents[meant.intent], turn)
        if before is not None:
            turn.road.take_back(turn.member, before, turn.now, may_be_nothing=True)
        reply = self._all(meant, turn)
        return replace(reply, text=text("instead", now=reply.text))

    def _all(self, meant: Understood, turn: Turn) -> Reply:
        """Every command of the message, done and taken back as one; what one of them lacks is asked for first."""
        chain = [Command(each.intent, each.slots) for each in (meant, *meant.also)]
        if len(chain) == 1:
            return self._do(meant, turn, confirmed=False)
        replies = []
        for at, each in enumerate(chain):
            try:
                reply = self._do(Understood(each.intent, each.slots), turn, confirmed=False)
            except Asked as asked:
                raise asked.among(chain[:at], chain[at + 1 :]) from asked
            replies.append(_among(reply, chain[:at], chain[at + 1 :]))
        return _together(replies)

    def _do(self, meant: Understood, turn: Turn, *, confirmed: bool) -> Reply:
        match meant.intent:
            case "confirm" if meant.slots:  # the [Yes] under a question
                return self._do(Understood(meant.slots["intent"], meant.slots["slots"]), turn, confirmed=True)
            case "several":  # a button under one of several commands of a message
                return self._all(_chained(meant.slots["commands"]), turn)
            case "instead":  # [Same as C12]: what a message did is taken back and done to another record
                again = _chained(meant.slots["commands"])
                self._may(self.intents[again.intent], turn)
                turn.road.take_back(turn.member, meant.slots["message"], turn.now)
                return replace(self._all(again, turn), in_place=True)
        spec = self.intents.get(meant.intent)
        if spec is None:
            return Reply(text("not-understood"))
        self._may(spec, turn)
        unsure = meant.confidence < SURE and spec.needs.writes
        if (spec.asks or unsure) and not confirmed:
            raise confirmation(spec, Command(spec.name, meant.slots), self.currency)
        return self._run(spec, meant, turn)

    def _may(self, spec: Intent, turn: Turn) -> None:
        turn.road.acts(turn.member, spec.name, turn.now)  # first of all, for a refusal is audited too
        if not turn.member.may(spec.needs):
            raise NotAllowed(turn.member.role)

    def _run(self, spec: Intent, meant: Understood, turn: Turn) -> Reply:
        replied = turn.road.about(turn.incoming.place, turn.incoming.reply_to)
        about = turn.dialogue.about | dict(replied)
        resolver = Resolver(turn.road, turn.member, about, replied, self.currency, turn.now)
        slots = resolver.slots(spec, meant)
        reply = spec.run(slots, {Member: turn.member, datetime: turn.now, type(turn.road): turn.road})
        refs = [record.ref for slot, _, _ in spec.records if (record := getattr(slots, slot))]
        if reply.card and reply.card.ref:
            refs.append(reply.card.ref)
        turn.dialogue.about.update((ref[0], ref) for ref in refs)
        if resolver.near:
            reply = replace(reply, buttons=reply.buttons + _same_as(resolver.near, spec, meant, turn))
        return reply

    def _answer_stranger(self, incoming: Incoming, road: Road, now: datetime) -> None:
        """An invitation is taken; else the service desk, or one neutral sentence. Groups hear nothing."""
        if not incoming.place.private or self._floods(incoming.sender, now):
            return
        road.acts(None, "stranger", now)
        language = language_of(incoming.sender.language, self.language)
        reply = self._welcome(incoming, road, now)
        if reply:
            road.say(reply, incoming.place, language, self.token(), now)

    def _floods(self, sender: Sender, now: datetime) -> bool:
        """Whether a stranger wrote too much at once: then the bot falls silent and keeps nothing."""
        if len(self._heard) > STRANGERS:
            self._heard.clear()
        times = self._heard.setdefault((sender.channel, sender.id), deque(maxlen=FLOOD))
        floods = len(times) == FLOOD and now - times[0] < WITHIN
        times.append(now)
        return floods

    def _welcome(self, incoming: Incoming, road: Road, now: datetime) -> Reply | None:
        if token := _invitation(incoming):
            member = road.join(token, incoming.sender, now)
            if member is None:
                road.audit("refused")
            return Reply(text("joined", role=member.role)) if member else Reply(text("invitation-void"))
        if not self.service_open or isinstance(incoming.said, Press):
            return Reply(text("stranger"))
        ticket = road.hear_stranger(incoming, now)
        return Reply(text("stranger-heard", ref=ticket)) if ticket else None


def _invitation(incoming: Incoming) -> str:
    """The token, of `/start i_…` as a link sends it or of `i_…` as somebody types it."""
    if not isinstance(incoming.said, str):
        return ""
    words = incoming.said.strip().removeprefix("/start").strip()
    return words if words.startswith(INVITATION) and " " not in words else ""


def _shared_contact(incoming: Incoming) -> Understood:
    """A contact card is a customer to be added."""
    contact = incoming.contact
    assert contact
    slots: dict[str, Any] = {"name": contact.name}
    slots |= {"company": contact.company} if contact.company else {}
    slots |= {"phone": contact.phones[0]} if contact.phones else {}
    slots |= {"email": contact.emails[0]} if contact.emails else {}
    return Understood("customer.add", slots)


def _chained(commands: Sequence[Sequence[Any]]) -> Understood:
    """The commands that a button carries, as one message would."""
    first, *others = (Understood(intent, slots) for intent, slots in commands)
    return replace(first, also=tuple(others))


def _among(reply: Reply, before: Sequence[Command], after: Sequence[Command]) -> Reply:
    """What would do one command to another record does the others of its message again too."""
    buttons = tuple(
        replace(each, slots={**each.slots, **several(before, Command(*each.slots["commands"][0]), after)})
        if each.intent == "instead"
        else each
        for each in reply.buttons
    )
    return replace(reply, buttons=buttons)


def _together(replies: Sequence[Reply]) -> Reply:
    """One answer to several commands: all that was said, the last card, and what may be put right in any."""
    *others, last = replies
    words = last.text
    for each in reversed(others):
        words = text("and-then", first=each.text, then=words)
    mended = tuple(button for each in others for button in each.buttons if button.intent == "instead")
    return replace(last, text=words, buttons=last.buttons + mended)


def _same_as(near: Sequence[Any], spec: Intent, meant: Understood, turn: Turn) -> tuple[Button, ...]:
    """Offered after a new customer was made: it may have been one of these."""
    message = turn.road.message
    [slot] = [slot for slot, _, mark in spec.records if mark.or_new]
    rest = {name: value for name, value in meant.slots.items() if name not in ("name", "company", "ref")}
    return tuple(
        Button(
            text("button-same-as", label=each.label),
            "instead",
            {"message": message, "commands": [[spec.name, {**rest, slot: each.ref}]]},
            once=True,
        )
        for each in near[:2]
    )
