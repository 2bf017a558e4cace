"""Customers as dots, where each group lies in the two features that tell groups apart best."""

from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from crmbot.analysis._groups import role_of
from crmbot.analysis._table import Figures, Whole, read_table
from crmbot.analysis.charts import BODY, DENSITY, INK, MUTED, PAGE, PALETTE, SMALL, compact, length, page, png, points
from crmbot.analysis.segments import Segments
from crmbot.reply import Chart, Text
from crmbot.words import say

DOTS = 3_000  # a million take seconds and look the same
MARKERS = "osD^vP*X"
HEIGHT = 400
HIGH = 20  # a phone's pixels for the name of a group


def segment_chart(
    found: Segments,
    features: Any,
    *,
    title: Text,
    names: dict[str, Text],
    language: str,
    currency: str | None = None,
    note: Text | None = None,
) -> Chart:
    """`features` as `segment` was given them; `names` says each group's name and each feature's, where it has another.

    Groups differ in sign and place as well as in colour, and are named where they lie.
    """
    figure, axes = page(say(title, language), say(note, language) if note else "", height=HEIGHT)
    across, up = _axes_of(found)
    columns = read_table(features).figures()
    x, y = (np.maximum(columns[name], 1) if role_of(name) == "recency" else columns[name] for name in (across, up))
    labels = np.array(found.labels)
    shown = np.random.default_rng(0).permutation(len(labels))[:DOTS]
    for group in found.groups:
        dots = shown[labels[shown] == group.label]
        marker, colour = _look(group.label)
        axes.scatter(x[dots], y[dots], s=14, marker=marker, color=colour, alpha=0.55, linewidths=0)
    alone = np.flatnonzero(labels < 0)[:DOTS]
    axes.scatter(x[alone], y[alone], s=34, marker="x", color=INK, linewidths=1.2)
    for axis, column, name in ((axes.xaxis, x, across), (axes.yaxis, y, up)):
        money = currency if role_of(name) == "monetary" else None
        _scale(axis, column, found.transform == "log" or found.method == "rfm")
        axis.set_major_formatter(FuncFormatter(lambda at, _, money=money: compact(at, money, language)))
        axis.set_minor_locator(NullLocator())
    axes.grid(visible=True, axis="both", color="#E6E8EA", linewidth=0.8)
    said = {name: say(text, language) for name, text in names.items()}
    axes.set_xlabel(said.get(across, across), color=MUTED, fontsize=points(SMALL))
    axes.text(
        0, 1.02, said.get(up, up), transform=axes.transAxes, ha="left", va="bottom", color=MUTED, fontsize=points(SMALL)
    )
    box = axes.get_position()
    axes.set_position((box.x0, box.y0 + 16 / HEIGHT, box.width, box.height - 26 / HEIGHT))
    if found.count > 1:
        _name_groups(axes, found, x, y, shown, said)
    return Chart("segments.png", png(figure), title)


def _axes_of(found: Segments) -> tuple[str, str]:
    """The two features whose medians lie farthest apart between groups, on the scale of the groups."""

    def apart(name: str) -> float:
        middles = np.array([group.center[name] for group in found.groups])
        if (found.transform == "log" or found.method == "rfm") and middles.min() >= 0:
            middles = np.log1p(middles / max(float(np.median(middles)), 1e-9))
        return float(middles.std() / (abs(middles.mean()) or 1))

    ordered = sorted(found.features, key=apart, reverse=True)
    return (ordered[1], ordered[0]) if len(ordered) > 1 else (ordered[0], ordered[0])


def _scale(axis: Any, column: Figures, log: bool) -> None:
    known = column[~np.isnan(column)]
    if not log or known.min() < 0 or known.max() / max(float(np.median(known)), 1e-9) < 5:
        axis.axes.locator_params(axis=axis.axis_name, nbins=5)
        return
    set_scale = axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale
    if known.min() > 0:
        set_scale("log")
    else:
        set_scale("symlog", linthresh=float(np.quantile(known[known > 0], 0.1)))


def _look(label: int) -> tuple[str, str]:
    """The sign of a group and its colour."""
    return MARKERS[label % len(MARKERS)], PALETTE[label % len(PALETTE)]


def _name_groups(axes: Axes, found: Segments, x: Figures, y: Figures, shown: Whole, said: dict[str, str]) -> None:
    """Each name as near to the middle of its group as it hides few dots and no other name, with the group's sign."""
    labels, taken = np.array(found.labels), list[tuple[float, float, float]]()
    box = axes.get_window_extent()
    size = np.array([box.width, box.height]) / DENSITY
    dots = axes.transAxes.inverted().transform(axes.transData.transform(np.column_stack([x[shown], y[shown]]))) * size
    for group in sorted(found.groups, key=lambda group: -group.size):
        inside = labels == group.label
        middle = axes.transData.transform((float(np.nanmedian(x[inside])), float(np.nanmedian(y[inside]))))
        wanted = axes.transAxes.inverted().transform(middle) * size
        words = f"{said.get(group.name, group.name)} {group.share:.0%}"
        half = length(words, BODY) / 2 + 10
        at, up = _place(wanted, half, dots, taken, size)
        taken.append((at, up, half))
        marker, colour = _look(group.label)
        named = axes.text(
            (at + 5) / size[0], up / size[1], words, transform=axes.transAxes, ha="center", va="center", color=INK,
            fontsize=points(BODY), zorder=4,
        )  # fmt: skip
        named.set_path_effects([patheffects.withStroke(linewidth=3.2, foreground=PAGE)])
        named.set_bbox({"boxstyle": "round,pad=0.3", "facecolor": PAGE, "edgecolor": colour, "alpha": 0.9})
        axes.plot(
            [(at - half + 5) / size[0]], [up / size[1]], marker=marker, color=colour, transform=axes.transAxes,
            markersize=6.5, markeredgecolor=PAGE, markeredgewidth=0.8, zorder=4,
        )  # fmt: skip


def _place(
    wanted: Figures, half: float, dots: Figures, taken: list[tuple[float, float, float]], size: Figures
) -> tuple[float, float]:
    """In a phone's pixels, the middle of a name that costs least: a dot it hides as much as four pixels of way."""

    def cost(at: float, up: float) -> float:
        hidden = (np.abs(dots[:, 0] - at) < half + 2) & (np.abs(dots[:, 1] - up) < HIGH / 2 + 1)
        crossed = sum(abs(up - v) < HIGH + 2 and abs(at - u) < half + other + 4 for u, v, other in taken)
        way = np.hypot((at - wanted[0]) / 2, up - wanted[1])  # a name is wide, so it is read as near when beside
        return float(4 * np.count_nonzero(hidden) + way + 10_000 * crossed)

    tried = [
        (
            float(np.clip(wanted[0] + right * 15, half, size[0] - half)),
            float(np.clip(wanted[1] + up * 6, HIGH / 2, size[1] - HIGH / 2)),
        )
        for right in range(-8, 9)
        for up in range(-20, 21)
    ]
    return min(tried, key=lambda each: cost(*each))
