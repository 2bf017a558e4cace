"""Inputs that nobody means: every plane of Unicode, long runs, our own sentences torn and glued, up to 10 kB."""

import random
from collections.abc import Iterator, Sequence

LONGEST = 10_000  # bytes
RUNS = (
    " \t\n.,;:!?'\"()[]{}<>-–—=|/\\#@&*_~^$%+。，、！？：；“”‘’《》「」了的把给年月日"
    "0123456789一二三千万亿aeAE🎉✅👍\ufe0f\u200d\u0301\x00\x01"
)
BETWEEN = ("", " ", ", ", ". ", "\n", "; ", " and ", "和", "，", " #", "'s ", " @ ", "-")


def inputs(sentences: Sequence[str], seed: int) -> Iterator[str]:
    """Without end, and the same for the same seed; one in twenty is about as long as a message may be."""
    chance = random.Random(seed)
    kinds = (_planes, _run, _torn, _glued, _repeated, _buried, _drummed)
    while True:
        longest = LONGEST if chance.random() < 0.05 else int(2 ** chance.uniform(0, 9))
        said = chance.choice(kinds)(chance, sentences, longest)
        yield said.encode("utf-8")[:longest].decode("utf-8", "ignore")


def _planes(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """Signs of one plane or of all; surrogates are none."""
    planes = [chance.randrange(17)] if chance.random() < 0.5 else range(17)
    codes = (chance.choice(planes) * 0x10000 + chance.randrange(0x10000) for _ in range(longest // 2 + 1))
    return "".join(chr(code) for code in codes if not 0xD800 <= code <= 0xDFFF)


def _run(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """One or two signs again and again, alone or within a sentence."""
    run = "".join(chance.choices(RUNS, k=chance.randint(1, 2))) * longest
    said = chance.choice(sentences)
    at = chance.randint(0, len(said))
    return chance.choice(("", said[:at])) + run[: max(0, longest - 200)] + chance.choice(("", "a", "周", said[at:]))


def _torn(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """A sentence with some of its signs left out, doubled, exchanged or replaced."""
    said = list(chance.choice(sentences))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(said) + 1)
        cut = at + chance.randint(0, 3)
        there = [chance.choice(RUNS), *said[at:cut], chr(chance.randrange(0x20, 0xD800)), ""]
        said[at:cut] = chance.choices(there, k=chance.randint(0, 3))
    return "".join(said)


def _glued(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """Pieces of several sentences."""
    between = chance.choice(BETWEEN)
    pieces = [_piece(chance, sentences) for _ in range(chance.randint(2, 2 + longest // 20))]
    return between.join(pieces)


def _repeated(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """A sentence, or a piece of one, again and again."""
    piece = _piece(chance, sentences) + chance.choice(BETWEEN)
    return piece * (longest // max(1, len(piece)) + 1)


def _drummed(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """A word within a sentence said again and again, as a pattern with a loop in a loop cannot bear."""
    said = chance.choice(sentences)
    at = chance.randint(0, len(said))
    word = chance.choice(chance.choice(sentences).split() or ["a"]) + chance.choice((" ", " ", ", ", "", " : ", "  "))
    return f"{said[:at]} {word * (longest // len(word) + 1)}{chance.choice(('', 'x', said[at:]))}"


def _buried(chance: random.Random, sentences: Sequence[str], longest: int) -> str:
    """A sentence before, within or after what means nothing."""
    noise = _planes(chance, sentences, longest)
    at = chance.choice((0, len(noise) // 2, len(noise)))
    return noise[:at] + chance.choice(BETWEEN) + chance.choice(sentences) + chance.choice(BETWEEN) + noise[at:]


def _piece(chance: random.Random, sentences: Sequence[str]) -> str:
    said = chance.choice(sentences)
    start = chance.randrange(len(said) or 1)
    return said[start : start + chance.randint(1, 40)] if chance.random() < 0.5 else said
