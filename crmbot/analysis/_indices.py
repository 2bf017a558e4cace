"""Seasonal indices: whether there are any, and how far to trust them."""

import numpy as np

from crmbot.analysis._smoothing import Values


def seasonal(y: Values, season: int) -> Values:
    """Additive indices, one for each place in the season, or all zero where no season can be seen.

    Classical decomposition; seen when the indices' F statistic exceeds 2, and then shrunk as James and Stein do
    (Miller and Williams 2003, "Shrinkage estimators of time series seasonal factors").
    """
    count = len(y)
    none = np.zeros(max(season, 1))
    if season < 2 or count < 2 * season:
        return none
    inner = np.full(season + 1 - season % 2, 1 / season)
    if season % 2 == 0:
        inner[[0, -1]] /= 2
    trend = np.convolve(y, inner, "valid")
    places = (np.arange(len(trend)) + len(inner) // 2) % season
    rest = y[len(inner) // 2 :][: len(trend)] - trend
    seen = np.bincount(places, minlength=season)
    if len(rest) <= season or not seen.all():
        return none
    indices: Values = np.bincount(places, rest, season) / seen
    indices -= indices.mean()
    noise = ((rest - indices[places]) ** 2).sum() / (len(rest) - season)
    strength = (seen * indices**2).sum() / (season - 1)
    if strength <= 2 * noise or strength <= 0:
        return none
    kept: float = 1 - max(season - 3, 0) / (season - 1) * noise / strength
    return indices * kept
