"""What of Fluent our sentences are written in, read with its own parser and said without its runtime.

Texts, `$arguments`, `-terms` without arguments, strings, and choices by an argument: a word, a number or its plural.
Decision 18 says why the runtime is not used.
"""

from collections.abc import Callable, Mapping

from fluent.syntax import ast

Arguments = Mapping[str, str | int]
Sentence = Callable[[Arguments], str]


def sentence(written: ast.Pattern, language: str, term: Callable[[str], Sentence]) -> Sentence:
    """What says `written`; `term`: one by its id, asked when it is said.

    Raises ValueError for what no sentence of ours needs; the sentence raises KeyError for an argument not given.
    """
    parts = tuple(_part(each, language, term) for each in written.elements)
    return parts[0] if len(parts) == 1 else lambda given: "".join([part(given) for part in parts])


def _part(written: ast.TextElement | ast.Placeable, language: str, term: Callable[[str], Sentence]) -> Sentence:
    if isinstance(written, ast.TextElement):
        return _always(written.value)
    match written.expression:
        case ast.VariableReference(id=ast.Identifier(name=name)):
            return lambda given: _said(given[name])
        case ast.StringLiteral() as literal:
            return _always(literal.parse()["value"])
        case ast.TermReference(id=ast.Identifier(name=name), arguments=None, attribute=None):
            return lambda given: term(name)({})
        case ast.SelectExpression(selector=ast.VariableReference(id=ast.Identifier(name=name)), variants=variants):
            return _choice(name, variants, language, term)
        case _:
            raise ValueError(f"a sentence with {type(written.expression).__name__}: see crmbot/sentences.py")


def _choice(name: str, variants: list[ast.Variant], language: str, term: Callable[[str], Sentence]) -> Sentence:
    """The first variant that fits the argument, else the default one."""
    cases: dict[str | int, Sentence] = {}
    otherwise: Sentence | None = None
    for each in variants:
        said = sentence(each.value, language, term)
        key = each.key.name if isinstance(each.key, ast.Identifier) else int(each.key.value)
        cases.setdefault(key, said)
        otherwise = said if each.default else otherwise
    assert otherwise is not None  # the parser sees to it
    default = otherwise

    def chosen(given: Arguments) -> str:
        value = given[name]
        if isinstance(value, str):
            return cases.get(value, default)(given)
        fits = {value, _plural(value, language)}
        return next((said for key, said in cases.items() if key in fits), default)(given)

    return chosen


def _plural(number: int, language: str) -> str:
    """The plural category of a whole number, by CLDR: Chinese has one, English two."""
    return "one" if language == "en" and number == 1 else "other"


def _said(value: str | int) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _always(words: str) -> Sentence:
    return lambda given: words
