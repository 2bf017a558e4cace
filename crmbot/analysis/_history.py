"""What a forecast is made from: values without gaps, about 1 in size, with a lone outlier drawn in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crmbot.analysis._indices import seasonal
from crmbot.analysis._smoothing import Values

_LONGEST = 240  # values, or three seasons: older ones say little and cost time
_SMALLEST = 0.02  # of the median: with a value below it, ratios say little
_ROOM = 3.0  # how far, in logs, a forecast may leave what was ever seen
_OUTLYING = 12.0  # median distances, about eight standard deviations


@dataclass(frozen=True)
class History:
    """`values` about 1 in size, `scale` what to multiply them with; `logs` where ratios between them make sense."""

    values: Values
    season: int
    scale: float
    logs: bool

    @property
    def worked(self) -> Values:
        return np.log(self.values) if self.logs else self.values

    def back(self, worked: Values) -> Values:
        return np.exp(np.clip(worked, None, np.log(self.values.max()) + _ROOM)) if self.logs else worked

    def indices(self) -> Values:
        """Of the season, for the worked values: all zero where none can be seen."""
        return seasonal(self.worked, self.season)


def history_of(values: Sequence[float | None], season: int) -> History:
    """Gaps before the first value are left out, others are filled; `values` may be empty, or all gaps."""
    known = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    known[~np.isfinite(known)] = np.nan
    seen = np.flatnonzero(~np.isnan(known))
    known = known[seen[0] :] if len(seen) else known[:0]
    known = known[-max(_LONGEST, 3 * season) :]
    scale = float(np.nanmax(np.abs(known), initial=0.0)) or 1.0
    whole = _drawn_in(_filled(known / scale, season), season)
    logs = bool(len(whole) and whole.min() > _SMALLEST * np.median(whole))
    return History(whole, season, scale, logs)


def _filled(y: Values, season: int) -> Values:
    """Straight lines across the gaps, then again without the season that shows."""
    gaps = np.isnan(y)
    if not gaps.any():
        return y
    places = np.arange(len(y))
    lines = np.interp(places, places[~gaps], y[~gaps])
    indices = np.resize(seasonal(lines, season), len(y))
    return np.where(gaps, np.interp(places, places[~gaps], (y - indices)[~gaps]) + indices, y)


def _drawn_in(y: Values, season: int) -> Values:
    """A lone value far from its neighbours, the season aside, is brought as near as the others come.

    The last two only when they are three times as far: they may be the first of a new level.
    """
    if len(y) < 8:
        return y
    adjusted = y - np.resize(seasonal(y, season), len(y))
    around = np.median(np.lib.stride_tricks.sliding_window_view(adjusted, 5), axis=1)
    off = adjusted - np.pad(around, 2, mode="edge")
    far = np.abs(off)
    limit = max(_OUTLYING * float(np.median(far)), 2 * float(np.quantile(far, 0.95)))
    off[-2:][far[-2:] <= 3 * limit] = 0
    return y - off + np.clip(off, -limit, limit) if limit > 0 else y  # else most are alike, and nothing to measure by
