"""Exponential smoothing and Theta over a whole grid of parameters at once, averaged by how well each explains the past.

One pass over the history moves the states of every cell of the grid together, so that what an optimiser would do in
tens of milliseconds takes one, with no search that may fail to converge. Averaging the cells by their likelihood
instead of taking the best one is steadier on short histories (Burnham and Anderson 2002, "Model Selection").
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

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


def damped(y: Values, horizon: int) -> Smoothed:
    """Level and damped trend, ETS(A,N,N) and ETS(A,Ad,N) (Hyndman et al. 2008, "Forecasting with … Smoothing")."""
    alpha, beta, phi = _DAMPED
    first = y[: min(len(y), 8)]
    sums = float(first.sum()), float(first @ np.arange(1, len(first) + 1))
    start, slope = _line(*sums, len(first)) if len(first) > 2 else (first.mean(), 0.0)
    level = np.where(phi > 0, start, first.mean())
    trend = np.where(phi > 0, slope / np.where(phi > 0, phi, 1), 0.0)
    squares = np.zeros_like(alpha)
    for value in y:
        expected = level + phi * trend
        error = value - expected
        squares += error * error
        level = expected + alpha * error
        trend = phi * trend + beta * error
    parameters = 1 + (beta > 0) + 2 * (phi > 0)
    weights = _weights(squares, len(y), parameters)
    steps = np.cumsum(phi[:, None] ** np.arange(1, horizon + 1), axis=1)
    mean = weights @ level + (weights * trend) @ steps
    kept = alpha[:, None] + beta[:, None] * steps[:, :-1]
    growth = np.sqrt(weights @ np.hstack([np.ones((len(alpha), 1)), 1 + np.cumsum(kept**2, axis=1)]))
    return Smoothed(mean, growth, float(np.sqrt(weights @ squares / len(y))))


def theta(y: Values, horizon: int) -> Values:
    """The dynamic optimised Theta model (Fiorucci et al. 2016), its line and its curve refitted at every step."""
    thetas, alpha = _THETA
    line = 1 - 1 / thetas
    level = np.full_like(alpha, y[0])
    squares = np.zeros_like(alpha)
    start, slope, total, moment = y[0], 0.0, 0.0, 0.0
    for t, value in enumerate(y):
        error = value - (level + line * _drift(start, slope, alpha, t))
        if t >= 2:  # from where the line has two points
            squares += error * error
        level = alpha * value + (1 - alpha) * level
        total, moment = total + value, moment + (t + 1) * value
        start, slope = _line(total, moment, t + 1)
    weights = _weights(squares, len(y), 2)
    mean = np.empty(horizon)
    for step in range(horizon):
        expected = level + line * _drift(start, slope, alpha, len(y) + step)
        mean[step] = weights @ expected
        level = alpha * expected + (1 - alpha) * level
    return mean


def _drift(start: float, slope: float, alpha: Values, t: int) -> Values:
    forgotten = (1 - alpha) ** t
    return start * forgotten + slope * (1 - forgotten * (1 - alpha)) / alpha


def _line(total: float, moment: float, count: int) -> tuple[float, float]:
    """Start and slope of the least squares line through `count` values, from their sum and their first moment."""
    if count < 2:
        return total, 0.0
    middle = (count + 1) / 2
    slope = (moment - middle * total) / (count * (count * count - 1) / 12)
    return total / count - slope * middle, slope


def _weights(squares: Values, count: int, parameters: Values | int) -> Values:
    """Akaike weights, corrected for short histories."""
    corrected = 2 * parameters * (1 + (parameters + 1) / np.maximum(count - parameters - 1, 1))
    criterion = count * np.log(np.maximum(squares, 1e-300) / count) + corrected
    weights: Values = np.exp(-0.5 * (criterion - criterion.min()))
    weights /= weights.sum()
    return weights


_DAMPED = np.array(
    [(a, 0.0, 0.0) for a in _ALPHAS] + [(a, a * b, p) for a, b, p in product(_ALPHAS, _BETAS, _PHIS)]
).T.copy()
_THETA = np.array(list(product(_THETAS, _ALPHAS))).T.copy()
