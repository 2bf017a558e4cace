"""Every sentence in every language, with the same arguments, and nothing said that is not there."""

import ast
import json
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import ast as ftl
from fluent.syntax import parse
from fluent.syntax.visitor import Visitor

import crmbot
import handlers
from crmbot.intents import collect
from crmbot.money import Money
from crmbot.people import Role
from crmbot.reply import Day, Moment, text, verbatim
from crmbot.words import LANGUAGES, MENUS, _entries, language_of, menu, say
from storage import Store

ROOT = Path(crmbot.__file__).parent.parent
SOURCES = [path for package in ("crmbot", "handlers", "storage", "adapters") for path in (ROOT / package).rglob("*.py")]


class Arguments(Visitor):
    """The `$names` within a sentence, the words, and which cases it tells apart."""

    def __init__(self):
        self.names, self.words, self.cases = set(), [], set()

    def visit_VariableReference(self, node):
        self.names.add(node.id.name)

    def visit_TextElement(self, node):
        self.words.append(node.value)

    def visit_Variant(self, node):
        self.cases.add(getattr(node.key, "name", None))
        self.generic_visit(node)


@cache
def sentences(language):
    found = {}
    for entry in parse((ROOT / f"crmbot/locales/{language}.ftl").read_text("utf-8")).body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            found[entry.id.name] = arguments = Arguments()
            arguments.visit(entry.value)
    return found


@cache
def said():
    """Every `text("id", argument=…)` in the code."""
    return list(_said())


def _said():
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        imports = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
        ours = [name.name for each in imports if each.module == "crmbot.reply" for name in each.names]
        if "text" not in ours:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}: an id must be written out"
                yield node.args[0].value, {keyword.arg for keyword in node.keywords}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_code_says_exists_with_the_same_arguments(language):
    known = {id: each.names for id, each in sentences(language).items()}
    assert {id for id, _ in said()} == set(known)
    for id, given in said():
        assert given == known[id], id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_the_same_read_alone_and_refers_to_no_other(language):
    """They are read one by one, when each is first said."""
    whole = parse((ROOT / f"crmbot/locales/{language}.ftl").read_text("utf-8")).body
    alone = [each for entry in _entries(language).values() for each in parse(entry).body]
    ours, theirs = ([each for each in body if isinstance(each, ftl.Message | ftl.Term)] for body in (alone, whole))
    assert len(ours) == len(theirs) > 500
    assert all(one.equals(other, ["span", "comment"]) for one, other in zip(ours, theirs, strict=True))
    assert not [each.id.name for each in ours if "MessageReference" in json.dumps(each.to_json())]


def test_chinese_sentences_hold_no_english_word():
    for id, sentence in sentences("zh").items():
        assert not re.search("[A-Za-z]{2,}", " ".join(sentence.words)), id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_required_slot_has_a_question_of_its_own(language):
    intents = collect(handlers, offered=(Store,))
    asked = {slot for spec in intents.values() for slot in spec.missing(())}
    assert asked <= sentences(language)["ask"].cases


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_has_a_noun(language):
    assert set(Role) == sentences(language)["not-allowed"].cases


def test_what_goes_into_a_sentence_is_said_in_the_readers_language():
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    day = text("day", day=Day(date(2026, 11, 24), now.date()))
    assert (say(day, "en"), say(day, "zh")) == ("Tue 24 Nov", "11月24日 周二")
    moment = text("moment", at=Moment(now, now, "Asia/Shanghai"))
    assert say(moment, "en") == "Mon 23 Nov 17:00"
    money = text("value", value=Money(1250, "EUR"))
    assert say(money, "zh") == "€12.50"
    assert (
        say(text("deal-moved", ref="D1", customer="Acme", stage=text("stage", stage="won")), "zh")
        == "D1 · Acme：赢单。"
    )


def test_a_long_argument_is_cut_and_a_name_is_said_as_it_is():
    assert len(say(text("customer-shown", ref="D" * 9_000), "en")) < 1_100
    assert say(verbatim("{ $x } \u202e <b>"), "zh") == "{ $x } \u202e <b>"


def test_the_language_of_an_app_is_ours_or_the_bots_own():
    assert [language_of(code, "en") for code in ("zh-hans", "ZH", "en-GB", "fr", "")] == ["zh", "zh", "en", "en", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("whose", MENUS)
def test_the_menus_fit_the_platforms_and_say_what_each_command_does(whose, language):
    commands = menu(whose, language)
    assert [name for name, _ in commands] == list(MENUS[whose]) and len(commands) <= 12
    assert len({words for _, words in commands}) == len(commands)
    assert all(
        (re.fullmatch("[a-z]{1,32}", name) and 3 <= len(words) <= 256) or language == "zh" for name, words in commands
    )
