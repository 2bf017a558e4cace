"""Bars from left to right, one a line, each with its name and figure beside it."""

from collections.abc import Sequence

from crmbot.analysis.charts import ACCENT, INK, SMALL, compact, page, png, points
from crmbot.reply import Chart, Text
from crmbot.words import say

HIGH = 34  # pixels of a phone for each bar


def bars(
    name: str, title: Text, lengths: Sequence[tuple[Text, float]], currency: str | None, language: str, note: str = ""
) -> Chart:
    """`lengths` from the top down: minor units of `currency`, or counts where there is none. None may be negative."""
    figure, axes = page(say(title, language), note, height=110 + HIGH * len(lengths))
    places = range(len(lengths), 0, -1)
    longest = max((length for _, length in lengths), default=0) or 1
    axes.barh(places, [length for _, length in lengths], height=0.62, color=ACCENT)
    for place, (_, length) in zip(places, lengths, strict=True):
        words = compact(length, currency, language)
        axes.text(length + longest * 0.015, place, words, va="center", color=INK, fontsize=points(SMALL))
    axes.set_yticks(list(places), [say(label, language) for label, _ in lengths])
    axes.set_xlim(0, longest * 1.18)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    longest_name = max((len(say(label, language)) for label, _ in lengths), default=0)
    box = axes.get_position()
    left = min(0.4, 0.05 + longest_name * (0.036 if language == "zh" else 0.02))
    axes.set_position((left, box.y0 - 0.06, 0.97 - left, box.height + 0.08))
    return Chart(name, png(figure), title)
