import struct
import subprocess
import sys

import pytest

from crmbot.analysis.charts import DENSITY, WIDTH, compact, drawable, page, png

CHINESE = "预测：下个月 ¥12万，比去年同期增长 5%（销售额、工单、满意度、客户分组、营销渠道）"


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG")
    return struct.unpack(">II", picture[16:24])


@pytest.mark.parametrize(
    ("value", "currency", "language", "said"),
    [
        (0, "USD", "en", "$0"),
        (99_900, "USD", "en", "$999"),
        (123_456_00, "USD", "en", "$123k"),
        (999_999_00, "USD", "en", "$1M"),
        (123_456_00, "CNY", "zh", "¥12.3万"),
        (1_200_000, "JPY", "en", "JP¥1.2M"),
        (3_000_000, "CHF", "en", "CHF 30k"),
        (-3_000_000, "CNY", "zh", "−¥3万"),
        (5e17, "USD", "en", "$5,000T"),
        (5e17, "USD", "zh", "$5,000万亿"),
        (12.5, None, "zh", "12.5"),
        (34_000, None, "zh", "3.4万"),
    ],
)
def test_figures_on_an_axis_are_short(value, currency, language, said):
    assert compact(value, currency, language) == said


@pytest.mark.parametrize(
    "title", [CHINESE, "$30k of $40k: a title that is longer than one line of a phone WWWWWWWWWWWWWW"]
)
def test_a_page_is_a_phone_wide_and_words_stay_on_it(title):
    figure, axes = page(title, title)
    axes.plot([1, 2, 3])
    figure.canvas.draw()
    edges = [text.get_window_extent() for text in figure.texts]
    assert len(edges) >= 4
    assert all(box.x0 > 0 and box.x1 < WIDTH * DENSITY for box in edges)
    assert size(png(figure)) == (WIDTH * DENSITY, 290 * DENSITY)


def test_chinese_is_drawn_and_what_no_face_has_is_left_out():
    assert drawable(CHINESE) == CHINESE
    assert drawable("Acme 🎉\x07\U000f0000") == "Acme "
    figure, axes = page("Acme 🎉")
    axes.set_xlabel("满意度 \U000f0000")  # a missing sign would warn, and warnings are errors here
    assert png(figure)


def test_the_same_figures_are_the_same_picture():
    assert png(page("Once")[0]) == png(page("Once")[0]) != png(page("Twice")[0])


def test_the_package_of_analyses_is_light():
    heavy = "{'pandas', 'sklearn', 'statsmodels', 'matplotlib'}"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys, crmbot.analysis; print({heavy} & set(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert run.stdout.strip() == "set()"
