"""The picture of a forecast: what was, what is likely to come, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crmbot.analysis.charts import (
    ACCENT,
    BAND,
    INK,
    MARGIN,
    MUTED,
    OUTER_BAND,
    PAGE,
    PALETTE,
    SMALL,
    WIDTH,
    compact,
    page,
    png,
    points,
)
from crmbot.analysis.forecast import Forecast

_SHOWN = 30  # periods of the past, or three horizons: more would squeeze what is asked for
_ROOM = 1.2  # how far above all other values a 95 % band may reach before it is cut
_ENDS = 52  # a phone's pixels for the labels at the end
_STRIP = 46  # a phone's pixels for what it is made of
_MARKS = 16  # and for what its marks are called
_TARGET = PALETTE[1]
_PARTS = (INK, ACCENT, MUTED)
_LINE = 15  # a phone's pixels between two labels at the end


@dataclass(frozen=True)
class Beside:
    """What is drawn beside a forecast, where it is known.

    `said`: what the last forecast said of each period of the history; `target`: what is planned for each period of
    the history and the forecast; None where there is nothing. `parts`: what the forecast is made of, each with its
    name. `words`: how what was said and the target are called.
    """

    said: Sequence[float | None] = ()
    target: Sequence[float | None] = ()
    parts: Sequence[tuple[str, float]] = ()
    words: tuple[str, str] = ("", "")


NOTHING = Beside()


def forecast_chart(
    history: Sequence[float | None],
    forecast: Forecast,
    *,
    title: str,
    labels: Sequence[str],
    currency: str | None,
    language: str,
    note: str = "",
    beside: Beside = NOTHING,
) -> bytes:
    """A PNG of `history` and what follows it: the mean, and where 80 and 95 of 100 values fall.

    `history` and `forecast` in minor units of `currency`, or counts without one; `labels` names each period of the
    history and then each of the forecast. `title` and `note` are sentences in the reader's language.
    """
    shown = max(_SHOWN, 3 * len(forecast.mean))
    hidden = max(0, len(history) - shown)
    past, said, target = (_values(each[hidden:]) for each in (history, beside.said, beside.target))
    foot, head = _STRIP if beside.parts else 0, _MARKS if np.isfinite([*said, *target]).any() else 0
    figure, axes = page(title, note, height=300 + foot + head)
    box, pixel = axes.get_position(), 1 / (300 + foot + head)
    axes.set_position((box.x0, box.y0 + foot * pixel, box.width - _ENDS / WIDTH, box.height - (foot + head) * pixel))
    where = np.arange(len(past) + len(forecast.mean))
    axes.plot(where[: len(past)], past, color=INK, linewidth=1.8, solid_capstyle="round")
    if forecast.mean:
        _fan(axes, past, forecast)
    _scale(axes, [*past, *said, *target], forecast, len(where), currency, language)
    _name(axes, labels[hidden:])
    _mark(axes, said, target, beside.words)
    if forecast.mean:
        _label_ends(axes, forecast, len(where) - 1, currency, language)
    if beside.parts:
        _parts(figure, beside.parts, currency, language)
    return png(figure)


def _values(given: Sequence[float | None]) -> np.ndarray:
    values = np.array([np.nan if value is None else float(value) for value in given])
    values[~np.isfinite(values)] = np.nan
    return values


def _fan(axes: Axes, past: np.ndarray, forecast: Forecast) -> None:
    """The bands open from the last known value."""
    last = past[np.isfinite(past)][-1:] if len(past) else past
    where = np.arange(len(past) - len(last), len(past) + len(forecast.mean))
    for lower, upper, colour in (
        (forecast.lower95, forecast.upper95, OUTER_BAND),
        (forecast.lower80, forecast.upper80, BAND),
    ):
        axes.fill_between(where, [*last, *lower], [*last, *upper], color=colour, linewidth=0)
    axes.plot(where, [*last, *forecast.mean], color=ACCENT, linewidth=2.2, solid_capstyle="round")
    axes.plot(where[-1:], forecast.mean[-1:], "o", color=ACCENT, markersize=5, markeredgecolor=PAGE)
    axes.axvline(len(past) - 1, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))


def _scale(
    axes: Axes, others: Sequence[float], forecast: Forecast, count: int, currency: str | None, language: str
) -> None:
    """From zero where nothing is below it; a far end of the 95 % band is cut rather than all else flattened."""
    drawn = [value for value in others if np.isfinite(value)]
    known = [*drawn, *forecast.mean, *forecast.lower80, *forecast.upper80, 0.0]
    top = min(max([*known, *forecast.upper95]), max(known) * _ROOM if max(known) > 0 else 0.0)
    bottom = max(min([*known, *forecast.lower95]), min(known) * _ROOM)
    room = (top - bottom or 1.0) * 0.05
    axes.set_ylim(bottom - (room if bottom < 0 else 0), top + room)
    axes.set_xlim(-0.5, max(count, 1) - 0.5)
    ticks = MaxNLocator(4, integer=currency is None).tick_values(bottom, top)
    ticks = [tick for tick in ticks if bottom - room <= tick <= top + room]
    axes.set_yticks(ticks, [compact(tick, currency, language) for tick in ticks])
    if bottom < 0:
        axes.axhline(0, color=MUTED, linewidth=0.8)


def _name(axes: Axes, names: Sequence[str]) -> None:
    """Four periods by name, evenly apart, the last among them."""
    step = max(1, -(-(len(names) - 1) // 4))
    at = [*reversed(range(len(names) - 1, -1, -step))]
    axes.set_xticks(at, [names[place] for place in at])


def _mark(axes: Axes, said: np.ndarray, target: np.ndarray, words: tuple[str, str]) -> None:
    """A ring for what was said of a period before, a step for its target; named above the plot, where nothing is."""
    marks = []
    for values, word, colour, sign in ((said, words[0], ACCENT, "○"), (target, words[1], _TARGET, "—")):
        at = np.flatnonzero(np.isfinite(values))
        if len(at):
            marks.append((f"{sign} {word}", colour))
            if values is said:
                axes.plot(at, values[at], "o", color=colour, markersize=5, markerfacecolor=PAGE, markeredgewidth=1.4)
            else:
                axes.hlines(values[at], at - 0.5, at + 0.5, color=colour, linewidth=2)
    for place, (word, colour) in enumerate(marks):
        axes.annotate(
            word, (0.32 * place, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", va="bottom",
            color=colour, fontsize=points(SMALL),
        )  # fmt: skip


def _parts(figure: Figure, parts: Sequence[tuple[str, float]], currency: str | None, language: str) -> None:
    """One bar at the foot of the page, as long as the whole; names and figures below, each in its part's colour."""
    page_height = figure.get_figheight() * 100
    strip = figure.add_axes((MARGIN / WIDTH, 24 / page_height, 1 - 2 * MARGIN / WIDTH, 10 / page_height))
    strip.set_axis_off()
    total, at = sum(value for _, value in parts) or 1.0, 0.0
    strip.set_xlim(0, total)
    for number, ((name, value), colour) in enumerate(zip(parts, _PARTS, strict=False)):
        strip.barh(0, value, left=at, color=colour, height=1)
        place = number / (len(parts) - 1) if len(parts) > 1 else 0.0
        strip.annotate(
            f"{name} {compact(value, currency, language)}", (place, 0), (0, -4), xycoords="axes fraction",
            textcoords="offset points", va="top", ha=("left", "center", "right")[round(2 * place)], color=colour,
            fontsize=points(SMALL),
        )  # fmt: skip
        at += value


def _label_ends(axes: Axes, forecast: Forecast, last: int, currency: str | None, language: str) -> None:
    """What the lines and bands are, beside where they end, none over another."""
    low, high = axes.get_ylim()
    pixel = (high - low) / (axes.get_window_extent().height / axes.figure.dpi * 100)
    mean = forecast.mean[-1]
    ends = [(mean, compact(mean, currency, language), ACCENT, SMALL + 1.5)]
    at = mean
    for upper, words in ((forecast.upper80[-1], "80 %"), (forecast.upper95[-1], "95 %")):
        at = max(min(upper, high), at + _LINE * pixel)
        ends.append((at, words, MUTED, SMALL - 1))
    for y, words, colour, size in ends:
        axes.annotate(
            words, (last, y), (7, 0), textcoords="offset points", va="center", color=colour, fontsize=points(size),
            annotation_clip=False,
        )  # fmt: skip
