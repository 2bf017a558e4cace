"""Effects with their intervals, one below the other: a full dot is sure, an empty one is not."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from crmbot.analysis.charts import ACCENT, BODY, INK, MUTED, PAGE, SMALL, WIDTH, compact, page, png, points
from crmbot.reply import Chart, Text
from crmbot.words import say

HIGH = 50  # pixels of a phone for each: a line of words, a line of dot and interval
MOST = 8


@dataclass(frozen=True)
class Interval:
    label: Text
    value: float
    lower: float
    upper: float
    said: str  # the figure, written beside the dot

    def sure(self, nothing: float) -> bool:
        return self.lower > nothing or self.upper < nothing


def interval_chart(
    name: str,
    title: Text,
    rows: Sequence[Interval],
    *,
    nothing: float,
    sides: tuple[Text, Text],
    language: str,
    note: Text | None = None,
) -> Chart:
    """`nothing` is where there is no effect: 1 for odds, which are drawn on a scale of times, 0 for differences.

    `sides` says what lies left and right of it. At most eight are drawn, the surest first as given.
    """
    rows = rows[:MOST]
    figure, axes = page(say(title, language), say(note, language) if note else "", height=150 + HIGH * len(rows))
    if nothing > 0:
        axes.set_xscale("log")
    axes.set_xlim(*_span(rows, nothing))
    axes.set_ylim(-0.45, len(rows) - 0.1)
    axes.axvline(nothing, color=MUTED, linewidth=1, linestyle=(0, (3, 2)))
    for place, row in zip(range(len(rows) - 1, -1, -1), rows, strict=True):
        _draw(axes, row, place, nothing, language)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: compact(at, None, language)))
    axes.xaxis.set_minor_locator(NullLocator())
    if nothing > 0:
        axes.set_xticks(_times(*axes.get_xlim()))
    else:
        axes.locator_params(axis="x", nbins=5)
    box = axes.get_position()
    axes.set_position((18 / WIDTH, box.y0, 1 - 36 / WIDTH, box.height - 8 / (150 + HIGH * len(rows))))
    left, right = (say(side, language) for side in sides)
    for words, at, ha in ((f"← {left}", 0.0, "left"), (f"{right} →", 1.0, "right")):
        axes.text(at, 1.01, words, transform=axes.transAxes, ha=ha, va="bottom", color=MUTED, fontsize=points(SMALL))
    return Chart(name, png(figure), title)


def _draw(axes: Axes, row: Interval, place: int, nothing: float, language: str) -> None:
    sure = row.sure(nothing)
    colour = ACCENT if sure else MUTED
    low, high = axes.get_xlim()
    axes.plot([max(row.lower, low), min(row.upper, high)], [place, place], color=colour, linewidth=2.2)
    axes.plot([row.value], [place], "o", markersize=7, color=colour, markerfacecolor=colour if sure else PAGE)
    words = _cut(say(row.label, language), 46 if language != "zh" else 30)
    _beside(axes, 0, place + 0.36, words, "left", INK)
    _beside(axes, 1, place + 0.36, row.said, "right", INK if sure else MUTED)


def _beside(axes: Axes, at: int, height: float, words: str, side: str, colour: str) -> None:
    """Words at the left or right end, on a ground of their own so that no line strikes them through."""
    ground = {"boxstyle": "square,pad=0.1", "facecolor": PAGE, "edgecolor": "none"}
    line = axes.get_yaxis_transform()
    axes.text(at, height, words, transform=line, ha=side, va="center", color=colour, fontsize=points(BODY), bbox=ground)


def _span(rows: Sequence[Interval], nothing: float) -> tuple[float, float]:
    """All that is needed, but no interval may shrink the others to dots."""
    low = min(nothing, *(row.lower for row in rows))
    high = max(nothing, *(row.upper for row in rows))
    if nothing > 0:
        return max(low, min(row.value for row in rows) / 20, 1e-3) / 1.15, min(
            high, max(row.value for row in rows) * 20
        ) * 1.15
    room = (high - low) * 0.04 or 1.0
    return low - room, high + room


def _times(low: float, high: float) -> list[float]:
    steps = [1 / 50, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000]
    return [step for step in steps if low <= step <= high]


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"
