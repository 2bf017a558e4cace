"""Bands from the errors of the rolling hold-out, since what models say of themselves is too narrow.

An error grows with the horizon as the smoothing model's own variance does; its size is what the hold-out saw, drawn
towards the one-step error of the fit where the hold-out is small. How many such sizes hold 80 and 95 of 100 was
measured once, on generated and published series; short histories need more of them.
"""

import numpy as np

from crmbot.analysis._history import History
from crmbot.analysis._holdout import actual
from crmbot.analysis._smoothing import Smoothed, Values

_PRIOR_FOLDS, _PRIOR_VARIANCE = 4, 1.5  # what the fit's own error counts for beside the folds, and how much it flatters
_SIZES = {80: (1.21, 3.5), 95: (1.94, 5.0)}


def band(history: History, origins: list[int], rows: Values, fit: Smoothed, percent: int) -> tuple[Values, Values]:
    """Lower and upper ends around the last row, in the history's own values."""
    size, more = _SIZES[percent]
    half = size * (1 + more / len(history.values)) * _deviation(history, origins, rows, fit) * fit.growth
    middle = _worked(history, rows[-1])
    return history.back(middle - half), history.back(middle + half)


def _deviation(history: History, origins: list[int], rows: Values, fit: Smoothed) -> float:
    """Of one step."""
    came = _worked(history, actual(history.values, origins, rows.shape[1]))
    squares = ((came - _worked(history, rows)) / fit.growth) ** 2
    folds = len(origins) - 1
    seen = float(np.nanmean(squares)) if folds else 0.0
    variance = (_PRIOR_FOLDS * _PRIOR_VARIANCE * fit.sigma**2 + folds * seen) / (_PRIOR_FOLDS + folds)
    return float(np.sqrt(variance))


def _worked(history: History, values: Values) -> Values:
    return np.log(np.maximum(values, 1e-9)) if history.logs else values
