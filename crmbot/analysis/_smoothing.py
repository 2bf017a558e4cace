"""Exponential smoothing and Theta over a whole grid of parameters at once, averaged by how well each explains the past.

One pass over the histories moves the states of every cell of the grid together, for every history that is still known
then, so that what an optimiser would do in tens of milliseconds takes one, with no search that may fail to converge.
Averaging the cells by their likelihood instead of taking the best one is steadier on short histories (Burnham and
Anderson 2002, "Model Selection").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Counts = NDArray[np.int64]

_ALPHAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
_BETAS = (0.0, 0.01, 0.03, 0.1, 0.3)  # as a share of alpha
_PHIS = (0.8, 0.9, 0.95, 0.98)
_THETAS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)


@dataclass(frozen=True)
class Smoothed:
    """What smoothing says comes next, and how its uncertainty grows: `growth[h]` against one step."""

    mean: Values
    growth: Values
    sigma: float


def damped(pasts: Sequence[Values], horizon: int) -> list[Smoothed]:
    """Level and damped trend, ETS(A,N,N) and ETS(A,Ad,N) (Hyndman et al. 2008, "Forecasting with … Smoothing").

    `pasts` are histories of three values or more, the shortest first.
    """
    alpha, beta, phi = _DAMPED
    counts = np.array([[len(past)] for past in pasts])
    begun = np.minimum(counts, 8)
    totals = np.array([[past[:8].sum()] for past in pasts])
    moments = np.array([[past[:8] @ np.arange(1, len(past[:8]) + 1)] for past in pasts])
    start, slope = _line(totals, moments, begun)
    level = np.where(phi > 0, start, totals / begun)
    trend = np.where(phi > 0, slope / np.where(phi > 0, phi, 1), 0.0)
    squares = np.zeros_like(level)
    for _, live, value in _steps(pasts):
        trend[live] *= phi
        level[live] += trend[live]
        error = value - level[live]
        squares[live] += error * error
        level[live] += alpha * error
        trend[live] += beta * error
    weights = _weights(squares, counts, 1 + (beta > 0) + 2 * (phi > 0))
    steps = np.cumsum(phi[:, None] ** np.arange(1, horizon + 1), axis=1)
    means = (weights * level).sum(axis=1, keepdims=True) + (weights * trend) @ steps
    kept = alpha[:, None] + beta[:, None] * steps[:, :-1]
    growths = np.sqrt(weights @ np.hstack([np.ones((len(alpha), 1)), 1 + np.cumsum(kept**2, axis=1)]))
    sigmas = np.sqrt((weights * squares).sum(axis=1) / counts[:, 0])
    return [Smoothed(*each) for each in zip(means, growths, sigmas.tolist(), strict=True)]


def theta(pasts: Sequence[Values], horizon: int) -> Values:
    """The dynamic optimised Theta model (Fiorucci et al. 2016), its line and its curve refitted at every step.

    `pasts` are histories, the shortest first; there is a row for each.
    """
    line, alpha = 1 - 1 / np.array(_THETAS)[:, None], np.array(_ALPHAS)
    counts = np.array([len(past) for past in pasts])[:, None, None]
    start = np.array([past[0] for past in pasts])[:, None, None]
    level, slope = np.repeat(start, len(alpha), axis=2), np.zeros_like(start)
    squares = np.zeros((len(pasts), len(line), len(alpha)))
    total, moment = np.zeros_like(start), np.zeros_like(start)
    for t, live, known in _steps(pasts):
        value = known[:, None]
        if t >= 2:  # from where the line has two points
            error = value - level[live] - line * _drift(start[live], slope[live], alpha, t)
            squares[live] += error * error
        level[live] += alpha * (value - level[live])
        total[live] += value
        moment[live] += (t + 1) * value
        if t >= 1:
            start[live], slope[live] = _line(total[live], moment[live], t + 1)
    weights = _weights(squares.reshape(len(pasts), -1), counts[:, 0], 2).reshape(squares.shape)
    means = np.empty((len(pasts), horizon))
    for step in range(horizon):
        expected = level + line * _drift(start, slope, alpha, counts + step)
        means[:, step] = (weights * expected).sum(axis=(1, 2))
        level = alpha * expected + (1 - alpha) * level
    return means


def _steps(pasts: Sequence[Values]) -> Iterator[tuple[int, slice, Values]]:
    """Each time, the histories that are known then, and a column of what they were."""
    counts = [len(past) for past in pasts]
    together = np.zeros((len(pasts), counts[-1]))
    for row, past in zip(together, pasts, strict=True):
        row[: len(past)] = past
    first = 0
    for t in range(counts[-1]):
        while counts[first] <= t:
            first += 1
        yield t, slice(first, None), together[first:, t, None]


def _drift(start: Values, slope: Values, alpha: Values, t: Counts | int) -> Values:
    forgotten = (1 - alpha) ** t
    return start * forgotten + slope * ((1 - forgotten * (1 - alpha)) / alpha)


def _line(total: Values, moment: Values, count: Counts | int) -> tuple[Values, Values]:
    """Start and slope of the least squares line through `count` values, from their sum and their first moment."""
    middle = (count + 1) / 2
    slope = (moment - middle * total) / (count * (count * count - 1) / 12)
    return total / count - slope * middle, slope


def _weights(squares: Values, counts: Counts, parameters: Counts | int) -> Values:
    """Akaike weights, corrected for short histories, of the cells in each row."""
    corrected = 2 * parameters * (1 + (parameters + 1) / np.maximum(counts - parameters - 1, 1))
    criterion = counts * np.log(np.maximum(squares, 1e-300) / counts) + corrected
    weights: Values = np.exp(-0.5 * (criterion - criterion.min(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


_DAMPED = np.array(
    [(a, 0.0, 0.0) for a in _ALPHAS] + [(a, a * b, p) for a, b, p in product(_ALPHAS, _BETAS, _PHIS)]
).T.copy()
