"""What a person is being asked, and which record is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from crmbot.errors import NotFound, Refused
from crmbot.intents import Intent, Meant, Record, Slots
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.reply import Button, Card, Reply, Text, text, verbatim
from crmbot.understand import Understood, read

POINTERS = frozenset({"ref", "name", "title", "company"})  # what people say to point at a record
MOST_CHOICES = 8
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Command:
    """An intent and what was said for it, as plain values."""

    intent: str
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A command that lacks one thing; what is said next may be that thing.

    `record`: it is a record that lacks; `options`: refs and labels of those it may be. `before` and `after`: the
    other commands of the message, which wait for the answer too.
    """

    command: Command
    asks: str
    record: bool = False
    options: tuple[tuple[str, str], ...] = ()
    before: tuple[Command, ...] = ()
    after: tuple[Command, ...] = ()

    def chosen(self, said: str) -> str:
        """The ref of the one option that is meant: by its number in the list, or by words of its label."""
        words = said.strip().casefold()
        if words.isascii() and words.isdecimal() and 0 < int(words[:3]) <= len(self.options):
            return self.options[int(words[:3]) - 1][0]
        words = words.removeprefix("the ").removesuffix(" one")
        fitting = [ref for ref, label in self.options if words and words in label.casefold()]
        return fitting[0] if len(fitting) == 1 else ""

    def whole(self, meant: Understood) -> Understood:
        """The answered command among the others of its message."""
        chain = [*self.before, Command(meant.intent, meant.slots), *self.after]
        also = tuple(Understood(each.intent, each.slots) for each in chain[1:])
        return Understood(chain[0].intent, chain[0].slots, meant.confidence, also)

    def answered(self, said: str, meant: Understood, *, now: datetime, language: str) -> Understood:
        """The whole command, if `said` is the missing thing; else what `said` means by itself."""
        ref = self.chosen(said) or read("ref", said, now=now, language=language)
        if meant.intent != "unknown" and meant.confidence >= SURE and not ref:
            return meant
        if self.record:
            given: dict[str, Any] = {"ref": ref} if ref else {"name": read("name", said, now=now, language=language)}
        else:
            given = {self.asks: read(self.asks, said, now=now, language=language)}
        if None in given.values():
            return meant
        return self.whole(Understood(self.command.intent, {**self.command.slots, **given}))


@dataclass(slots=True)
class Dialogue:
    """What one member is talking about in one place.

    `about` holds the last ref of each kind, by its letter; `unconfirmed` is a command that waits for a yes.
    """

    question: Question | None = None
    unconfirmed: Command | None = None
    about: dict[str, str] = field(default_factory=dict)


class Asked(Exception):
    """Something is missing, unsure, or could mean several records: the other way a command can end."""

    def __init__(self, reply: Reply, *, question: Question | None = None, unconfirmed: Command | None = None) -> None:
        self.reply = reply
        self.question = question
        self.unconfirmed = unconfirmed

    def among(self, before: Sequence[Command], after: Sequence[Command]) -> "Asked":
        """The same, for a message that holds other commands too: answer or button does them all."""
        question = self.question and replace(self.question, before=tuple(before), after=tuple(after))
        buttons = tuple(
            replace(each, intent="several", slots=several(before, Command(each.intent, each.slots), after))
            if each.intent != "cancel"
            else each
            for each in self.reply.buttons
        )
        return Asked(replace(self.reply, buttons=buttons), question=question)


def several(before: Sequence[Command], command: Command, after: Sequence[Command]) -> dict[str, Any]:
    """The slots of a button that does several commands, one after the other."""
    return {"commands": [[each.intent, dict(each.slots)] for each in (*before, command, *after)]}


@dataclass(frozen=True, slots=True)
class Found:
    """The records that are meant, and those of a near name that might have been."""

    sure: Sequence[Record]
    near: Sequence[Record] = ()


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
        fields = spec.slots.model_fields
        records = list(spec.records)
        fed = {slot for slot, _, _ in records if slot not in meant.slots}
        given = {slot: value for slot, value in meant.slots.items() if slot in fields or slot not in POINTERS}
        given = {slot: value for slot, value in given.items() if slot in fields}
        for slot, kind, mark in records:
            given.pop(slot, None)
            pointers = self._pointers(slot, slot in fed, fields, meant)
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
            raise Refused(text("does-not-fit", slot=text("slot", slot=wrong))) from error

    @staticmethod
    def _pointers(slot: str, fed: bool, fields: Mapping[str, Any], meant: Understood) -> dict[str, str]:
        """What was said to point at this record: its own slot, or the pointers that no field of the intent takes."""
        if not fed:
            own = str(meant.slots[slot])
            return {"ref": own} if own[:1].isalpha() and own[1:].isdecimal() else {"name": own}
        return {name: str(meant.slots[name]) for name in POINTERS if name in meant.slots and name not in fields}

    def _which(
        self, slot: str, kind: type[Any], mark: Meant, spec: Intent, meant: Understood, said: Mapping[str, str]
    ) -> Record | None:
        """By ref, else by name, else the record replied to or last in context; but a new thing is never guessed at."""
        ref, named = said.get("ref", ""), {name: words for name, words in said.items() if name != "ref"}
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
            raise NotFound(kind.__name__.lower(), ref or " ".join(named.values()))
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


def _choices(slot: str, spec: Intent, meant: Understood, found: Sequence[Record]) -> tuple[Button, ...]:
    rest = {
        name: value for name, value in meant.slots.items() if name not in POINTERS or name in spec.slots.model_fields
    }
    return tuple(Button(verbatim(each.label), spec.name, {**rest, slot: each.ref}) for each in found)


def confirmation(spec: Intent, command: Command, currency: str) -> Asked:
    """ "Shall I …?": before what is destructive, and before what may have been misread."""
    facts: list[tuple[Text, Text]] = []
    for slot, value in command.slots.items():
        said = Money.of(value, currency) if isinstance(value, Mapping) else value
        facts.append((text("slot", slot=slot), text("value", value=said if isinstance(said, Money) else str(said))))
    buttons = (
        Button(text("button-yes"), "confirm", {"intent": command.intent, "slots": dict(command.slots)}, once=True),
        Button(text("button-no"), "cancel", {}),
    )
    card = Card("", "", tuple(facts)) if facts else None
    return Asked(
        Reply(text("sure", doing=spec.name.replace(".", "-")), card=card, buttons=buttons), unconfirmed=command
    )
