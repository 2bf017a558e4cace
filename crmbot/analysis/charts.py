"""How our pictures look: one light page at phone width, one face for both languages, and the way to a PNG."""

import re
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from crmbot.money import SIGNS, minor_digits

WIDTH = 390  # a phone's width in its own pixels, of which each is three of the screen's
DENSITY = 3
PAGE, INK, MUTED, GRID = "#FCFCFB", "#1F2933", "#5F6B76", "#E6E8EA"
ACCENT, BAND, OUTER_BAND = "#1D5FD1", "#B9CFF5", "#E0EAFB"
# Okabe and Ito, for the colour-blind too, and two darker ones.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6A4C93", "#3D4852")
TITLE, BODY, SMALL = 15.0, 12.0, 11.0  # heights in a phone's pixels
MARGIN = 14
_CJK, _CLOSING = "\u2e80-\u9fff\uff00-\uffef", "，。；：、）？！"
_PARTS = re.compile(rf"[{_CJK}][{_CLOSING}]*\s*|[^\s{_CJK}]{{1,30}}(?: %[.,;)]*)?[{_CLOSING}]*\s*|\s+")
_UNITS = {
    "en": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")),
    "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
}


def points(pixels: float) -> float:
    """A height in a phone's pixels as matplotlib counts it: figures are 100 of them to the inch."""
    return pixels * 0.72


def page(title: str, note: str = "", *, height: int = 290) -> tuple[Figure, Axes]:
    """An empty chart: `title` says the finding, `note` below it how it was found; both wrap at the page's width.

    Draw on the axes, then `png(figure)`. A figure of its own, never pyplot, which keeps every figure it made.
    """
    figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=100 * DENSITY, facecolor=PAGE)
    _Canvas(figure)
    top = _written(figure, title, 12, TITLE, INK)
    if note:
        top = _written(figure, note, top + 3, SMALL, MUTED)
    axes = figure.add_axes((58 / WIDTH, 34 / height, 1 - 70 / WIDTH, 1 - (top + 46) / height), facecolor=PAGE)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def png(figure: Figure) -> bytes:
    """The picture, the same bytes for the same figures. Signs that no face has are left out."""
    for text in figure.findobj(Text):
        text.set_text(drawable(text.get_text()))
    file = BytesIO()
    figure.savefig(file, format="png", facecolor=PAGE, metadata={"Software": None})
    figure.clear()
    return file.getvalue()


class _Canvas(FigureCanvasAgg):
    """Draws on the ground that the last picture of that size had: each takes 4 MB, and its figure may stay a while."""

    def get_renderer(self) -> RendererAgg:
        ground = _ground(*self.figure.bbox.size)
        self.renderer = ground
        return ground


@lru_cache(4)
def _ground(width: float, height: float) -> RendererAgg:
    return RendererAgg(width, height, 100 * DENSITY)


def drawable(words: str) -> str:
    """`words` without what would be drawn as an empty box: emoji, controls."""
    return "".join(sign for sign in words if sign == "\n" or ord(sign) in _known())


def compact(value: float, currency: str | None, language: str) -> str:
    """A figure short enough for an axis: $1.2M, ¥34万; minor units when a currency is given, else a plain count."""
    if currency:
        value /= 10 ** minor_digits(currency)
    steps = _UNITS["zh" if language == "zh" else "en"]
    size, unit = next(((size, unit) for size, unit in steps if abs(value) >= size * 0.9995), (1, ""))
    figure = f"{abs(value) / size:.3g}" if abs(value) / size < 1000 else f"{abs(value) / size:,.0f}"
    sign = SIGNS.get(currency, f"{currency} ") if currency else ""
    return f"{'−' if value < 0 and float(figure.replace(',', '')) else ''}{sign}{figure}{unit}"


def _written(figure: Figure, words: str, top: float, size: float, colour: str) -> float:
    """Writes `words` from `top` pixels down, in three lines at most; how far down they reach."""
    lines = _wrapped(drawable(words), size)
    shown = lines if len(lines) <= 3 else [*lines[:2], lines[2][:-1] + "…"]
    height = figure.get_figheight() * 100
    for number, line in enumerate(shown):
        y = 1 - (top + number * size * 1.35) / height
        figure.text(MARGIN / WIDTH, y, line, fontsize=points(size), color=colour, va="top")
    return top + len(shown) * size * 1.35


def _wrapped(words: str, size: float) -> list[str]:
    """Lines that fit between the margins; Chinese may break after any sign, other words where a space is."""
    lines, line = [], ""
    for part in _PARTS.findall(words[:300]):
        if line and length(line + part.rstrip(), size) > WIDTH - 2 * MARGIN:
            lines.append(line.rstrip())
            line = ""
        line += part if line else part.lstrip()
    return [*lines, line.rstrip()]


def length(words: str, size: float) -> float:
    """In a phone's pixels."""
    face = font_manager.FontProperties(size=points(size))
    width, _, _ = _ruler().get_text_width_height_descent(words, face, ismath=False)
    return float(width) / DENSITY


@cache
def _ruler() -> RendererAgg:
    return RendererAgg(1, 1, 100 * DENSITY)


# The face


@cache
def _faces() -> tuple[str, ...]:
    """Paths of the faces to draw with, the later ones for what the first has not."""
    found = [path for path in (_packaged(), _installed()) if path]
    return (*(str(path) for path in found[:1]), font_manager.findfont("DejaVu Sans"))


def _packaged() -> Path | None:
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:  # a packager may leave its 17 MB out
        return None
    return sans_path()


def _installed() -> Path | None:
    """A Chinese face of the machine's own, such as fonts-noto-cjk."""
    names = ("NotoSansCJK", "NotoSansSC", "SourceHanSans", "wqy", "PingFang", "msyh")
    fonts = sorted(font_manager.findSystemFonts())
    return next((Path(font) for name in names for font in fonts if name.lower() in font.lower()), None)


@cache
def _known() -> frozenset[int]:
    return frozenset(code for path in _faces() for code in font_manager.get_font(path).get_charmap())


def _use_faces() -> None:
    """Once, for the process: the analysis worker draws nothing else."""
    names = []
    for path in _faces():
        font_manager.fontManager.addfont(path)
        names.append(font_manager.FontProperties(fname=path).get_name())
    matplotlib.rcParams.update(
        {
            "font.family": names,
            "font.size": points(SMALL),
            "text.parse_math": False,  # "$30k of $40k" is no formula
            "text.color": INK,
            "axes.unicode_minus": False,
            "axes.edgecolor": "#B5BCC3",
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelsize": points(SMALL),
            "ytick.labelsize": points(SMALL),
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "xtick.major.pad": 5,
            "ytick.major.pad": 5,
        }
    )


_use_faces()
