"""What goes with sales: multiple regression on budgets and channels, with trend, season and carry-over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from scipy.special import stdtr, stdtrit

from crmbot.analysis._calendar import Calendar, calendar, time_column
from crmbot.analysis._carry import Carry, carried, carry_over_of, runs
from crmbot.analysis._regression import Fit, independent, least_squares
from crmbot.analysis._table import Column, Figures, read_table

__all__ = ["Carry", "Effect", "Effects", "Measured", "Warned", "effects", "measured"]

ROWS_A_TERM = 10
MOST_LEVELS = 12
LOOKED_AT = 50_000
_PARTS = ("month", "quarter", "weekday", "week", "月", "月份", "季度", "星期")  # numbers that are names
Reason = Literal["", "no rows", "no terms", "constant target", "too few rows"]


@dataclass(frozen=True)
class Effect:
    """How the target goes with one column, all others held: `coefficient` per unit of it.

    For words: the difference between `level` and the most frequent word, `against`.
    """

    name: str
    coefficient: float
    error: float  # classical standard error
    robust_error: float  # HC3
    lower95: float  # by the robust error
    upper95: float
    p: float
    vif: float
    low: float = 0.0  # the lower and upper quartile of the column; 0 and 1 for words
    high: float = 1.0
    level: str | None = None
    against: str | None = None

    @property
    def label(self) -> str:
        return self.name if self.level is None else f"{self.name}: {self.level}"

    @property
    def sure(self) -> bool:
        """The interval leaves out zero."""
        return self.lower95 > 0 or self.upper95 < 0


@dataclass(frozen=True)
class Warned:
    """What makes the figures hard to trust; `name` and `other` are columns, `value` the figure that says so."""

    kind: Literal["collinear", "condition", "same", "drifting", "one row decides", "no dates", "season not seen"]
    name: str = ""
    other: str = ""
    value: float = 0.0


@dataclass(frozen=True)
class Effects:
    """What goes with the target. It is no cause: only a group that was left out, at random, shows one (`measured`).

    With `reason` "too few rows" the figures are there and should not be relied on: `missing` rows more are needed.
    """

    target: str
    rows: int  # that have all columns
    reason: Reason = ""
    missing: int = 0
    dropped: int = 0  # rows with a gap
    intercept: Effect | None = None
    effects: tuple[Effect, ...] = ()  # in the order of the terms
    controls: tuple[Effect, ...] = ()  # trend and season
    r_squared: float = 0.0
    condition: float = 1.0
    warnings: tuple[Warned, ...] = ()
    carry: Mapping[str, Carry] = field(default_factory=dict)

    def _all(self) -> tuple[Effect, ...]:
        return (*((self.intercept,) if self.intercept else ()), *self.effects, *self.controls)

    @property
    def coefficients(self) -> dict[str, float]:
        """The intercept is called "Intercept", a word "channel: email"."""
        return {effect.label: effect.coefficient for effect in self._all()}

    @property
    def errors(self) -> dict[str, float]:
        return {effect.label: effect.error for effect in self._all()}

    @property
    def robust_errors(self) -> dict[str, float]:
        return {effect.label: effect.robust_error for effect in self._all()}

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        return {effect.label: (effect.lower95, effect.upper95) for effect in self._all()}

    @property
    def vif(self) -> dict[str, float]:
        return {effect.label: effect.vif for effect in (*self.effects, *self.controls)}


def effects(
    rows: Any,
    target: str,
    terms: Sequence[str] | str,
    *,
    time: str | None = None,
    season: int | None = None,
    carry_over: Sequence[str] = (),
) -> Effects:
    """Multiple regression of column `target` on the columns `terms`, in the units they come in.

    `rows`: a DataFrame, a sequence of mappings or a mapping of columns; `terms`: names, or "budget + channel". Words
    are taken level by level against the most frequent. Where a column holds dates (`time`, else the first such that is
    no term), a trend and a season of the right length (weekday, month, quarter …) are held constant too: budgets
    follow seasons, and without this the season's sales are credited to the budget. Without dates, the terms "trend"
    and "season" take the order of the rows, with `season` rows to a season (12). `carry_over` names columns whose
    effect lasts: how much of it goes over to the next time, and whether it wears off, is chosen on rows held back.

    Least squares by QR; 95 % intervals from HC3 errors (MacKinnon & White 1985; Long & Ervin 2000) and Student's t;
    adstock and saturation as in marketing-mix models (Broadbent 1979; Jin et al. 2017). Fewer than 10 rows for each
    term is answered with `reason` "too few rows". Raises KeyError for a column that is not there.
    """
    table = read_table(rows)
    wanted = [name.strip() for name in terms.split("+")] if isinstance(terms, str) else list(terms)
    if not table.count:
        return Effects(target, 0, "no rows", ROWS_A_TERM * max(1, len(wanted)))
    named = [name for name in wanted if name in table.columns or name not in ("trend", "season")]
    columns = {name: _as_term(name, table.columns[name]) for name in named}
    sales = table.columns[target]
    if sales.dtype.kind != "f":
        raise ValueError(f"{target} holds no figures")
    whole = ~np.isnan(sales)
    for column in columns.values():
        whole &= ~np.isnan(column) if column.dtype.kind == "f" else np.ones(table.count, bool)
    time = time or (found if (found := time_column(table)) not in wanted else None)
    if time is not None:
        whole &= (
            ~np.isnat(table.columns[time]) if table.columns[time].dtype.kind == "M" else ~np.isnan(table.columns[time])
        )
    table = table.where(whole)
    begun = Effects(target, table.count, dropped=len(whole) - table.count)
    columns = {name: _as_term(name, table.columns[name]) for name in named}
    days = calendar(table, time, season) if table.count and (time or season or len(named) < len(wanted)) else None
    return _fitted(begun, table.columns[target], columns, wanted, days, carry_over)


def _as_term(name: str, column: Column) -> Column:
    """Months and weekdays are names even where they are written as numbers."""
    if column.dtype.kind == "f" and name.lower() in _PARTS and (column % 1 == 0).all():
        return column.astype(int).astype(str).astype(object)
    if column.dtype.kind == "M":
        return column.astype("datetime64[D]").astype(float)
    return column


@dataclass(frozen=True, eq=False)
class _Term:
    name: str
    values: Figures
    level: str | None = None
    against: str | None = None
    control: bool = False

    @property
    def called(self) -> str:
        return self.name.split(" ")[0] if self.control else self.name  # a part of the season is the season

    @property
    def label(self) -> str:
        return self.name if self.level is None else f"{self.name}: {self.level}"


def _fitted(
    begun: Effects,
    sales: Figures,
    columns: Mapping[str, Column],
    wanted: Sequence[str],
    days: Calendar | None,
    carry_over: Sequence[str],
) -> Effects:
    terms = [term for name, column in columns.items() for term in _terms(name, column)]
    missing = max(0, ROWS_A_TERM * len(terms) - begun.rows)
    if not columns and not days:
        return replace(begun, reason="no terms")
    if begun.rows < 3 or sales.min() == sales.max():
        return replace(begun, reason="too few rows" if begun.rows < 3 else "constant target", missing=missing)
    controls, warnings = _controls(days, wanted, begun.rows - len(terms))
    warnings += [] if days else [Warned("no dates")]
    terms += controls
    kept = independent(_design(terms))
    same = [terms[at].name for at in range(len(terms)) if at not in kept and not terms[at].control]
    warnings += [Warned("same", name) for name in dict.fromkeys(same)]
    terms = [terms[at] for at in kept]
    if not terms:
        return replace(begun, reason="no terms" if begun.rows > len(columns) + 2 else "too few rows", missing=missing)
    carry: dict[str, Carry] = {}
    if lasting := [name for name in carry_over if any(term.name == name for term in terms)]:
        words = [column for column in columns.values() if column.dtype.kind == "O"]
        along = runs(begun.rows, days.place if days else None, words)
        carry = carry_over_of(sales, {term.label: term.values for term in terms}, lasting, along)
        terms = [replace(t, values=carried(t.values, carry[t.name], along)) if t.name in carry else t for t in terms]
    design = _design(terms)
    fit = least_squares(design, sales)
    intercept, *told = _effects(terms, fit)
    mine = tuple(effect for effect, term in zip(told, terms, strict=True) if not term.control)
    held = tuple(effect for effect, term in zip(told, terms, strict=True) if term.control)
    warnings += _doubts(fit, design, terms, days)
    return replace(
        begun,
        reason="too few rows" if missing else "",
        missing=missing,
        intercept=intercept,
        effects=mine,
        controls=held,
        r_squared=fit.r_squared,
        condition=fit.condition,
        warnings=tuple(warnings),
        carry=carry,
    )


def _design(terms: Sequence[_Term]) -> Figures:
    """Column by column in memory, as each of them is looked at."""
    return np.array([term.values for term in terms]).T


def _terms(name: str, column: Column) -> list[_Term]:
    if column.dtype.kind == "f":
        return [_Term(name, column)]
    said = np.array(["" if word is None else str(word) for word in column])
    levels, counts = np.unique(said, return_counts=True)
    against, *others = [str(level) for level in levels[np.argsort(-counts, kind="stable")]][:MOST_LEVELS]
    return [_Term(name, (said == level).astype(float), level, against) for level in others]


def _controls(days: Calendar | None, wanted: Sequence[str], spare: int) -> tuple[list[_Term], list[Warned]]:
    if days is None:
        return [], []
    asked = [name for name in ("trend", "season") if name in wanted] or ["trend", "season"]
    trend = days.trend() if "trend" in asked else {}
    season = days.season(spare) if "season" in asked else {}
    unseen = [Warned("season not seen", value=float(days.period or 0))] if "season" in asked and not season else []
    return [_Term(name, values, control=True) for name, values in (trend | season).items()], unseen


def _effects(terms: Sequence[_Term], fit: Fit) -> list[Effect]:
    half = fit.half_width()
    found = []
    for at, term in enumerate([_Term("Intercept", np.empty(0)), *terms]):
        b, robust = float(fit.coefficients[at]), float(fit.robust[at])
        p = float(2 * stdtr(fit.freedom, -abs(b) / robust)) if robust > 0 else float(b == 0)
        vif = float(fit.vif[at - 1]) if at else 1.0
        lower, upper = b - float(half[at]), b + float(half[at])
        low, high = _quartiles(term.values) if at and term.level is None else (0.0, 1.0)
        found.append(
            Effect(
                term.name, b, float(fit.errors[at]), robust, lower, upper, p, vif, low, high, term.level, term.against
            )
        )
    return found


def _quartiles(values: Figures) -> tuple[float, float]:
    """Of a sample where rows are many: they are said, and nothing is reckoned from them."""
    if len(values) > LOOKED_AT:
        values = values[np.random.default_rng(0).integers(0, len(values), LOOKED_AT)]
    low, high = np.quantile(values, [0.25, 0.75])
    return float(low), float(high)


def _doubts(fit: Fit, design: Figures, terms: Sequence[_Term], days: Calendar | None) -> list[Warned]:
    """Which figures cannot be told apart, whether the rest still moves in time, and whether one row decides."""
    doubts = []
    close = np.abs(np.corrcoef(design.T)) - np.eye(len(terms)) if fit.vif.max() > 5 else np.empty(0)
    for at, term in enumerate(terms):
        if fit.vif[at] > 5 and not term.control:
            doubts.append(Warned("collinear", term.name, terms[int(close[at].argmax())].called, float(fit.vif[at])))
    if fit.condition > 30:
        doubts.append(Warned("condition", value=fit.condition))
    if days is not None:
        rest = fit.residuals[np.argsort(days.place, kind="stable")]
        durbin_watson = float((np.diff(rest) ** 2).sum() / max(float(rest @ rest), 1e-300))
        if durbin_watson < 1.2:  # Durbin & Watson 1951: 2 is no drift
            doubts.append(Warned("drifting", value=durbin_watson))
    if fit.influence.max() > 1:  # Cook 1977
        doubts.append(Warned("one row decides", value=float(fit.influence.argmax()) + 1))
    return doubts


@dataclass(frozen=True)
class Measured:
    """The difference that a campaign made, against those left out of it at random."""

    difference: float
    lower95: float
    upper95: float
    reached: int
    left_out: int


def measured(reached: Sequence[float], left_out: Sequence[float]) -> Measured | None:
    """The difference of the means with Welch's 95 % interval (1947); None with fewer than two on either side."""
    if min(len(reached), len(left_out)) < 2:
        return None
    parts = [(np.mean(side), np.var(side, ddof=1) / len(side), len(side)) for side in (reached, left_out)]
    (ours, spread, many), (theirs, other, fewer) = parts
    total = spread + other
    freedom = total**2 / (spread**2 / (many - 1) + other**2 / (fewer - 1)) if total > 0 else 1.0
    difference, half = float(ours - theirs), float(np.sqrt(total) * stdtrit(freedom, 0.975))
    return Measured(difference, difference - half, difference + half, many, fewer)
