"""ARIMA and SARIMA: orders chosen once by AICc, then forecasts from every origin with one pass of the filter."""

import warnings
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.statespace.sarimax import SARIMAX

from crmbot.analysis._smoothing import Values

Order = tuple[int, int, int]

# An AICc that is right to a hundredth takes a third of the steps that the optimiser takes when left to itself.
_ENOUGH = {"maxiter": 30, "factr": 1e9, "pgtol": 1e-3}
_FLAT: tuple[Order, ...] = ((0, 0, 0), (1, 0, 0), (0, 0, 1), (1, 0, 1), (2, 0, 0))
_MOVING: tuple[Order, ...] = ((0, 1, 0), (0, 1, 1), (1, 1, 0), (1, 1, 1), (2, 1, 0), (0, 1, 2))
_SEASONAL: tuple[Order, ...] = ((0, 1, 1), (1, 1, 1), (2, 1, 0))


@dataclass(frozen=True)
class Arima:
    """A fitted model: `order` and whether it has a seasonal part (0,1,1) of `season` periods."""

    order: Order
    season: int  # 0: none
    params: Values
    aicc: float

    @property
    def lost(self) -> int:
        """How many values the differences take up."""
        return self.order[1] + self.season

    def __str__(self) -> str:
        order = "({},{},{})".format(*self.order)
        return f"ARIMA{order}(0,1,1)[{self.season}]" if self.season else f"ARIMA{order}"


def choose(y: Values, season: int, *, tried: Arima | None = None) -> Arima:
    """The model of the lowest AICc among a few of the same differences, which alone can be compared by it.

    `tried` is one that was fitted to `y` before.
    """
    if season:
        orders = _SEASONAL
    else:
        orders = _MOVING if np.std(np.diff(y)) < np.std(y) else _FLAT
        orders = tuple(each for each in orders if len(y) >= 8 + 2 * (each[0] + each[2])) or orders[:1]
    fitted = (tried if tried and tried.order == order else fit(y, order, season) for order in orders)
    return min(fitted, key=lambda model: model.aicc)


def fit(y: Values, order: Order, season: int, start: Values | None = None) -> Arima:
    """By maximum likelihood; where that cannot be had, zeros and an AICc beyond all others."""
    steady, scale, _ = _steady(y, order, season)
    model = _model(steady, order, season)
    free, count = len(model.param_names) + 1, len(steady)
    params, loglike = np.zeros(free - 1), -np.inf
    with warnings.catch_warnings(), suppress(np.linalg.LinAlgError):
        warnings.simplefilter("ignore")  # a start that is not stationary is replaced by zeros: nothing to tell
        if free > 1:
            params = np.asarray(model.fit(start_params=start, disp=0, return_params=True, **_ENOUGH))
        loglike = float(model.loglike(params))
    if not np.isfinite(loglike) or not np.isfinite(params).all():
        return Arima(order, season, np.zeros(free - 1), np.inf)
    aicc = -2 * loglike + 2 * free + 2 * free * (free + 1) / max(count - free - 1, 1) + 2 * count * np.log(scale)
    return Arima(order, season, params, aicc)


def paths(y: Values, model: Arima, origins: list[int], horizon: int) -> Values:
    """What `model` says from each origin, the number of values known there: one row each."""
    steady, scale, mean = _steady(y, model.order, model.season)
    space = _model(steady, model.order, model.season)
    states = space.filter(model.params).predicted_state
    transition, design = space.ssm["transition"], space.ssm["design"][0]
    state = states[:, [origin - model.lost for origin in origins]]
    ahead = np.empty((len(origins), horizon))
    for step in range(horizon):
        ahead[:, step] = mean + design @ state * scale
        state = transition @ state
    return np.array([_summed(y[:o], row, model) for o, row in zip(origins, ahead, strict=True)])


def _model(steady: Values, order: Order, season: int) -> SARIMAX:
    seasonal = (0, 0, 1, season) if season else (0, 0, 0, 0)
    return SARIMAX(steady, order=(order[0], 0, order[2]), seasonal_order=seasonal, concentrate_scale=True)


def _steady(y: Values, order: Order, season: int) -> tuple[Values, float, float]:
    """The series that the model is of, near 1 in size, and how to get back: its scale and its mean."""
    steady = np.convolve(y, _polynomial(order[1], season), "valid")
    mean = 0.0 if order[1] or season else float(steady.mean())
    scale = float(np.sqrt(np.mean((steady - mean) ** 2))) or 1.0
    return (steady - mean) / scale, scale, mean


def _polynomial(difference: int, season: int) -> Values:
    whole = np.ones(1)
    for _ in range(difference):
        whole = np.convolve(whole, [1, -1])
    if season:
        whole = np.convolve(whole, [1, *[0] * (season - 1), -1])
    return whole


def _summed(y: Values, ahead: Values, model: Arima) -> Values:
    """Undoes the differences of `ahead`, which follows `y`."""
    polynomial = _polynomial(model.order[1], model.season)[1:][::-1]
    if not len(polynomial):
        return ahead
    known = list(y[-len(polynomial) :])
    for value in ahead:
        known.append(value - polynomial @ known[-len(polynomial) :])
    return np.array(known[-len(ahead) :])
