"""What a person is being asked, and which record is meant."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from crmbot.errors import NotFound, Refused
from crmbot.guesses import LEADS
from crmbot.intents import Intent, Meant, Record, Slots
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.reply import Button, Card, Day, Moment, Reply, Said, Text, text, verbatim
from crmbot.understand import Understood, may_be_name, read, understand

POINTERS = frozenset({"ref", "name", "title", "company", "subject"})  # what people say to point at a record
MOST_CHOICES = 8
SURE = 0.9
DAY = len("2026-11-22")
ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1, "第一个": 0, "第二个": 1, "第三个": 2, "最后一个": -1}
ASKABLE = frozenset(  # what an answer can say anew
    {"name", "company", "phone", "email", "title", "amount", "stage", "close_date", "due", "when", "owner", "kind"}
    | {"text", "subject", "reason", "tags", "product"}
)
PRONOUNS = frozenset({"it", "this", "that", "this one", "that one", "它", "这个", "那个", "这", "那", "这单", "那单"})
THEM = re.compile(r"\b(?:him|her|them|it|she|he|they)\b|[他她它]们?|对方", re.I)
DATED = {"D": ("deal.update", "close_date"), "T": ("task.update", "due")}  # what "push it to friday" may be said of


@dataclass(frozen=True, slots=True)
class Command:
    """An intent and what was said for it, as plain values."""

    intent: str
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A command that lacks one thing; what is said next may be that thing.

    `record`: it is a record that lacks; `options`: refs and labels of those it may be. `before` and `after`: the
    other commands of the message, which wait for the answer too. `instead`: what the answered command takes the
    place of.
    """

    command: Command
    asks: str
    record: bool = False
    options: tuple[tuple[str, str], ...] = ()
    before: tuple[Command, ...] = ()
    after: tuple[Command, ...] = ()
    instead: Mapping[str, Any] | None = None

    def chosen(self, said: str) -> str:
        """The ref of the one option that is meant: by its number in the list, or by words of its label."""
        words = said.strip().casefold()
        if words.isascii() and words.isdecimal() and 0 < int(words[:3]) <= len(self.options):
            return self.options[int(words[:3]) - 1][0]
        words = words.removeprefix("the ").removesuffix(" one")
        if words in ORDINALS and ORDINALS[words] < len(self.options):
            return self.options[ORDINALS[words]][0]
        fitting = [ref for ref, label in self.options if words and words in label.casefold()]
        return fitting[0] if len(fitting) == 1 else ""

    def whole(self, meant: Understood) -> Understood:
        """The answered command among the others of its message."""
        chain = [*self.before, Command(meant.intent, meant.slots), *self.after]
        if self.instead is not None:
            done = in_place_of(self.instead, *chain)
            return Understood(done.intent, done.slots)
        also = tuple(Understood(each.intent, each.slots) for each in chain[1:])
        return Understood(chain[0].intent, chain[0].slots, meant.confidence, also)

    def answered(self, said: str, meant: Understood, *, now: datetime, language: str) -> Understood:
        """The whole command, if `said` is the missing thing; else what `said` means by itself."""
        ref = self.chosen(said) or read("ref", said, now=now, language=language)
        if meant.intent != "unknown" and meant.confidence >= SURE and not ref:
            return meant
        if self.record:
            name = read("name", said, now=now, language=language) if re.search(r"[^\W\d_]", said) else None
            if name and not may_be_name(name):
                name = None  # "call her tomorrow" is another thing to do, and nobody's name
            given: dict[str, Any] = {self.asks: ref or name}
        else:
            given = {self.asks: read(self.asks, said, now=now, language=language)}
        given = (None if ref else self._more(said, now)) or given
        if None in given.values():
            return meant
        return self.whole(Understood(self.command.intent, {**self.command.slots, **given}))

    def _more(self, said: str, now: datetime) -> dict[str, Any] | None:
        """What else the answer says, read as the command that lacks: "Hooli, 30k, close friday"."""
        lead, name = LEADS.get(self.command.intent), self.command.slots.get("name")
        if not lead or self.asks in ("text", "reason"):
            return None
        about = "" if self.record or self.asks == "name" or self.asks == "subject" or not name else f"{name} "
        meant = understand(f"{lead} {about}{said}", now=now)
        known = self.command.slots.keys() - {self.asks}
        more = {slot: value for slot, value in meant.slots.items() if slot not in known and value != name}
        answers = self.asks in more or (self.record and bool(more.keys() & POINTERS))
        sure = meant.intent == self.command.intent and meant.confidence >= SURE and not meant.also
        return more if sure and answers and len(more) > 1 else None


@dataclass(frozen=True, slots=True)
class Last:
    """What was said last, what it was taken for, and the message that did it: the answer, if one was asked for."""

    message: int
    said: str
    intent: str


@dataclass(frozen=True, slots=True)
class Written:
    """What the member's messages wrote last: they can be taken back and done otherwise, or the record changed.

    `at_once`: nothing was said since.
    """

    messages: tuple[int, ...]
    commands: tuple[Command, ...]
    ref: str = ""
    at_once: bool = True


@dataclass(slots=True)
class Dialogue:
    """What one member is talking about in one place.

    `about` holds the last ref of each kind, by its letter; `unconfirmed` is a command that waits for a yes, and `asked`
    the token of the reply with its buttons. `missed`: the last message came to nothing; `last`: what it said;
    `written`: what may be put right.
    """

    question: Question | None = None
    unconfirmed: Command | None = None
    about: dict[str, str] = field(default_factory=dict)
    asked: str = ""
    missed: bool = False
    last: Last | None = None
    written: Written | None = None

    def waits_for(self, button: Button) -> bool:
        """Whether the question that the button answers still stands."""
        if button.intent == "confirm":
            return self.unconfirmed == Command(button.slots["intent"], button.slots["slots"])
        return bool(self.question or self.unconfirmed)


class Asked(Exception):
    """Something is missing, unsure, or could mean several records: the other way a command can end."""

    def __init__(self, reply: Reply, *, question: Question | None = None, unconfirmed: Command | None = None) -> None:
        self.reply = reply
        self.question = question
        self.unconfirmed = unconfirmed

    def among(self, before: Sequence[Command], after: Sequence[Command]) -> "Asked":
        """The same, for a message that holds other commands too: answer, yes or button does them all."""
        question = self.question and replace(self.question, before=tuple(before), after=tuple(after))
        return self._each(lambda command: Command("several", several(before, command, after)), question)

    def in_place_of(self, given: Mapping[str, Any]) -> "Asked":
        """The same, for a command that takes the place of what was done: that stands until this one is done."""
        question = self.question and replace(self.question, instead=given)
        return self._each(lambda command: in_place_of(given, command), question)

    def _each(self, wrap: Callable[[Command], Command], question: Question | None) -> "Asked":
        buttons = tuple(
            each if each.intent == "cancel" else _does(each, wrap(Command(each.intent, each.slots)))
            for each in self.reply.buttons
        )
        waits = self.unconfirmed
        unconfirmed = waits and wrap(Command("confirm", {"intent": waits.intent, "slots": dict(waits.slots)}))
        return Asked(replace(self.reply, buttons=buttons), question=question, unconfirmed=unconfirmed)


def _does(button: Button, command: Command) -> Button:
    return replace(button, intent=command.intent, slots=command.slots)


def of_the_last(meant: Understood, about: Mapping[str, str]) -> Understood:
    """ "Push it to friday" is about a deal or a follow-up, whichever was spoken of last: `about` is in that order."""
    said = {slot for slot, value in meant.slots.items() if slot not in POINTERS or value not in PRONOUNS}
    for letter in reversed(tuple(about)):
        if letter not in DATED:
            continue
        for intent, slot in DATED.values():
            if meant.intent == intent and said == {slot}:
                to, its = DATED[letter]
                when = str(meant.slots[slot])
                return replace(meant, intent=to, slots={its: when if its == "due" else when[:DAY]})
        break
    return meant


def of_whom(meant: Understood, spec: Intent, said: str, about: Mapping[str, str]) -> Understood:
    """ "Called them": the customer that was last spoken of, or that of the deal."""
    for slot, kind, mark in spec.records[:1]:
        last = [ref for letter, ref in about.items() if letter in "CD"]
        named = POINTERS & meant.slots.keys() or slot in meant.slots
        if mark.or_new and kind.letter == "C" and last and not named and THEM.search(said):
            return replace(meant, slots={**meant.slots, "ref": last[-1]})
    return meant


def several(before: Sequence[Command], command: Command, after: Sequence[Command]) -> dict[str, Any]:
    """The slots of a button that does several commands, one after the other."""
    return {"commands": [[each.intent, dict(each.slots)] for each in (*before, command, *after)]}


def in_place_of(given: Mapping[str, Any], *commands: Command) -> Command:
    """Take back what `messages` did, and do these commands; `given` says what more there is to it."""
    return Command("instead", {**given, "commands": [[each.intent, dict(each.slots)] for each in commands]})


@dataclass(frozen=True, slots=True)
class Found:
    """The records that are meant, and those of a near name that might have been."""

    sure: Sequence[Record]
    near: Sequence[Record] = ()
    sealed: bool = False  # and could be looked for among the latest only


class Records(Protocol):
    """Where records are looked up: only those that `member` may touch with the permission `needs`."""

    def by_ref(self, kind: type[Any], ref: str, member: Member, needs: Permission) -> Sequence[Record]: ...
    def by_name(
        self, kind: type[Any], said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool
    ) -> Found: ...
    def create(self, kind: type[Any], said: Mapping[str, str], member: Member, now: datetime) -> Record: ...


class Resolver:
    """Fills the slots of one command: refs and names become records, what lacks is asked for."""

    def __init__(
        self,
        records: Records,
        member: Member,
        about: Mapping[str, str],
        replied: Mapping[str, str],
        currency: str,
        now: datetime,
    ) -> None:
        self._records = records
        self._member = member
        self._about = about
        self._replied = replied
        self._currency = currency
        self._now = now
        self.near: list[Record] = []  # of names near to one that was created

    def slots(self, spec: Intent, meant: Understood) -> Slots:
        meant = _paired(spec, meant)
        fields = spec.slots.model_fields
        records = list(spec.records)
        given = {slot: value for slot, value in meant.slots.items() if slot in fields or slot not in POINTERS}
        given = {slot: value for slot, value in given.items() if slot in fields}
        for at, (slot, kind, mark) in enumerate(records):
            given.pop(slot, None)
            if at and slot not in meant.slots:
                continue  # a second record is named by its own slot only
            pointers = self._pointers(slot, fields, meant)
            if found := self._which(slot, kind, mark, spec, meant, pointers):
                given[slot] = found
        for slot in spec.missing(given):
            command = Command(spec.name, meant.slots)
            is_record = any(slot == name for name, _, _ in records)
            raise Asked(Reply(text("ask", slot=slot)), question=Question(command, slot, is_record))
        try:
            return spec.slots.model_validate(given, context={"currency": self._currency})
        except ValidationError as error:
            wrong = str(error.errors(include_input=False)[0]["loc"][0])
            if isinstance(said := given[wrong], Mapping):
                raise Refused(text("amount-too-large", amount=str(said.get("value", "")))) from error
            raise Refused(text("does-not-fit", slot=text("slot", slot=wrong))) from error

    def lacks(self, spec: Intent, meant: Understood) -> bool:
        """Whether something would have to be asked for."""
        meant = _paired(spec, meant)
        kinds = {slot: (kind, mark) for slot, kind, mark in spec.records}
        for slot in spec.missing(meant.slots):
            if slot not in kinds:
                return True
            kind, mark = kinds[slot]
            said = self._pointers(slot, spec.slots.model_fields, meant)
            if not said and not self._pointed_at(kind, mark, required=True):
                return True
        return False

    def pinned(self, spec: Intent, meant: Understood) -> tuple[Understood, Record | None]:
        """The same command of the very record that is meant now: by the time of the yes, "it" may be another."""
        meant = _paired(spec, meant)
        for slot, kind, mark in spec.records[:1]:
            if mark.or_new:
                break
            fields = spec.slots.model_fields
            record = self._which(slot, kind, mark, spec, meant, self._pointers(slot, fields, meant))
            if record:
                rest = {name: said for name, said in meant.slots.items() if name not in POINTERS or name in fields}
                return replace(meant, slots={**rest, slot: record.ref}), record
        return meant, None

    @staticmethod
    def _pointers(slot: str, fields: Mapping[str, Any], meant: Understood) -> dict[str, str]:
        """What was said to point at this record: its own slot, or the pointers that no field of the intent takes."""
        if slot in meant.slots:
            own = str(meant.slots[slot])
            return {"ref": own} if own[:1].isalpha() and own[1:].isdecimal() else {"name": own}
        return {name: str(meant.slots[name]) for name in POINTERS if name in meant.slots and name not in fields}

    def _which(
        self, slot: str, kind: type[Any], mark: Meant, spec: Intent, meant: Understood, said: Mapping[str, str]
    ) -> Record | None:
        """By ref, else by name, else the record replied to or last in context; but a new thing is never guessed at."""
        ref, named = said.get("ref", ""), {name: words for name, words in said.items() if name != "ref"}
        ref = ref or next((words.upper() for words in named.values() if _is_ref(words, kind)), "")
        if not ref and not named:
            ref = self._pointed_at(kind, mark, required=spec.slots.model_fields[slot].is_required())
        if ref:
            found = Found(self._records.by_ref(kind, ref, self._member, spec.needs))
        elif named:
            found = self._records.by_name(kind, named, self._member, spec.needs, clear_only=mark.or_new)
        else:
            return None
        if not found.sure and named and mark.or_new and not ref:
            self.near.extend(found.near)
            return self._records.create(kind, named, self._member, self._now)
        if not found.sure:
            noun, words = kind.__name__.lower().removesuffix("row"), ref or " ".join(named.values())
            raise NotFound(noun, words, sealed=found.sealed)
        if len(found.sure) > 1:
            command = Command(spec.name, meant.slots)
            offered = found.sure[:MOST_CHOICES]
            options = tuple((each.ref, each.label) for each in offered)
            choices = _choices(slot, spec, meant, offered)
            raise Asked(Reply(text("which-one"), buttons=choices), question=Question(command, slot, True, options))
        return found.sure[0]

    def _pointed_at(self, kind: type[Any], mark: Meant, *, required: bool) -> str:
        """The card replied to, else what was last spoken of; a deal's card points at its customer too."""
        if not required:
            return ""
        ref = self._replied.get(kind.letter, "") or (self._replied.get("D", "") if kind.letter == "C" else "")
        return ref if ref or mark.or_new else self._about.get(kind.letter, "")


def _is_ref(words: str, kind: type[Any]) -> bool:
    """ "New deal C3 5k" is for C3, and no new customer of that name."""
    return words[:1].upper() == kind.letter and words[1:].isdecimal()


def _paired(spec: Intent, meant: Understood) -> Understood:
    """ "Merge A and B" names both of its records in one slot, in their order."""
    refs = meant.slots.get("refs")
    if not refs or "refs" in spec.slots.model_fields or len(spec.records) < 2:
        return meant
    slots = {slot: ref for (slot, _, _), ref in zip(spec.records, refs, strict=False)}
    return replace(meant, slots={name: said for name, said in meant.slots.items() if name != "refs"} | slots)


def _choices(slot: str, spec: Intent, meant: Understood, found: Sequence[Record]) -> tuple[Button, ...]:
    rest = {
        name: value for name, value in meant.slots.items() if name not in POINTERS or name in spec.slots.model_fields
    }
    return tuple(Button(verbatim(each.label), spec.name, {**rest, slot: each.ref}) for each in found)


def say_value(slot: str, value: Any, member: Member, now: datetime, *, month_day: int = 0) -> Text:
    match slot:
        case "kind":
            return text("contact-kind", kind=str(value))
        case "stage":
            return text("stage", stage=str(value))
        case "priority":
            return text("priority", priority=str(value))
        case "every":
            return text("every", every=str(value), day=month_day)
        case "report":
            return text("report", report=str(value))
    return text("value", value=_shown(value, member, now))


def say_fact(slot: str, value: Any, member: Member, now: datetime) -> Text:
    return text("fact", slot=text("slot", slot=slot), value=say_value(slot, value, member, now))


def _shown(value: Any, member: Member, now: datetime) -> Said:
    if isinstance(value, Mapping):
        return Money.of(value, member.currency)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    try:
        at = datetime.fromisoformat(str(value)).replace(tzinfo=ZoneInfo(member.zone))
    except ValueError:
        return str(value)
    return Day(at.date(), now.astimezone(at.tzinfo).date()) if len(str(value)) == DAY else Moment(at, now, member.zone)


def confirmation(spec: Intent, command: Command, record: Record | None, member: Member, now: datetime) -> Asked:
    """ "Shall I …?": before what is destructive, and before what may have been misread; `record`: to what."""
    plain = {"intent": command.intent, "slots": dict(command.slots)}
    other = Button(text("button-no"), "cancel", {}) if spec.asks else Button(text("button-change"), "change", plain)
    card = card_of(command, record, member, now)
    words = text("sure", doing=spec.name.replace(".", "-"))
    return ask_yes(words, command, card=card, others=(other,))


def card_of(command: Command, record: Record | None, member: Member, now: datetime) -> Card | None:
    """What would be done, at a glance."""
    slots = command.slots
    facts = [
        (text("slot", slot=slot), say_value(slot, value, member, now, month_day=slots.get("month_day") or 0))
        for slot, value in slots.items()
        if slot != "month_day" and (record is None or value != record.ref)
    ]
    return Card(record.ref if record else "", record.label if record else "", tuple(facts)) if facts or record else None


def ask_yes(words: Text, command: Command, *, card: Card | None = None, others: tuple[Button, ...] = ()) -> Asked:
    """[Yes], or a typed yes, does the command as one that needs no further yes; by `others` one may go on otherwise."""
    slots = {"intent": command.intent, "slots": dict(command.slots)}
    buttons = (Button(text("button-yes"), "confirm", slots, once=True), *others)
    return Asked(Reply(words, card, buttons=buttons), unconfirmed=command)


def to_change(command: Command, spec: Intent) -> Asked:
    """What is wrong about it? One of the facts, or all of it."""
    wrong = {"intent": command.intent, "slots": dict(command.slots)}
    facts = tuple(
        Button(text("slot", slot=slot), "change", {**wrong, "slot": slot})
        for slot in command.slots
        if slot in ASKABLE or any(slot == name for name, _, _ in spec.records)
    )
    return Asked(Reply(text("change-what"), buttons=(*facts, Button(text("button-no"), "cancel", {}))))


def to_fill(command: Command, spec: Intent, slot: str) -> Asked:
    """One fact of it is asked for anew."""
    rest = {name: value for name, value in command.slots.items() if name != slot}
    is_record = any(slot == name for name, _, _ in spec.records)
    return Asked(Reply(text("ask", slot=slot)), question=Question(Command(command.intent, rest), slot, is_record))
