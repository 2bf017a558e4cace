"""The rolling hold-out: what each rule would have said at earlier dates, against what came."""

from dataclasses import dataclass

import numpy as np

from crmbot.analysis._history import History
from crmbot.analysis._smoothing import Values

_FOLDS = 12
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Chosen:
    """The rows that stand, one for each origin and the last for what comes; and how far off they and the rule were."""

    rows: Values
    naive_share: float
    error: float
    naive_error: float


def origins(history: History, horizon: int) -> list[int]:
    """How many values were known at each earlier date, at most twelve of them, and last all that are known now."""
    count, season = len(history.values), history.season
    enough = max(4, count // 2, 2 * season if count >= 3 * season else 0)
    first = min(count - 1, max(enough, count - max(2 * horizon, 2 * season, 12)))
    step = -(-(count - first) // _FOLDS)
    return [*reversed(range(count - 1, first - 1, -step)), count]


def choose(history: History, origins: list[int], members: Values, naive: Values) -> Chosen:
    """The members' mean with the smallest share of the naive rule that does not lose to that rule: at worst all."""
    naive_error = error(history, origins, naive)
    for share in _SHARES:
        rows = (1 - share) * members + share * naive
        if (found := error(history, origins, rows)) <= naive_error:
            return Chosen(rows, share, found, naive_error)
    return Chosen(naive, 1.0, naive_error, naive_error)


def error(history: History, origins: list[int], rows: Values) -> float:
    """Mean absolute error over all origins and periods, as a share of the mean absolute value there."""
    came = actual(history.values, origins, rows.shape[1])
    return float(np.nanmean(np.abs(rows - came)) / (np.nanmean(np.abs(came)) or 1.0))


def actual(values: Values, origins: list[int], horizon: int) -> Values:
    """What came after each origin, NaN where it has not come yet."""
    padded = np.concatenate([values, np.full(horizon, np.nan)])
    return np.array([padded[origin : origin + horizon] for origin in origins])
