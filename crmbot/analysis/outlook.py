"""What a sales forecast is made of: won already, in the pipeline, yet to be found; and how the last one did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from typing import TYPE_CHECKING

from crmbot.analysis.periods import Series

if TYPE_CHECKING:  # it loads numpy, which only the worker has
    from crmbot.analysis.forecast import Forecast

ENOUGH = 30  # closed deals that went through a stage, before their own share counts
DEFAULTS = {"lead": 0.10, "qualified": 0.25, "proposal": 0.50, "negotiation": 0.75}


@dataclass(frozen=True)
class Rate:
    """The share of deals in a stage that are won in the end; `own`: seen in deals of our own, else a default."""

    share: float
    own: bool


@dataclass(frozen=True)
class Outlook:
    """What is forecast, in three parts: won already, from open deals by their stage, from deals not yet known."""

    won: float
    pipeline: float
    fresh: float


@dataclass(frozen=True)
class Said:
    """One period of a stored forecast."""

    start: date
    mean: float
    lower80: float
    upper80: float


@dataclass(frozen=True)
class Verdict:
    """How a forecast did in the periods of it that are over: sums, and in how many the band of 80 held."""

    said: float
    came: float
    periods: int
    held: int

    @property
    def off(self) -> float | None:
        """0.08: 8 % more came than was said; None where nothing was said to come."""
        return self.came / self.said - 1 if self.said else None


def stage_rates(closed: Mapping[str, tuple[int, int]]) -> dict[str, Rate]:
    """From how many closed deals were ever in each stage, and how many of those were won."""
    rates = {}
    for stage, default in DEFAULTS.items():
        deals, won = closed.get(stage, (0, 0))
        rates[stage] = Rate(won / deals, own=True) if deals >= ENOUGH else Rate(default, own=False)
    return rates


def running(found: "Forecast", begun: float, left: float) -> "Forecast":
    """The same, where the first period runs already: `begun` is in, and the share `left` of its time is to come.

    What is still to come is that share of a whole period's, and its spread the square root of it, as for sums of
    what comes evenly and independently.
    """

    root, middle = sqrt(left), begun + left * found.mean[0]

    def first(values: list[float]) -> list[float]:
        return [max(begun, middle + root * (values[0] - found.mean[0])), *values[1:]]

    return replace(
        found,
        mean=first(found.mean),
        lower80=first(found.lower80),
        upper80=first(found.upper80),
        lower95=first(found.lower95),
        upper95=first(found.upper95),
    )


def outlook(expected: float, won: float, deals: Iterable[tuple[str, float]], rates: Mapping[str, Rate]) -> Outlook:
    """Splits `expected`, of which `won` is in; `deals`: stage and worth of those that are to close in that time.

    A part is never more than what is left of the whole, whatever somebody put down for a deal.
    """
    to_come = max(0.0, expected - won)
    pipeline = min(to_come, sum(worth * rates[stage].share for stage, worth in deals))
    return Outlook(won, pipeline, to_come - pipeline)


def verdict(said: Iterable[Said], came: Series) -> Verdict | None:
    """What was said against what came, in the periods that are over; None while none is."""
    values = dict(zip(came.starts, came.values, strict=True))
    over = [(each, values[each.start]) for each in said if each.start in values]
    if not over:
        return None
    held = sum(each.lower80 <= value <= each.upper80 for each, value in over)
    return Verdict(sum(each.mean for each, _ in over), sum(value for _, value in over), len(over), held)
