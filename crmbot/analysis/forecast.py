"""Forecasts of a series of sales, deals or tickets, with bands that keep their word, and the simple rule when it wins.

A third each of Theta, damped exponential smoothing and ARIMA or SARIMA: no single model wins everywhere, and their
mean is seldom far from the best (Makridakis, Spiliotis and Assimakopoulos 2020, "The M4 Competition"). A rolling
hold-out on the history's own end decides how much of the naive rule goes in, up to all of it; the errors seen there
set the width of the bands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import ThreadpoolController

from crmbot.analysis._bands import band
from crmbot.analysis._history import History, history_of
from crmbot.analysis._holdout import choose, origins
from crmbot.analysis._members import arima, naive, smoothings
from crmbot.analysis._smoothing import Smoothed, Values

_THREADS = ThreadpoolController()  # of the libraries that are loaded by now: looking for them takes its time
FEWEST = 6  # with fewer values nothing can be compared, so the naive rule stands


@dataclass(frozen=True)
class Forecast:
    """What comes next: one value for each period of the horizon in every list, or all of them empty.

    `method`: "combination", "last value", "same period last season" or "none".
    `order`: the ARIMA model that took part, such as "ARIMA(0,1,1)(0,1,1)[12]", also where the naive rule won.
    `error`, `naive_error`: mean absolute error in the hold-out as a share of the mean absolute value there, of what is
    returned and of the naive rule; None where there was no hold-out.
    `reason`: why it is no more than that: "" for nothing to say, "no values", "few values", "constant", "naive wins".
    """

    mean: list[float]
    lower80: list[float]
    upper80: list[float]
    lower95: list[float]
    upper95: list[float]
    method: str
    order: str = ""
    error: float | None = None
    naive_error: float | None = None
    season: int = 1  # the season that was seen
    reason: str = ""


def forecast(values: Sequence[float | None], *, horizon: int, season: int) -> Forecast:
    """The next `horizon` values of a regular series, oldest first, and bands that hold 80 and 95 of 100.

    `values` in any unit; None, NaN and infinities are gaps, which are filled. `season` is the number of periods in a
    year, week or the like, 1 for none; whether it shows is looked for from two of them on. Nothing below zero is
    forecast where nothing below zero was seen. The same values give the same forecast.
    Raises ValueError for a horizon or season below 1, and for nothing else.
    """
    if horizon < 1 or season < 1:
        raise ValueError(f"horizon {horizon} and season {season} must be 1 or more")
    history = history_of(values, season)
    if not len(history.values):
        return Forecast([], [], [], [], [], "none", reason="no values")
    with _THREADS.limit(limits=1), np.errstate(all="ignore"):  # threads on matrices this small cost ten times as much
        if len(history.values) < FEWEST:
            return _few(replace(history, logs=False), horizon)
        if np.ptp(history.values) < 1e-12:
            level = np.resize(history.values, horizon)
            return Forecast(*_lists(history, level, (level, level), (level, level)), "last value", reason="constant")
        return _compared(history, horizon)


def _compared(history: History, horizon: int) -> Forecast:
    dates = origins(history, horizon)
    smooth = smoothings(history, dates, horizon)
    of_arima, model = arima(history, dates, horizon)
    rule, seasonal_rule = naive(history, dates, horizon)
    chosen = choose(history, dates, np.nanmean([smooth.theta, smooth.damped, of_arima], axis=0), rule)
    bands = [band(history, dates, chosen.rows, smooth.last, percent) for percent in (80, 95)]
    wins = chosen.naive_share == 1
    return Forecast(
        *_lists(history, chosen.rows[-1], *bands),
        method="combination" if not wins else "same period last season" if seasonal_rule else "last value",
        order=str(model),
        error=chosen.error,
        naive_error=chosen.naive_error,
        season=history.season if seasonal_rule else 1,
        reason="naive wins" if wins else "",
    )


def _few(history: History, horizon: int) -> Forecast:
    """The last value, and bands as wide as the values have moved and are large."""
    values = history.values
    moves = np.append(np.diff(values), np.abs(values).mean() / 2)
    fit = Smoothed(values, np.sqrt(np.arange(1, horizon + 1)), float(np.sqrt(np.mean(moves**2))))
    rows = np.resize(values[-1:], (1, horizon))
    bands = [band(history, [len(values)], rows, fit, percent) for percent in (80, 95)]
    return Forecast(*_lists(history, rows[0], *bands), method="last value", reason="few values")


Lists = tuple[list[float], list[float], list[float], list[float], list[float]]


def _lists(history: History, mean: Values, inner: tuple[Values, Values], outer: tuple[Values, Values]) -> Lists:
    """In the unit that came in; not below zero where nothing was."""
    largest = np.finfo(float).max / history.scale
    least = 0.0 if history.values.min() >= 0 else -largest
    a, b, c, d, e = ((np.clip(each, least, largest) * history.scale).tolist() for each in (mean, *inner, *outer))
    return a, b, c, d, e
