"""What goes with low and high satisfaction: multi-class logistic regression that admits when it sees nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from scipy.special import bdtrc, ndtr
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from crmbot.analysis._answers import classes_of
from crmbot.analysis._table import Column, Figures, Table, Whole, is_key, read_table

FEWEST, FEWEST_IN_CLASS = 60, 8
MOST_LEVELS = 12  # of a column of words: rarer ones are taken together
FOLDS = 5
Reason = Literal["", "no rows", "too few answers", "one class", "class too small", "no columns", "no driver found"]


@dataclass(frozen=True)
class Driver:
    """How the odds of the worst class against the best change, all other columns held: `odds` 3 is three times.

    For a column of figures that is from `low` to `high`, its lower and upper quartile; for words, from the most
    frequent word (`against`) to `level`.
    """

    name: str
    level: str | None
    against: str | None
    low: float | None
    high: float | None
    odds: float
    lower95: float
    upper95: float
    p: float
    sure: bool  # p, corrected for the number of drivers (Holm 1979), is below 0.05

    @property
    def label(self) -> str:
        return self.name if self.level is None else f"{self.name}: {self.level}"


@dataclass(frozen=True)
class Drivers:
    """What was found in `answers` rows that have a score. Nothing is claimed while `found` is False."""

    answers: int
    classes: Mapping[str, int] = field(default_factory=dict)  # how many answers each has, the worst class first
    reason: Reason = ""
    missing: int = 0  # answers more that it would need
    accuracy: float | None = None  # of answers held back, in five parts
    majority: float | None = None  # of always guessing the most frequent class
    p: float | None = None  # how likely so much more accuracy is by chance
    drivers: tuple[Driver, ...] = ()  # the surest first
    left_out: Mapping[str, str] = field(default_factory=dict)  # column: "key", "constant", "free text" or "time"

    @property
    def found(self) -> bool:
        return not self.reason

    @property
    def odds(self) -> dict[str, float]:
        """Of the drivers that are sure."""
        return {driver.label: driver.odds for driver in self.drivers if driver.sure and self.found}


def drivers(rows: Any, target: str) -> Drivers:
    """Multi-class logistic regression of the score in column `target` on all other columns.

    `rows`: a DataFrame, a sequence of mappings or a mapping of columns. Scores may be 0/1, yes/no, stars 1–5, 0–10,
    percent, or words (low, 差, 满意 …); figures become low, middle and high (of five: 1–2, 3, 4–5). Columns of
    figures are taken as they are, words level by level; keys, free text and times are left out. Rows without a score
    do not count; a missing figure is taken as the median, a missing word as a level of its own.

    Answered with a reason and no driver: fewer than 60 answers, a class of fewer than 8, and an accuracy on answers
    held back (5-fold, stratified) that does not beat guessing the most frequent class (one-sided McNemar test at
    0.05). Equal rows are fitted once with their number as weight. Estimates are maximum likelihood (lbfgs) and the
    intervals Wald's, from the information matrix (Hosmer, Lemeshow & Sturdivant 2013, ch. 8). Raises KeyError when
    there is no column `target`.
    """
    table = read_table(rows)
    if not table.count:
        return Drivers(0, reason="no rows", missing=FEWEST)
    names, scores = classes_of(table.columns[target])
    told = scores >= 0
    table = table.where(told)
    scores = scores[told]
    sizes = np.bincount(scores, minlength=len(names))
    found = Drivers(len(scores), {name: int(size) for name, size in zip(names, sizes, strict=True) if size})
    if (refused := _refused(found)) is not None:
        return refused
    present = np.flatnonzero(sizes)
    scores = np.searchsorted(present, scores)
    terms, left_out = _terms(table, target)
    found = replace(found, left_out=left_out)
    if not terms:
        return replace(found, reason="no columns")
    return _fitted(found, terms, scores)


def _refused(found: Drivers) -> Drivers | None:
    if found.answers < FEWEST:
        return replace(found, reason="too few answers", missing=FEWEST - found.answers)
    if len(found.classes) < 2:
        return replace(found, reason="one class", missing=FEWEST_IN_CLASS)
    if (fewest := min(found.classes.values())) < FEWEST_IN_CLASS:
        return replace(found, reason="class too small", missing=FEWEST_IN_CLASS - fewest)
    return None


@dataclass(frozen=True, eq=False)
class _Term:
    """One column of the design: figures in steps of their quartiles' distance, or 1 where a word is said."""

    name: str
    values: Figures
    level: str | None = None
    against: str | None = None
    low: float | None = None
    high: float | None = None


def _terms(table: Table, target: str) -> tuple[list[_Term], dict[str, str]]:
    terms: list[_Term] = []
    left_out: dict[str, str] = {}
    for name, column in table.columns.items():
        if name == target:
            continue
        why = _unfit(name, column)
        if why:
            left_out[name] = why
        elif column.dtype.kind == "f":
            terms.append(_of_figures(name, column))
        else:
            terms += _of_words(name, column)
    return terms, left_out


def _unfit(name: str, column: Column) -> str | None:
    if is_key(name, column):
        return "key"
    if column.dtype.kind == "M":
        return "time"
    known = column[~np.isnan(column)] if column.dtype.kind == "f" else column
    different = len(set(known.tolist())) if known.dtype.kind == "O" else len(np.unique(known))
    if different < 2:
        return "constant"
    return "free text" if known.dtype.kind == "O" and different > max(MOST_LEVELS, len(column) / 20) else None


def _of_figures(name: str, column: Figures) -> _Term:
    filled = np.where(np.isnan(column), np.nanmedian(column), column)
    low, high = np.quantile(filled, [0.25, 0.75])
    if low == high:  # most are equal: from one end to the other
        low, high = filled.min(), filled.max()
    return _Term(name, (filled - filled.mean()) / (high - low), low=float(low), high=float(high))


def _of_words(name: str, column: Column) -> list[_Term]:
    said = np.where(column == None, "", column).astype(str)  # noqa: E711 (element by element)
    levels, counts = np.unique(said, return_counts=True)
    frequent = [str(level) for level in levels[np.argsort(-counts, kind="stable")]][:MOST_LEVELS]
    often = {str(level) for level, count in zip(levels, counts, strict=True) if count >= FEWEST_IN_CLASS}
    against, *others = [level for level in frequent if level in often] or frequent[:1]
    return [_Term(name, (said == level).astype(float), level=level, against=against) for level in others]


def _fitted(found: Drivers, terms: Sequence[_Term], scores: Whole) -> Drivers:
    design = np.column_stack([term.values for term in terms])
    cells, cell = _equal_rows(design, scores)
    kinds, points, weights = cells[:, 0].astype(int), cells[:, 1:], np.bincount(cell)
    with threadpool_limits(1):
        counts, right = _held_back(points, kinds, weights, cell)
        estimates = _estimates(points, kinds, weights, terms)
    majority = int(np.bincount(scores).argmax())
    p = _by_chance(counts, right, kinds == majority)
    nothing = p >= 0.05 or not any(driver.sure for driver in estimates)
    return replace(
        found,
        accuracy=float((counts * right).sum() / len(scores)),
        majority=float((scores == majority).mean()),
        p=p,
        drivers=estimates,
        reason="no driver found" if nothing else "",
    )


def _equal_rows(design: Figures, scores: Whole) -> tuple[Figures, Whole]:
    """Each different row once, the class before the terms, and which of them each answer is."""
    cell = scores
    for column in design.T:
        values, at = np.unique(column, return_inverse=True)
        cell = np.unique(cell * len(values) + at, return_inverse=True)[1]  # numbered anew: the product stays small
    first = np.unique(cell, return_index=True)[1]
    return np.column_stack([scores, design])[first], cell


def _model(points: Figures, kinds: Whole, weights: Figures | Whole) -> LogisticRegression:
    # A trace of a penalty keeps the odds finite where a column tells a class for certain.
    used = weights > 0
    return LogisticRegression(C=1e5, tol=1e-9, max_iter=2000).fit(
        points[used], kinds[used], sample_weight=weights[used]
    )


def _held_back(points: Figures, kinds: Whole, weights: Whole, cell: Whole) -> tuple[Figures, Figures]:
    """Per different row, how many of its answers were held back in each part, and in which parts it was guessed."""
    answers = kinds[cell]
    shuffled = np.random.default_rng(0).permutation(len(cell))
    part = np.empty(len(cell), int)
    part[shuffled[np.argsort(answers[shuffled], kind="stable")]] = np.arange(len(cell)) % FOLDS
    counts = np.bincount(cell * FOLDS + part, minlength=len(points) * FOLDS).reshape(-1, FOLDS)
    right = [_model(points, kinds, weights - held).predict(points) == kinds for held in counts.T]
    return counts.astype(float), np.column_stack(right).astype(float)


def _by_chance(counts: Figures, right: Figures, by_majority: Whole) -> float:
    """McNemar's exact test, one-sided: of the answers that only one of the two guessed, how many were ours."""
    ours = float((counts * right)[~by_majority].sum())
    its = float((counts * (1 - right))[by_majority].sum())
    return float(bdtrc(ours - 1, int(ours + its), 0.5)) if ours else 1.0


def _estimates(points: Figures, kinds: Whole, weights: Whole, terms: Sequence[_Term]) -> tuple[Driver, ...]:
    """The worst class against the best, with standard errors from the information matrix."""
    model = _model(points, kinds, weights)
    coefficients = model.coef_[0] - model.coef_[-1] if len(model.coef_) > 1 else -model.coef_[0]
    shares = model.predict_proba(points)[:, :-1]  # the best class is the one compared with
    design = np.column_stack([np.ones(len(points)), points])
    blocks = [
        [(design * (weights * a * ((i == j) - b))[:, None]).T @ design for j, b in enumerate(shares.T)]
        for i, a in enumerate(shares.T)
    ]
    errors = np.sqrt(np.abs(np.diag(np.linalg.pinv(np.block(blocks)))))[1 : len(terms) + 1]
    found = []
    for term, b, error in zip(terms, coefficients, errors, strict=True):
        odds, lower, upper = (float(np.exp(np.clip(x, -50, 50))) for x in (b, b - 1.96 * error, b + 1.96 * error))
        p = float(2 * ndtr(-abs(b) / error)) if error > 0 else 1.0
        found.append(Driver(term.name, term.level, term.against, term.low, term.high, odds, lower, upper, p, False))
    return _holm(sorted(found, key=lambda driver: driver.p))


def _holm(ordered: Sequence[Driver]) -> tuple[Driver, ...]:
    sure, corrected = True, []
    for at, driver in enumerate(ordered):
        sure = sure and driver.p * (len(ordered) - at) < 0.05
        corrected.append(replace(driver, sure=sure))
    return tuple(corrected)
