"""The three families that are combined, each forecasting from every origin of the hold-out and from the end."""

from dataclasses import dataclass

import numpy as np

from crmbot.analysis import _arima
from crmbot.analysis._history import History
from crmbot.analysis._indices import seasonal
from crmbot.analysis._smoothing import Smoothed, Values, damped, theta

LONGEST_SEASON = 24  # of a SARIMA model: its filter slows with the square of it


@dataclass(frozen=True)
class Smoothings:
    """Theta and exponential smoothing from each origin, and what the latter tells about the errors at the end."""

    theta: Values
    damped: Values
    last: Smoothed


def smoothings(history: History, origins: list[int], horizon: int) -> Smoothings:
    """Each as the mean of itself on the values and on their logs: which fits better is seldom to be told."""
    seasons = [seasonal(history.worked[:origin], history.season) for origin in origins]
    adjusted = [history.worked[:o] - np.resize(season, o) for o, season in zip(origins, seasons, strict=True)]
    coming = np.array([_following(season, o, horizon) for o, season in zip(origins, seasons, strict=True)])
    of_damped = damped(adjusted, horizon)
    thetas, dampeds = theta(adjusted, horizon) + coming, _means(of_damped) + coming
    if history.logs:
        plain, factors = [np.exp(past) for past in adjusted], np.exp(coming)
        thetas = (history.back(thetas) + theta(plain, horizon) * factors) / 2
        dampeds = (history.back(dampeds) + _means(damped(plain, horizon)) * factors) / 2
    return Smoothings(thetas, dampeds, of_damped[-1])


def _means(found: list[Smoothed]) -> Values:
    return np.array([each.mean for each in found])


def arima(history: History, origins: list[int], horizon: int) -> tuple[Values, _arima.Arima]:
    """ARIMA from each origin; rows of NaN where it has too few values. Its order is chosen before the first of them.

    With a season that is short and often enough seen, a SARIMA model; else ARIMA of the values without their season.
    """
    count, first = len(history.values), origins[0]
    seen = history.indices().any()
    season = history.season if seen and history.season <= LONGEST_SEASON and count >= 2 * history.season + 8 else 0
    known = first if first >= max(24, 3 * season) else count
    tried, logs = _on_its_scale(history, known, season) if history.logs else (None, False)
    worked = history.worked if logs or not history.logs else history.values
    indices = np.zeros(1) if season else seasonal(worked[:known], history.season)
    adjusted = worked - np.resize(indices, count)
    model = _arima.choose(adjusted[:known], season, tried=None if indices.any() else tried)
    final = _arima.fit(adjusted, model.order, season, start=model.params) if known < count else model
    able = [origin for origin in origins if origin > final.lost + 1]
    ahead = np.full((len(origins), horizon), np.nan)
    ahead[len(origins) - len(able) :] = _arima.paths(adjusted, model, able, horizon)
    ahead[-1] = _arima.paths(adjusted, final, [count], horizon)[0]
    ahead += np.array([_following(indices, origin, horizon) for origin in origins])
    return (history.back(ahead) if logs else ahead), final


def naive(history: History, origins: list[int], horizon: int) -> tuple[Values, bool]:
    """The last value, or with a season the value of the same period in the last one; and which of the two."""
    season = history.season if history.indices().any() else 1
    rows = []
    for origin in origins:
        period = season if origin >= season else 1
        rows.append(np.resize(history.values[origin - period : origin], horizon))
    return np.array(rows), season > 1


def _on_its_scale(history: History, known: int, season: int) -> tuple[_arima.Arima, bool]:
    """The same model on the scale where it is likelier, both measured in the values' own; whether that is of logs."""
    logs, plain = (_arima.fit(each[:known], (0, 1, 1), season) for each in (history.worked, history.values))
    jacobian = float(history.worked[logs.lost : known].sum())
    return (logs, True) if logs.aicc + 2 * jacobian < plain.aicc else (plain, False)


def _following(indices: Values, origin: int, horizon: int) -> Values:
    """The seasonal indices of the periods after `origin`."""
    return indices[(origin + np.arange(horizon)) % len(indices)]
