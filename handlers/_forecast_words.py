"""A forecast in sentences, as a table, as a picture and as figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from crmbot.analysis.outlook import Outlook, Verdict
from crmbot.analysis.periods import Series
from crmbot.money import Money, canonical
from crmbot.reply import Chart, Day, Table, Text, text, verbatim
from crmbot.words import say
from handlers._bare import said_method
from handlers._periods import Period, say_period, say_start, span
from handlers._report import NOTHING
from handlers.pipeline import plain_slip, said_slipping
from handlers.targets import Progress
from storage import Deal

if TYPE_CHECKING:
    from crmbot.analysis.forecast import Forecast

SHOWN = 7


@dataclass(frozen=True, slots=True)
class Happened:
    """What came in each whole period, and in the present one so far: minor units, or a count with no currency."""

    series: Series
    begun: int
    currency: str | None
    others: Sequence[str]  # currencies that are left out

    @property
    def starts(self) -> Sequence[date]:
        return self.series.starts

    @property
    def values(self) -> Sequence[int]:
        return self.series.values


@dataclass(frozen=True, slots=True)
class Parts:
    """`late`: some of the `lates` deals that are past their date."""

    split: Outlook
    late: Sequence[Deal]
    lates: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A target for the period from `first` on, and what the forecast makes of it; `steps` are those of each period.

    Or, where the target is not of all whose deals are forecast, only how far it is.
    """

    period: Period
    first: date
    target: int = 0
    expected: float = 0.0
    steps: Mapping[date, int] = field(default_factory=dict)
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier forecast: of when, how it did, and what it said of each period."""

    made: date
    verdict: Verdict
    said: Mapping[date, float]


@dataclass(frozen=True, slots=True)
class Foretold:
    """A forecast and what there is to say of it; the first of its periods is the present one.

    `only_next`: it was asked for the one after that alone.
    """

    subject: Literal["revenue", "deals", "tickets"]
    period: Period
    day: date
    happened: Happened
    found: "Forecast"
    starts: Sequence[date]
    parts: Parts | None = None
    plan: Plan | None = None
    before: Before | None = None
    only_next: bool = False

    def sentences(self) -> Iterator[Text]:
        present = self._one(0)
        if len(self.starts) > 1:
            yield self.finding()
        if not self.only_next:
            yield present
        if self.parts:
            yield self._split(self.parts.split)
        if self.only_next:
            yield present
        if not self.parts:
            yield text("forecast-opened", count=self.happened.begun)
        if self.plan:
            yield from self._planned(self.plan)
        if self.before:
            yield self._verdict(self.before)
        if self.parts and self.parts.late:
            yield said_slipping(self.parts.late, self.parts.lates)
        if self.happened.others:
            yield text("forecast-others", currency=self.happened.currency or "", others=", ".join(self.happened.others))
        yield self.method()

    def finding(self) -> Text:
        if len(self.starts) == 1 or self.only_next:
            return self._one(len(self.starts) - 1)
        last = span(self.period, 0, self.starts[-1])[1]
        return text(
            "forecast-all", subject=self.subject, day=Day(last, self.day), mean=self._amount(sum(self.found.mean))
        )

    def method(self) -> Text:
        return said_method(self.found, len(self.happened.values))

    def table(self) -> Table | None:
        if len(self.starts) == 1:
            return None
        rows = [
            (
                say_start(self.period, start),
                self._amount(mean),
                text("from-to-amount", low=self._amount(low), high=self._amount(high)),
            )
            for start, mean, low, high in zip(
                self.starts[:SHOWN], self.found.mean, self.found.lower80, self.found.upper80, strict=False
            )
        ]
        columns = text("column", column="period"), text("column", column="expected"), text("column", column="range")
        return Table(columns, tuple(rows))

    def chart(self, language: str) -> Chart:
        from crmbot.analysis.forecast_chart import Beside, forecast_chart

        def said(words: Text) -> str:
            return say(words, language)

        every = [*self.happened.starts, *self.starts]
        parts = asdict(self.parts.split).items() if self.parts else ()
        steps, before = self.plan.steps if self.plan else {}, self.before.said if self.before else {}
        title = self.finding()
        png = forecast_chart(
            self.happened.values,
            self.found,
            title=said(title),
            note=said(self.method()),
            labels=[said(say_start(self.period, start)) for start in every],
            currency=self.happened.currency,
            language=language,
            beside=Beside(
                said=[before.get(start) for start in self.happened.starts],
                target=[steps.get(start) for start in every],
                parts=[(said(text("forecast-part", part=name)), value) for name, value in parts],
                words=(said(text("forecast-mark", mark="said")), said(text("forecast-mark", mark="target"))),
            ),
        )
        return Chart("forecast", png, title)

    def figures(self) -> dict[str, Any]:
        shown = asdict(self.found)
        scaled = {
            name: [self._plain(value) for value in shown.pop(name)]
            for name in ("mean", "lower80", "upper80", "lower95", "upper95")
        }
        history = zip(self.happened.starts, self.happened.values, strict=True)
        return {
            "made": self.day.isoformat(),
            "period": self.period,
            "subject": self.subject,
            "currency": self.happened.currency,
            "history": [[start.isoformat(), self._plain(value)] for start, value in history],
            "so_far": self._plain(self.happened.begun),
            "starts": [start.isoformat() for start in self.starts],
            **scaled,
            **shown,
            "parts": self.parts and {name: self._plain(value) for name, value in asdict(self.parts.split).items()},
            "slipping": [plain_slip(deal) for deal in self.parts.late] if self.parts else [],
            "slipping_count": self.parts.lates if self.parts else 0,
            "target": self.plan and self._plain_plan(self.plan),
            "before": self.before and self._plain_verdict(self.before),
        }

    def _one(self, at: int) -> Text:
        """One of the periods, the present one at 0."""
        found = self.found
        mean, low, high = (self._amount(each[at]) for each in (found.mean, found.lower80, found.upper80))
        return text("forecast-one", period=say_period(self.period, at, self.day), mean=mean, low=low, high=high)

    def _split(self, split: Outlook) -> Text:
        return text(
            "forecast-sources",
            won=self._amount(split.won),
            open=self._amount(split.pipeline),
            rest=self._amount(split.fresh),
        )

    def _planned(self, plan: Plan) -> Iterator[Text]:
        if plan.progress:
            yield from plan.progress.sentences()
            return
        off = plan.expected - plan.target
        yield text(
            "forecast-target",
            period=say_start(plan.period, plan.first),
            plan=self._amount(plan.target),
            expected=self._amount(plan.expected),
            gap=self._amount(abs(off)),
            side="above" if off >= 0 else "below",
        )

    def _verdict(self, before: Before) -> Text:
        found = before.verdict
        return text(
            "forecast-before",
            day=Day(before.made, self.day),
            said=self._amount(found.said),
            came=self._amount(found.came),
            off=NOTHING if found.off is None else f"{100 * found.off:+.0f}".replace("-", "−"),
            periods=found.periods,
            held=found.held,
        )

    def _amount(self, value: float) -> Text:
        """Rounded: a forecast knows no cents."""
        currency = self.happened.currency
        if currency is None:
            return verbatim(f"{value:.1f}".removesuffix(".0"))
        return text("value", value=Money.of({"value": str(round(self._plain(value)))}, currency))

    def _plain(self, value: float) -> float:
        """In whole units, not cents."""
        currency = self.happened.currency
        return float(canonical(Money(round(value), currency))) if currency else float(value)

    def _plain_plan(self, plan: Plan) -> dict[str, Any]:
        if plan.progress:
            return plan.progress.figures()
        return {
            "period": plan.period,
            "starts_on": plan.first.isoformat(),
            "target": self._plain(plan.target),
            "expected": self._plain(plan.expected),
        }

    def _plain_verdict(self, before: Before) -> dict[str, Any]:
        found = before.verdict
        return {
            "made": before.made.isoformat(),
            "said": self._plain(found.said),
            "came": self._plain(found.came),
            "off": found.off,
            "periods": found.periods,
            "within_80": found.held,
        }
