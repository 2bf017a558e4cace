"""Role × scope × intent: every intent that there is, asked for by every role, against the one table in roles.toml."""

import tomllib
from pathlib import Path

import pytest

import handlers
from crmbot.incoming import Press
from crmbot.intents import collect
from crmbot.people import MAY, Permission, Role, Scope
from storage import Store

INTENTS = collect(handlers, offered=(Store,))
TABLE = tomllib.loads((Path(__file__).parent / "roles.toml").read_text("utf-8"))
SCOPES = {"all": Scope.ALL, "team": Scope.TEAM, "own": Scope.OWN, "-": None}
EXPECTED = {name: dict(zip(Role, map(SCOPES.__getitem__, row), strict=True)) for name, row in TABLE.items()}
REACHES = {Scope.OWN: {"own"}, Scope.TEAM: {"own", "team"}, Scope.ALL: {"own", "team", "other"}, None: set()}


def test_every_intent_has_its_row():
    assert set(INTENTS) - set(EXPECTED) == set(), "say in tests/roles.toml who may do these"


@pytest.mark.parametrize("role", Role)
def test_the_scope_of_every_intent_is_that_of_the_table(role):
    assert {name: MAY[role].get(spec.needs) for name, spec in INTENTS.items()} == {
        name: EXPECTED[name][role] for name in INTENTS
    }


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_not_do_is_refused_by_the_road(role, chat):
    someone = chat("someone", role)
    for name in INTENTS:
        someone.does(name)
        refused = someone.last.reply.text.id == "not-allowed"
        assert refused == (EXPECTED[name][role] is None), name


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_the_records_of_its_scope_and_no_others(role, chat):
    """Rows of one's own, of a colleague and of another team, asked for by ref with every intent that takes one."""
    someone, colleague, other = chat("someone", Role.REP), chat("colleague"), chat("other", team="other")
    refs: dict[str, dict[str, str]] = {letter: {} for letter in "CDTKUR"}
    for number, (whose, owner) in enumerate({"own": someone, "team": colleague, "other": other}.items(), 1):
        owner.does("deal.add", name=f"Customer{whose}")
        owner.does("task.add", subject=f"call {whose}", due="2026-11-27")
        owner.does("ticket.add", subject=f"help {whose}", name=f"Customer{whose}")
        owner.does("schedule.add", report="pipeline")
        for letter in refs:
            refs[letter][whose] = f"{letter}{number}"
    chat("someone", role)
    for name, spec in INTENTS.items():
        reach = EXPECTED[name][role]
        for slot, kind, _ in spec.records[:1]:
            for whose, ref in refs.get(kind.letter, {}).items() if reach else ():
                someone.does(name, **{slot: ref})
                found = someone.last.reply.text.id != "not-found"
                assert found == (whose in REACHES[reach]), (name, ref, whose, someone.last.reply.text)
                take_back(someone)


def take_back(someone):
    """So that the next one finds the records as they were."""
    for at, button in enumerate(someone.last.reply.buttons):
        if button.intent == "undo":
            someone.say(Press(someone.last.token, at))
            return


def test_every_permission_is_needed_by_some_intent():
    assert {intent.needs for intent in INTENTS.values()} == set(Permission)
