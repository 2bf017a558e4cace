"""What the chat says of groups, drivers and effects: figures with their number, and nothing that was not seen."""

import random
import re
import struct
from typing import get_args

import pytest
from planted import answers, months, oddities, one_cloud, shops

from crmbot.analysis import campaign, csat, segments
from crmbot.analysis.campaign import Effects, Warned, effects, measured
from crmbot.analysis.charts import DENSITY, WIDTH
from crmbot.analysis.csat import Drivers, drivers
from crmbot.analysis.segments import Segments, moves, segment
from crmbot.words import LANGUAGES, say
from handlers._analysis_words import (
    KINDS,
    drivers_chart,
    effects_chart,
    figure,
    said_drivers,
    said_effects,
    said_measured,
    said_moves,
    said_segments,
    segment_name,
    segments_chart,
)


def spoken(texts, language="en"):
    return "\n".join(say(each, language) for each in texts)


def test_groups_are_said_with_size_worth_and_known_customers():
    rows, _ = shops(1)
    said = spoken(said_segments(segment(rows, count=3), "EUR", {5238: "Acme"}))
    assert said.startswith("3 groups among 800 customers (K-means, score 0.")
    best = next(line for line in said.splitlines() if line.startswith("Champions"))
    assert re.fullmatch(r"Champions: 8\d \(10 %\), worth €7,\d{3}\. Thank them.* You know: Acme · \d+ · \d+", best)
    chinese = spoken(said_segments(segment(rows, count=3)), "zh")
    assert "最佳客户：" in chinese and not re.search("[A-Za-z]{2}", chinese)


def test_one_crowd_and_odd_ones_are_said():
    cloud = segment(one_cloud("round", 1))
    assert spoken(said_segments(cloud)) == (
        "No clear groups: these 600 customers are one crowd with gradual differences."
    )
    asked = segment(one_cloud("round", 1), count=3)
    assert "borders between them are a matter of taste" in spoken(said_segments(asked))
    odd = spoken(said_segments(segment(oddities(shops(1)[0], 1), method="dbscan"), None, {5800: "Odd & Co"}))
    assert re.search(r"One of a kind, \d+ in all: .*Odd & Co \((orders|amount|recency) [\d,]+\)", odd)


def test_a_theme_says_what_a_group_needs():
    rows, _ = shops(2)
    for row in rows:
        row["theme"] = "repair" if row["amount"] > 4000 else "delivery"
    assert re.search(
        r"Champions: .* Above all repair: \d+ %, 1\d % among all", spoken(said_segments(segment(rows, count=3)))
    )


def test_who_moved_is_said():
    said = said_moves(moves({1: "lost", 2: "new", 3: "low visits"}, {1: "champions", 2: "new", 4: "new"}), {1: "Acme"})
    assert spoken(said) == "Since last time: one has changed groups, 1 came, 1 left.\nAcme: Lost → Champions"
    assert spoken(said_moves(moves({1: "new"}, {1: "new"}))) == "Nobody has changed groups."


def test_names_are_said_in_both_languages():
    assert say(segment_name("high amount, low visits"), "en") == "high amount, low visits"
    assert say(segment_name("high amount, low visits"), "zh") == "amount 高、visits 低"
    assert say(segment_name("VIP"), "zh") == "VIP"
    assert len({say(segment_name(kind), "zh") for kind in (*KINDS, "everyone", "typical")}) == len(KINDS) + 2


def test_drivers_are_said_with_interval_answers_and_the_majority_guess():
    said = spoken(said_drivers(drivers(answers(0, 1000), "stars"))).splitlines()
    assert re.fullmatch(
        r"waited 4\.\d+ instead of 0\.\d+: the odds of a low score instead of a high score are 3\.\d times as high "
        r"\(\d.* to \d.*\)\.",
        said[0],
    )
    assert re.search(r"From 1,000 answers\. On answers held back \d+ % .* most frequent score \d+ %", said[-2])
    assert said[-1] == "This is what goes with low scores. It need not be what causes them."
    assert not any("luck" in line for line in said)


def test_noise_is_said_to_be_noise():
    found = drivers(answers(0, 150, strength=0), "stars")
    assert spoken(said_drivers(found)).startswith("No driver found. What is known about these 150 answers guesses ")
    assert drivers_chart(found, "en") is None


def test_effects_go_with_and_never_cause():
    said = spoken(said_effects(effects(months(0), "sales", ["budget", "channel"])))
    assert re.search(r"Each 1 more budget goes with \+1\.\d+ sales \(\+0\.\d+ to \+1\.\d+\)\.", said)
    assert "channel email instead of fair: no clear link with sales (−" in said
    assert "60 rows. With trend and season, which are held constant" in said
    assert said.endswith("To measure an effect, leave a random group out of the next campaign.")
    assert say(said_measured(measured([300, 500, 400], [100, 200, 150]), "M1 · Spring", "USD"), "en").startswith(
        "M1 · Spring, measured against those left out at random: +2.5 USD won a customer since it was sent (+"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_doubt_has_a_sentence_of_its_own(language):
    none = [said_segments(Segments("kmeans", (), (), (), reason=each)) for each in get_args(segments.Reason) if each]
    none += [
        said_drivers(Drivers(9, reason=each)) for each in get_args(csat.Reason) if each not in ("", "no driver found")
    ]
    none += [said_effects(Effects("sales", 9, each)) for each in get_args(campaign.Reason) if each]
    kinds = get_args(Warned.__dataclass_fields__["kind"].type)
    none += [said_effects(Effects("sales", 90, warnings=(Warned(kind, "tv", "web", 3),))) for kind in kinds]
    said = [spoken(each, language) for each in none]
    assert len(said) == 4 + 5 + 4 + 7 and len(set(said)) == len(said)
    if language == "zh":
        assert not re.search("[A-Za-z]{2}", re.sub("sales|tv|web", "", "".join(said)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_a_phone_wide_and_say_the_finding(language):
    """A sign that no face has would warn, and warnings are errors here."""
    rows, _ = shops(1)
    rows = [row | {"客户名称": f"王{at}"} for at, row in enumerate(rows)]
    pictures = [
        segments_chart(segment(rows, count=3), rows, language, "CNY"),
        segments_chart(segment(one_cloud("round", 0), method="dbscan"), one_cloud("round", 0), language),
        drivers_chart(drivers(answers(0, 600), "stars"), language),
        effects_chart(effects(months(0), "sales", ["budget", "channel"]), language),
    ]
    for picture in pictures:
        assert struct.unpack(">I", picture.png[16:20]) == (WIDTH * DENSITY,)
        assert say(picture.alt, language)
    titles = {"en": "Champions: 10 % of the customers, 7", "zh": "最佳客户：占客户的 10%，占购买额的 7"}
    assert say(pictures[0].alt, language).startswith(titles[language])
    assert effects_chart(Effects("sales", 3, "too few rows"), language) is None
    assert segments_chart(segment([]), [], language) is None


def test_one_feature_alone_and_columns_of_one_figure_can_be_drawn():
    groups = [{"amount": 10 * (1 + at % 3) + 0.01 * at} for at in range(60)]
    assert segments_chart(segment(groups, count=3), groups, "en").png


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.04576, "0.0458"),
        (-3.14159, "−3.14"),
        (1234.5, "1,234"),
        (1e9, "1,000,000,000"),
        (1e-7, "0.0000001"),
        (-1e-15, "0"),
        (50, "50"),
        (999.6, "1000"),
    ],
)
def test_figures_are_said_to_three_digits(value, said):
    assert figure(value) == said


def test_it_says_what_it_would_take_to_be_sure_of_more():
    chance = random.Random(5)
    rows = [
        {"sales": 5 * spend + 9 * radio + chance.gauss(0, 30), "spend": spend, "radio": radio}
        for spend, radio in ((chance.uniform(0, 10), chance.uniform(0, 1)) for _ in range(60))
    ]
    said = spoken(said_effects(effects(rows, "sales", ["spend", "radio"])))
    assert re.search(
        r"(To be sure of “Each 1 more radio” it would take about \d+ more rows|Of “Each 1 more radio” ten times)", said
    )
    assert "spend” it would" not in said
