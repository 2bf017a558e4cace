"""A file that nobody has explained: what the analysis that fits its columns finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from crmbot.analysis._fits import Analysis, Fit, Why, fits, read_file
from crmbot.analysis._series import Series, series_of
from crmbot.analysis._table import Column, Table
from crmbot.analysis.campaign import Effects, effects
from crmbot.analysis.csat import Drivers, drivers
from crmbot.analysis.forecast import Forecast, forecast
from crmbot.analysis.rfm import customer_groups, rfm
from crmbot.analysis.segments import Segments

__all__ = ["Analysed", "Analysis", "Fit", "Why", "analyse", "fits"]


@dataclass(frozen=True)
class Analysed:
    """What came of the file. `others` fit too, the next best first; `doubtful`: ask which one is meant."""

    fit: Fit
    result: Segments | Forecast | Drivers | Effects
    features: Any  # segments: what `segment` was given, to draw it
    series: Series | None  # forecast: what was seen, to draw it
    others: tuple[Fit, ...] = field(default=())
    doubtful: bool = False
    unread: int = 0  # cells of the columns looked at that are neither empty nor what the others are


def analyse(
    rows: Any, columns: Sequence[str] | None = None, *, file: str = "", fit: Fit | None = None, horizon: int = 6
) -> Analysed | None:
    """Finds the analysis that fits a bare table best and does it; None where no column holds anything to analyse.

    `rows`: mappings {column: text or number} as `csv.DictReader` gives them, or lists of cells with `columns` as their
    names, or anything else that `segment` takes. Columns are known by their names, English or Chinese, and by what
    they hold: customer_data → "segments", sales_data(sales) → "forecast", csat_data(satisfied) → "csat",
    marketing_data(sales, marketing_budget, marketing_channel) → "campaign"; in doubt `file`, what it is called, tells.
    `fit`, one of `fits(rows)` or of `Analysed.others`, asks for another one. `horizon`: periods to forecast.
    """
    table = read_file(rows, columns)
    found = fits(table, file=file)
    if not found:
        return None
    chosen = fit or found[0]
    others = tuple(each for each in found if each.analysis != chosen.analysis)
    doubtful = fit is None and bool(others) and others[0].sure > chosen.sure - 0.15
    result, features, series = _done(table, chosen, horizon)
    unread = sum(count for name, count in table.unread.items() if name in chosen.columns)
    return Analysed(chosen, result, features, series, others, doubtful, unread)


def _done(table: Table, fit: Fit, horizon: int) -> tuple[Segments | Forecast | Drivers | Effects, Any, Series | None]:
    if fit.analysis == "segments":
        features = _purchases(table, fit) if fit.why == "purchases" else _customers(table, fit)
        return customer_groups(features), features, None
    assert fit.target is not None
    if fit.analysis == "csat":
        kept = {name: table.columns[name] for name in (fit.target, *table.columns) if name in table.columns}
        return drivers(kept, fit.target), None, None
    if fit.analysis == "campaign":
        time = fit.time if fit.time and table.columns[fit.time].dtype.kind == "M" else None
        return effects(table.columns, fit.target, fit.terms, time=time), None, None
    series = series_of(table.columns[fit.target], table.columns[fit.time] if fit.time else None)
    return forecast(series.values, horizon=horizon, season=series.season), None, series


def _purchases(table: Table, fit: Fit) -> dict[Any, dict[str, float]]:
    who, when, amount = (table.columns[name] for name in fit.columns)
    told = ~np.isnat(when) & ~np.isnan(amount) & (amount != 0)  # what cost nothing was not bought
    told &= np.array([each is not None and each == each for each in who.tolist()], dtype=bool)
    days = when[told].astype("datetime64[D]").tolist()
    if not days:
        return {}
    last: date = max(days) + timedelta(days=1)  # as seen on the day after the last purchase
    return rfm(zip(who[told].tolist(), days, amount[told].tolist(), strict=True), today=last)


def _customers(table: Table, fit: Fit) -> dict[str, Column]:
    """All columns: those of words describe the groups, and one of them may say who a row is."""
    return {name: column for name, column in table.columns.items() if name != fit.time}
