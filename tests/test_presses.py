"""Every button that the dialogues bring is answered when it is pressed, at once, twice and long after; and what is said
fits the short line that platforms show for it."""

import ast
import random
import string
from pathlib import Path

import pytest
from conftest import Chat
from sqlalchemy import func
from sqlmodel import col, select
from test_dialogues import FILES, LINE, perform

import handlers
from adapters import toast_of
from crmbot.incoming import Incoming, Press
from crmbot.people import Role
from crmbot.words import say
from storage.tables import Audit

STALE = frozenset({"button-gone", "button-used"})
TOAST = 200


class Noted(Chat):
    """Keeps every button that it is shown."""

    def hear(self, outgoing):
        words = super().hear(outgoing)
        for each in outgoing:
            if each.place == self.place:
                self.buttons += [(each, at, button) for at, button in enumerate(each.reply.buttons)]
        return words


def shown_to(chat):
    chat.__class__ = Noted
    chat.buttons = []
    return chat


def presses(chat: Noted, outgoing, at: int) -> tuple[str, str]:
    """What is answered, and the line that a platform would show of it."""
    chat.say(Press(outgoing.token, at), reply_to=f"m{outgoing.id}")
    incoming = Incoming("x", chat.sender, chat.place, chat.app.clock(), Press(outgoing.token, at))
    here = [each for each in chat.all if each.place == chat.place]
    assert here, "a press that nobody answers"
    assert all(each.reply.text.id != "our-bug" for each in chat.all), outgoing.reply
    return here[0].reply.text.id, toast_of(incoming, here, TOAST)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_button_of_a_dialogue_says_what_it_did_and_a_stale_one_says_so_kindly(path, chat, clock):
    people = {}

    def open_chat(name, *rest):
        people[name] = shown_to(chat(name, *rest))
        return people[name]

    lines = path.read_text("utf-8").splitlines()
    for _ in perform([line for line in lines if LINE.fullmatch(line)], open_chat):
        pass
    for person in people.values():
        for outgoing, at, button in list(person.buttons):
            label = say(button.label, outgoing.language)
            _, line = presses(person, outgoing, at)
            assert 0 < len(line) <= TOAST and "\n" not in line, label
            did_something = any(each.intent == "undo" for reply in person.all for each in reply.reply.buttons)
            again, line = presses(person, outgoing, at)
            assert 0 < len(line) <= TOAST, label
            assert again in STALE or not (button.once and did_something), label


def test_a_button_of_last_year_and_one_of_another_chat_are_refused_in_words(chat, clock):
    amy, mal = shown_to(chat("amy")), shown_to(chat("mal"))
    amy.say("new deal Acme 30k")
    outgoing = amy.last
    assert presses(mal, outgoing, 0)[0] == "button-gone"
    assert presses(amy, outgoing, 99)[0] == "button-gone"
    clock.wait(days=365)
    amy.say("undo")
    assert presses(amy, outgoing, 0)[0]


def buttons_in_the_source() -> set[str]:
    """The intents of all buttons that handlers make with a name that stands there."""
    found = set()
    for file in Path(handlers.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Button"
            if called and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                found.add(node.args[1].value)
    return found


def test_every_intent_that_has_a_button_is_answered_when_pressed(chat):
    """Bare, as if all that it carried had gone meanwhile."""
    amy = chat("amy", Role.OWNER)
    intents = buttons_in_the_source()
    assert len(intents) > 30
    for name in sorted(intents & set(amy.app.intents)):
        words = amy.does(name)
        assert words and amy.last.reply.text.id != "our-bug", name


def test_no_forged_or_foreign_or_used_press_does_anything(chat, pytestconfig):
    """Each is a random token, a true one with another index, another's button, or one that was used: all audited."""
    many = 10_000 if pytestconfig.getoption("--campaign") else 200
    amy, mal = shown_to(chat("amy")), shown_to(chat("mal"))
    chance = random.Random(5)
    amy.say("new deal Acme 30k")
    card = amy.last
    amy.press("Won")
    won = next(at for at, button in enumerate(card.reply.buttons) if button.intent == "deal.win")
    amy.say("D1")
    stood, refused = amy.facts, audited(amy)
    for _ in range(many):
        token = "".join(chance.choices(string.ascii_letters + string.digits + "-_", k=43))
        someone, press = chance.choice(
            [
                (mal, Press(token, chance.randrange(9))),
                (mal, Press(card.token, chance.randrange(4))),
                (mal, Press.read(chance.choice(("", "x", f"{card.token}:x", f"{card.token}:-1", ":0", "home:7")))),
                (amy, Press(card.token, chance.randrange(4, 999))),
                (amy, Press(card.token, won)),
            ]
        )
        someone.say(press)
        assert someone.last.reply.text.id in STALE, press
    amy.say("D1")
    assert amy.facts == stood
    assert audited(amy) - refused == many


def audited(someone):
    """How many refusals are on record."""
    kinds = select(func.count()).select_from(Audit).where(col(Audit.kind).contains("refused"))
    return someone.database.run(lambda store: store.session.exec(kinds).one())
