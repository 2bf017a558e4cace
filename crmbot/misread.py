"""What was misread: guesses at what is not understood, what may be put right, and what is learnt from that."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any

from crmbot.choices import choices, guessed, not_this
from crmbot.courtesy import is_greeting, is_thanks
from crmbot.dialogue import Command, ask_yes, in_place_of
from crmbot.errors import Refused
from crmbot.guesses import TEACHABLE, meant_as
from crmbot.intents import Intent
from crmbot.lessons import ASKING, SURE, Lesson, lesson_of, taught
from crmbot.people import Permission
from crmbot.reply import Button, Reply, Text, text
from crmbot.turn import LONGEST, Turn
from crmbot.understand import Understood

Intents = Mapping[str, Intent]


def learned(said: str, intents: Intents, turn: Turn) -> Understood | None:
    """What the team has taught the bot to understand by such words. Of somebody new it asks first."""
    lessons = turn.road.lessons(turn.member.team)
    meant = taught(said, lessons, now=turn.local, language=turn.member.language) if lessons else None
    if meant is None or meant.intent not in intents:
        return None
    spec, name = intents[meant.intent], meant.slots.get("name")
    for _, kind, mark in spec.records[:1] if name and turn.member.may(spec.needs) else ():
        known = turn.road.by_name(kind, {"name": str(name)}, turn.member, spec.needs, clear_only=True)
        if mark.or_new and not known.sure:
            return replace(meant, confidence=ASKING)
    return meant


def with_lesson(given: Mapping[str, Any], meant: Understood, turn: Turn) -> Mapping[str, Any]:
    """What there is to learn, as long as the records that it is about are still there."""
    if "taught" not in given or "lesson" in given or meant.also or not turn.member.may(Permission.UNDO):
        return given
    said, road = given["taught"], turn.road
    names = [*road.named_in(said, turn.member), *road.colleagues_in(said, turn.member)]
    lesson = lesson_of(said, meant, names, now=turn.local)
    return {**given, "lesson": lesson and asdict(lesson)}


def learn(lesson: Lesson, turn: Turn) -> Text | None:
    """From now on the team says so."""
    if not turn.road.learn(lesson, turn.member, turn.now):
        return None
    return text("learned", shape=lesson.shown, doing=text("would", doing=lesson.intent.replace(".", "-")))


def takes(intents: Intents, turn: Turn) -> Mapping[str, Collection[str]]:
    """What a member may have meant, and the slots of each."""
    specs = {name: intents[name] for name in TEACHABLE if name in intents}
    return {name: spec.slots.model_fields for name, spec in specs.items() if turn.member.may(spec.needs)}


def guess(intents: Intents, turn: Turn) -> Reply:
    said = turn.incoming.said
    if not isinstance(said, str):
        return Reply(text("not-understood"))
    if is_greeting(said) or is_thanks(said):
        turn.missed = False
        return Reply(text("greeted") if is_greeting(said) else text("welcome"))
    names = turn.road.named_in(said, turn.member)
    return guessed(said[:LONGEST], takes(intents, turn), names, turn.member, turn.local)


def meant_instead(meant: Understood, intents: Intents, turn: Turn) -> tuple[Mapping[str, Any], Understood] | Reply:
    """ "No, that was a note", of what was said before: what is to be done instead; without a word of what it was, that
    is asked.
    """
    last = turn.dialogue.last
    if last is None:
        raise Refused(text("nothing-said"))
    names, known = turn.road.named_in(last.said, turn.member), takes(intents, turn)
    slots = {"messages": [last.message], "said": last.said, "wrong": last.intent}
    intent = str(meant.slots.get("intent", ""))
    if intent not in known:
        return choices(slots, known, names, turn.member, turn.local)
    again = meant_as(last.said, intent, known[intent], names, now=turn.local) or Understood(intent)
    more = {slot: value for slot, value in meant.slots.items() if slot != "intent"}
    command = Command(intent, {**again.slots, **more})
    given = in_place_of({"messages": [last.message], "taught": last.said}, command)
    return given.slots, Understood(intent, command.slots)


def about_to_undo(meant: Understood, turn: Turn) -> int | None:
    if "message" in meant.slots:
        return int(meant.slots["message"])
    done = turn.road.last_done(turn.member, turn.now)
    return done.message if done else None


def with_not_this(reply: Reply, meant: Understood, undone: int | None, turn: Turn) -> Reply:
    """Where it may have been a misreading: under what was not quite sure, and under what was taken back."""
    said, last = turn.incoming.said, turn.dialogue.last
    if undone is not None and last and last.message == undone and not last.said.startswith("/"):
        return replace(reply, buttons=(*reply.buttons, not_this(last.said, last.intent, undone)))
    changed = any(button.intent == "undo" for button in reply.buttons)
    free = isinstance(said, str) and not said.startswith("/") and not turn.answers
    if changed and free and meant.confidence < SURE:
        return replace(reply, buttons=(*reply.buttons, not_this(str(said), meant.intent, turn.road.message)))
    return reply


def ask_what_to_undo(turn: Turn) -> None:
    """Who takes back a message that did nothing may not think of the one before it."""
    done = turn.road.last_done(turn.member, turn.now)
    if done and turn.member.may(Permission.UNDO):
        what = ", ".join(done.labels)
        words = text("undo-older", what=what) if what else text("undo-older-plain")
        undo = Command("undo", {"message": done.message})
        raise ask_yes(words, undo, others=(Button(text("button-no"), "cancel", {}),))
