"""Our way of saying sentences beside Fluent's own, in both languages, with all that their arguments may be."""

import random
from itertools import product
from pathlib import Path

import pytest
from fluent.runtime import FluentBundle
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

import crmbot
from crmbot.sentences import sentence
from crmbot.words import LANGUAGES, _sentence

NUMBERS = 0, 1, 2, 11, 1_234_567
MOST = 40  # of all the combinations of one sentence


class Needed(Visitor):
    """The arguments of a sentence, each with the cases that it tells apart."""

    def __init__(self):
        self.cases = {}

    def visit_VariableReference(self, node):
        self.cases.setdefault(node.id.name, set())

    def visit_SelectExpression(self, node):
        keys = {
            each.key.name if isinstance(each.key, ast.Identifier) else int(each.key.value) for each in node.variants
        }
        self.cases.setdefault(node.selector.id.name, set()).update(keys)
        self.generic_visit(node)


def given(cases):
    """What an argument with these cases may be; Fluent takes the word "other" for a number."""
    counted = any(isinstance(case, int) or case == "one" for case in cases)
    return NUMBERS if counted else [*sorted(cases), "Zoë's ‘{ $x }’", *NUMBERS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_said_as_fluent_says_them(language):
    source = (Path(crmbot.__file__).parent / f"locales/{language}.ftl").read_text("utf-8")
    resource, bundle = FluentParser().parse(source), FluentBundle([language], use_isolating=False)
    bundle.add_resource(resource)
    chance, said = random.Random(7), 0
    for message in [each for each in resource.body if isinstance(each, ast.Message)]:
        needed = Needed()
        needed.visit(message)
        every = [*product(*map(given, needed.cases.values()))]
        for values in chance.sample(every, min(MOST, len(every))):
            arguments = dict(zip(needed.cases, values, strict=True))
            theirs, problems = bundle.format_pattern(bundle.get_message(message.id.name).value, arguments)
            assert not problems
            assert _sentence(message.id.name, language)(arguments) == theirs, (message.id.name, arguments)
            said += 1
    assert said > 5_000


@pytest.mark.parametrize("written", ["{ NUMBER($x) }", "{ other }", "{ -brand(case: 1) }"])
def test_what_no_sentence_of_ours_needs_is_refused_when_it_is_read(written):
    entry = FluentParser().parse_entry(f"some = {written}")
    with pytest.raises(ValueError, match="a sentence with"):
        sentence(entry.value, "en", lambda _: lambda _: "")
