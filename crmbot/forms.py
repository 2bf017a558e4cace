"""Forms: the same commands, with a field for each thing that would else be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbot.incoming import Filled
from crmbot.reply import Text, text
from crmbot.understand import Understood, read


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in, called as the slot that it fills. `long`: several lines. `among`: all that it may be.

    `like`: the slot as which it is called and read, where the one it fills has no words of its own; `titled`: that as
    which it is called in this form. `clears`: to leave it empty takes away what was there.
    """

    slot: str
    required: bool = False
    long: bool = False
    like: str = ""
    titled: str = ""
    clears: bool = False
    among: tuple[str, ...] = ()

    @property
    def reads(self) -> str:
        return self.like or self.slot

    @property
    def label(self) -> Text:
        return text("slot", slot=self.titled or self.reads)

    def called(self, value: str) -> Text:
        """One of `among`, in words."""
        match self.slot:
            case "stage":
                return text("stage", stage=value)
            case "category":
                return text("category", category=value)
        return text("priority", priority=value)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a channel may show at once, before anything is looked up."""

    intent: str
    title: Text
    fields: tuple[Field, ...]


STAGE = Field("stage", among=("lead", "qualified", "proposal", "negotiation", "won", "lost"))
PRIORITY = Field("priority", among=("urgent", "high", "normal", "low"))
CATEGORY = Field("category", among=("enquiry", "feedback", "complaint"))

FORMS: Mapping[str, Layout] = {
    "log": Layout(
        "interaction.log",
        text("form", form="log"),
        (
            Field("name", required=True, titled="customer"),
            Field("text", required=True, long=True),
            Field("due", titled="task"),
        ),
    ),
    "task": Layout(
        "task.add",
        text("form", form="task"),
        (Field("subject", required=True), Field("name", titled="customer"), Field("due"), PRIORITY),
    ),
    "quick": Layout("", text("form", form="quick"), (Field("text", required=True, long=True),)),
    "ticket": Layout(
        "ticket.add",
        text("form", form="ticket"),
        (
            Field("name", required=True, titled="customer"),
            Field("subject", required=True, long=True, titled="about"),
            CATEGORY,
            PRIORITY,
        ),
    ),
    "edit-deal": Layout(
        "deal.update",
        text("form", form="edit"),
        (
            STAGE,
            Field("amount", clears=True),
            Field("close_date", clears=True),
            Field("owner"),
            Field("text", long=True, clears=True),
        ),
    ),
    "edit-customer": Layout(
        "customer.update",
        text("form", form="edit"),
        (Field("renamed", like="name"), Field("company"), Field("phone"), Field("email"), Field("owner")),
    ),
    "edit-task": Layout(
        "task.update",
        text("form", form="edit"),
        (Field("reworded", like="subject", long=True), Field("due", clears=True), PRIORITY, Field("owner")),
    ),
}

EDITS = frozenset({"edit-deal", "edit-customer", "edit-task"})  # those that change a record


def said_by(filled: Filled) -> str | Filled:
    """A form that asks for a sentence is that sentence."""
    return filled if FORMS[filled.form].intent else dict(filled.fields).get("text", "")


def wrong(filled: Filled, now: datetime, language: str) -> dict[str, Text]:
    """What keeps a form from being taken, by field; nothing is saved of it."""
    given = dict(filled.fields)
    found: dict[str, Text] = {}
    for field in FORMS[filled.form].fields:
        words = given.get(field.slot, "").strip()
        if field.required and not words:
            found[field.slot] = text("ask", slot=field.slot)
        elif filled.about and field.slot in given and not words and not field.clears:
            found[field.slot] = text("form-not-empty", slot=field.label)
        elif words and _read(field, words, now, language) is None:
            found[field.slot] = text("form-wrong", slot=field.reads)
    return found


def meant_by(filled: Filled, now: datetime, language: str) -> Understood:
    """The command; and what the form was opened on, noted with the customer whom it names."""
    form = FORMS[filled.form]
    known = {field.slot: field for field in form.fields}
    said = {known[slot]: words.strip() for slot, words in filled.fields if slot in known}
    read_ = {field.slot: _read(field, words, now, language) for field, words in said.items() if words}
    slots = {slot: value for slot, value in read_.items() if value is not None}
    if filled.about:
        gone = [field.slot for field, words in said.items() if field.clears and not words]
        return Understood(form.intent, slots | {"ref": filled.about} | ({"without": gone} if gone else {}))
    if not filled.note or "name" not in slots:
        return Understood(form.intent, slots)
    if form.intent == "interaction.log":
        return Understood(form.intent, slots | {"text": f"{slots.get('text', '')}\n{filled.note}".strip()})
    note = Understood("interaction.log", {"name": slots["name"], "text": filled.note})
    return Understood(form.intent, slots, also=(note,))


def _read(field: Field, words: str, now: datetime, language: str) -> Any | None:
    if field.among:
        return words if words in field.among else None
    return read(field.reads, words, now=now, language=language)
