"""Scores of any scale as low, middle and high."""

import numpy as np

from crmbot.analysis._table import Column, Figures, Whole

LOW, MIDDLE, HIGH = CLASSES = ("low", "mid", "high")
_WORDS = {
    LOW: "low bad poor unhappy dissatisfied unsatisfied detractor negative no n false never"
    " 差 低 很差 差评 不满意 很不满意 非常不满意 否 不 没有",
    MIDDLE: "mid middle medium neutral ok okay average fair passive so-so 中 一般 中等 中评 普通 还行 还可以",
    HIGH: "high good great happy excellent satisfied promoter positive yes y true always 好 高 好评 满意 非常满意 是 有"
    " 很好 很满意",
}
_CLASS_OF = {word: name for name, words in _WORDS.items() for word in words.split()}
# The highest score of a scale, and up to which a score is low and middle on it.
_SCALES = ((3, 1.5, 2.5), (5, 2.5, 3.5), (7, 3.5, 5.5), (10, 6.5, 8.5), (100, 60, 80))


def classes_of(scores: Column) -> tuple[tuple[str, ...], Whole]:
    """The names of the classes, the worst first, and the class of each score, −1 where there is none.

    Words of which one is unknown are classes themselves, the rarest first.
    """
    if scores.dtype.kind != "f":
        return _of_words(scores)
    known = scores[~np.isnan(scores)]
    if not len(known):
        return CLASSES, np.full(len(scores), -1)
    codes = np.digitize(np.nan_to_num(scores), _bounds(known))
    return CLASSES, np.where(np.isnan(scores), -1, codes)


def _bounds(known: Figures) -> list[float]:
    """From where on a score is middle, and from where on high."""
    if set(known) <= {0, 1}:
        return [0.5, 0.5]
    if known.min() < 0 or known.max() > 100:
        if set(known) <= {-1, 0, 1}:
            return [-0.5, 0.5]
        return [float(each) for each in np.quantile(known, [1 / 3, 2 / 3])]
    return next([low, middle] for highest, low, middle in _SCALES if known.max() <= highest)


def _of_words(scores: Column) -> tuple[tuple[str, ...], Whole]:
    words = [_plain(each) if each is not None else None for each in scores.astype(object)]
    said = {word for word in words if word is not None}
    if all(word in _CLASS_OF for word in said):
        return CLASSES, np.array([CLASSES.index(_CLASS_OF[word]) if word is not None else -1 for word in words], int)
    names = sorted(said, key=lambda word: (words.count(word), word))
    return tuple(names), np.array([names.index(word) if word is not None else -1 for word in words], int)


def _plain(word: object) -> str:
    plain = str(word).strip().lower().removeprefix("very ")
    return LOW if plain.startswith(("neutral or dis", "dis", "un")) else plain
