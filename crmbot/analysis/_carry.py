"""How long the effect of spending lasts and where it wears off, chosen by what predicts rows held back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from crmbot.analysis._table import Column, Figures, Whole

WORTH = 0.02  # of the error on rows held back must it save


@dataclass(frozen=True)
class Carry:
    """`theta` of an effect goes over to the next time; half of what it can be is reached at `half`, if it wears off.

    The coefficient is then per unit of the spending carried over, and with `half` the effect of endless spending.
    """

    theta: float
    half: float | None
    slope: float
    saves: float  # the share of the squared error on rows held back that it saves


def runs(rows: int, place: Figures | None, words: Sequence[Column]) -> list[list[int]]:
    """The rows of each channel (each combination of words), in the order of time."""
    order = np.argsort(place, kind="stable") if place is not None else np.arange(rows)
    found: dict[tuple[object, ...], list[int]] = {}
    for at in order.tolist():
        found.setdefault(tuple(column[at] for column in words), []).append(at)
    return list(found.values())


def carried(spent: Figures, carry: Carry, along: Sequence[Sequence[int]]) -> Figures:
    """Adstock x(t) + θ·x(t−1) + θ²·x(t−2) … along each run of rows, then Hill's 1/(1+(x/half)^−slope)."""
    kept = np.empty(len(spent))
    for run in along:
        lasting = 0.0
        for at in run:
            lasting = kept[at] = spent[at] + carry.theta * lasting
    if carry.half is None:
        return kept
    powers = np.maximum(kept, 0) ** carry.slope
    return np.asarray(powers / (powers + carry.half**carry.slope))


def carry_over_of(
    sales: Figures, columns: Mapping[str, Figures], names: Sequence[str], along: Sequence[Sequence[int]]
) -> dict[str, Carry]:
    """The best carry-over of each of `names`, one after another; none where it saves too little."""
    found: dict[str, Carry] = {}
    design = dict(columns)
    parts = _parts(len(sales), along)
    for name in names:
        plain = _error_held_back(sales, design, parts)
        best, least = None, plain * (1 - WORTH)
        for carry in _tried(columns[name], along):
            error = _error_held_back(sales, design | {name: carried(columns[name], carry, along)}, parts)
            if error < least:
                best, least = replace(carry, saves=1 - error / plain), error
        if best is not None:
            found[name] = best
            design[name] = carried(columns[name], best, along)
    return found


def _tried(spent: Figures, along: Sequence[Sequence[int]]) -> Iterator[Carry]:
    for theta in np.arange(0, 0.95, 0.1):
        lasting = Carry(round(float(theta), 1), None, 1, 0)
        if theta:
            yield lasting
        kept = carried(spent, lasting, along)
        if kept.min() < 0 or not (kept > 0).any():
            continue
        for half, slope in product(np.quantile(kept[kept > 0], [0.25, 0.5, 0.75]), (1, 2)):
            yield replace(lasting, half=float(half), slope=float(slope))


def _parts(rows: int, along: Sequence[Sequence[int]]) -> Whole:
    """Which fifth, in the order of time, each row is in."""
    part = np.empty(rows, int)
    for run in along:
        part[list(run)] = np.arange(len(run)) * 5 // len(run)
    return part


def _error_held_back(sales: Figures, columns: Mapping[str, Figures], part: Whole) -> float:
    """The squared error on each fifth when the others are fitted."""
    design = np.column_stack([np.ones(len(sales)), *columns.values()])
    design[:, 1:] /= np.maximum(np.abs(design[:, 1:]).max(axis=0), 1e-300)
    total = 0.0
    for number in range(5):
        held = part == number
        coefficients = np.linalg.lstsq(design[~held], sales[~held], rcond=1e-9)[0]
        total += float(((sales[held] - design[held] @ coefficients) ** 2).sum())
    return total
