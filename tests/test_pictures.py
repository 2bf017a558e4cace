"""Every chart looks as it did when somebody last looked at it. To accept new looks: `pytest --rewrite`, and look."""

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from planted import answers, months, oddities, one_cloud, shops

from crmbot.analysis.bars import bars
from crmbot.analysis.campaign import effects
from crmbot.analysis.charts import DENSITY, WIDTH
from crmbot.analysis.csat import drivers
from crmbot.analysis.forecast import Forecast
from crmbot.analysis.forecast_chart import Beside, forecast_chart
from crmbot.analysis.segments import segment
from crmbot.reply import text, verbatim
from crmbot.words import LANGUAGES, say
from handlers._analysis_words import drivers_chart, effects_chart, segments_chart

PICTURES = Path(__file__).parent / "pictures"
CURRENCY = {"en": "USD", "zh": "CNY"}
GRAIN = 6  # a phone's pixels to one that is compared: a word counts, the edge of a letter does not
PAST = [4_000_00 + 900_00 * (month % 12) + 20_00 * month for month in range(48)]
AHEAD = Forecast([9e5, 1.1e6, 1.2e6], [8e5, 9e5, 9e5], [1e6, 1.3e6, 1.6e6], [7e5, 7e5, 6e5], [1.1e6, 1.6e6, 2.2e6], "")


@cache
def groups():
    rows, _ = shops(1)
    return segment(rows), rows


@cache
def odd():
    rows = oddities(shops(2, 300)[0], 2)
    return segment(rows, method="dbscan"), rows


@cache
def crowd():
    points = one_cloud("round", 0)
    return segment(points), points


@cache
def found_drivers():
    return drivers(answers(0, 600), "stars")


@cache
def found_effects():
    return effects(months(0), "sales", ["budget", "channel"])


def a_forecast(language):
    words = [say(text("forecast-mark", mark=each), language) for each in ("said", "target")]
    parts = [(say(text("forecast-part", part=each), language), 1e6) for each in ("won", "pipeline", "fresh")]
    target = [*[None] * 46, *[1e6] * 5]
    beside = Beside([*[None] * 45, 5e5, 6e5, 7e5], target, parts, (words[0], words[1]))
    return forecast_chart(
        PAST,
        AHEAD,
        title=say(text("forecast-constant", count=48), language),
        note=say(text("forecast-method", order="ARIMA(0,1,1)(0,1,1)[12]", error=12, naive=17), language),
        labels=[say(text("month", month=at % 12 + 1, year=str(2023 + at // 12)), language) for at in range(51)],
        currency=CURRENCY[language],
        language=language,
        beside=beside,
    )


def stages(language):
    rows = [
        (text("stage", stage=each), 1e5 * 4**at) for at, each in enumerate(("lead", "qualified", "proposal", "won"))
    ]
    return bars("stages.png", verbatim("Acme 智云"), rows, CURRENCY[language], language).png


DRAWN = {
    "forecast": a_forecast,
    "groups": lambda language: segments_chart(*groups(), language, CURRENCY[language]).png,
    "odd ones": lambda language: segments_chart(*odd(), language, CURRENCY[language]).png,
    "crowd": lambda language: segments_chart(*crowd(), language).png,
    "drivers": lambda language: drivers_chart(found_drivers(), language).png,
    "effects": lambda language: effects_chart(found_effects(), language).png,
    "stages": stages,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_looks_as_it_did(name, language, request):
    drawn = Image.open(BytesIO(DRAWN[name](language))).convert("RGB")
    assert drawn.width == WIDTH * DENSITY
    drawn = drawn.resize((WIDTH, drawn.height // DENSITY), Image.Resampling.BOX)
    kept = PICTURES / f"{name.replace(' ', '-')}-{language}.png"
    if request.config.getoption("--rewrite"):
        PICTURES.mkdir(exist_ok=True)
        drawn.quantize(255).save(kept, optimize=True)
    with Image.open(kept) as before:
        assert drawn.size == before.size
        apart = np.abs(grained(drawn) - grained(before))
    assert apart.max() < 40 and apart.mean() < 1


def grained(picture):
    """Its colours in coarse grains."""
    small = picture.convert("RGB").resize((picture.width // GRAIN, picture.height // GRAIN), Image.Resampling.BOX)
    return np.asarray(small, float)
