import gc
import struct
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from crmbot.analysis.charts import DENSITY, WIDTH
from crmbot.analysis.forecast import Forecast, forecast
from crmbot.analysis.forecast_chart import NOTHING, Beside, forecast_chart

MONTHS = [4_000_00 + 900_00 * (month % 12) + 20_00 * month for month in range(48)]
FOUND = Forecast(*[[value] * 3 for value in (9e5, 8e5, 1e6, 7e5, 5e6)], "combination")


def picture(history=MONTHS, found=FOUND, language="en", currency="USD", beside=NOTHING) -> bytes:
    labels = [f"{month % 12 + 1}/{2023 + month // 12}" for month in range(len(history) + len(found.mean))]
    title = {"en": "Next three months: about $27k", "zh": "未来三个月：约 ¥2.7万"}[language]
    shown = {"title": title, "labels": labels, "currency": currency, "language": language, "beside": beside}
    return forecast_chart(history, found, note="ARIMA(0,1,1)", **shown)


@pytest.mark.parametrize(("language", "currency"), [("en", "USD"), ("zh", "CNY"), ("en", None)])
def test_a_forecast_is_a_picture_of_a_phones_width(language, currency):
    drawn = picture(language=language, currency=currency)
    assert struct.unpack(">II", drawn[16:24]) == (WIDTH * DENSITY, 300 * DENSITY)
    assert drawn == picture(language=language, currency=currency)
    assert drawn != picture(language=language, currency=currency, history=[*MONTHS[:-1], 1])


@pytest.mark.parametrize(
    "history",
    [
        [],
        [5],
        [0] * 9,
        [None, 3, None, 4, float("nan"), 6, 2, 8, None],
        [-5e5, 4e5, -3e5, 1e5, 2e5, 7e4, -6e5],
        [1e17] * 8,
    ],
    ids=["nothing", "one", "zeros", "gaps", "losses", "huge"],
)
def test_odd_histories_are_drawn(history):
    assert picture(history, forecast(history, horizon=3, season=12))


@pytest.mark.parametrize(
    "beside",
    [
        Beside(parts=[("won", 1e5), ("open deals", 5e5), ("new deals", 0.0)]),
        Beside(parts=[("won", 0.0), ("open deals", 0.0), ("new deals", 0.0)]),
        Beside(said=[*[None] * 47, 8e5], words=("said before", "target")),
        Beside(target=[*[None] * 45, *[9e5] * 6], words=("said before", "target")),
    ],
    ids=["parts", "no parts", "what was said", "a target"],
)
def test_what_is_known_beside_a_forecast_is_drawn_with_it(beside):
    assert picture(beside=beside) != picture()


def test_figures_do_not_pile_up(request):
    campaign = request.config.getoption("--campaign")
    for _ in range(5):
        picture()
    before = resident()
    for _ in range(200 if campaign else 8):
        picture()
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, Figure)]
    assert resident() - before < 20e6


def resident() -> float:
    """Bytes of this process in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024
