"""What goes with low scores: seen where it is, and "no driver found" where there is none."""

import numpy as np
import pandas
import pytest
import statsmodels.api
from planted import answers

from crmbot.analysis._answers import classes_of
from crmbot.analysis._table import read_table
from crmbot.analysis.csat import drivers


def test_real_drivers_are_seen():
    found = drivers(answers(0, 1000), "stars")
    assert found.found and found.p < 0.001
    assert found.accuracy > found.majority + 0.08
    assert {each.name for each in found.drivers if each.sure} == {"waited", "kind", "reopened"}
    assert found.odds["waited"] > 2 and found.odds["reopened"] > 3 and found.odds["kind: enquiry"] < 0.5
    assert found.drivers[0].lower95 < found.drivers[0].odds < found.drivers[0].upper95
    assert not next(each for each in found.drivers if each.name == "luck").sure


def test_the_accuracy_is_that_on_answers_held_back():
    """Thirty columns of noise explain their own eighty rows well, and no others."""
    random = np.random.default_rng(0)
    noise = {f"c{at}": random.normal(size=80) for at in range(30)}
    found = drivers(noise | {"stars": random.choice([1, 5], 80)}, "stars")
    assert found.accuracy < 0.65 and found.reason == "no driver found"


@pytest.mark.parametrize("count", [60, 150, 800])
def test_noise_has_no_driver(count):
    for seed in range(6):
        found = drivers(answers(seed, count, strength=0), "stars")
        assert (found.reason, found.odds) == ("no driver found", {})
        assert found.accuracy is not None and found.majority is not None


def test_the_odds_are_those_of_maximum_likelihood():
    """Against statsmodels' MNLogit, which fits row by row with Newton's method."""
    table = answers(1, 700)
    design = np.column_stack(
        [table["waited"], table["kind"] == "complaint", table["kind"] == "feedback", table["reopened"], table["luck"]]
    ).astype(float)
    model = statsmodels.api.MNLogit(2 - (table["stars"] - 1) // 2, statsmodels.api.add_constant(design)).fit(disp=0)
    ours = {each.label: each for each in drivers(table, "stars").drivers}
    waited, reopened = ours["waited"], ours["reopened"]
    assert np.log(waited.odds) / (waited.high - waited.low) == pytest.approx(model.params[1, 1], rel=1e-3)
    assert np.log(reopened.odds) == pytest.approx(model.params[4, 1], rel=1e-3)
    assert np.log(reopened.upper95 / reopened.odds) / 1.96 == pytest.approx(model.bse[4, 1], rel=1e-3)
    assert ours["waited"].p == pytest.approx(model.pvalues[1, 1], rel=0.02)


def test_equal_rows_count_as_often_as_they_are():
    table = answers(2, 400) | {"luck": np.zeros(400)}
    table["waited"] = np.minimum(table["waited"].round(), 4)
    twice = {name: np.concatenate([column, column]) for name, column in table.items()}
    once, doubled = drivers(table, "stars"), drivers(twice, "stars")
    assert doubled.answers == 2 * once.answers and doubled.left_out["luck"] == "constant"
    for one, two in zip(once.drivers, doubled.drivers, strict=True):
        assert two.odds == pytest.approx(one.odds, rel=1e-4)
        assert np.log(two.upper95 / two.odds) == pytest.approx(np.log(one.upper95 / one.odds) / np.sqrt(2), rel=1e-3)


@pytest.mark.parametrize(
    ("scores", "reason", "missing"),
    [
        ([], "no rows", 60),
        ([1, 5] * 29, "too few answers", 2),
        ([5] * 80, "one class", 8),
        ([1] * 7 + [5] * 80, "class too small", 1),
        ([None] * 90 + [1, 5], "too few answers", 58),
    ],
)
def test_too_little_is_refused_and_says_how_much_is_missing(scores, reason, missing):
    found = drivers([{"satisfied": score, "wait": at % 9} for at, score in enumerate(scores)], "satisfied")
    assert (found.reason, found.missing, found.drivers, found.found) == (reason, missing, (), False)


def test_columns_that_say_nothing_are_left_out():
    count = 120
    rows = pandas.DataFrame(
        {
            "ticket_id": range(count),
            "note": [f"they said {at}" for at in range(count)],
            "opened": pandas.date_range("2026-01-01", periods=count),
            "shop": ["north"] * count,
            "satisfied": [True, False] * (count // 2),
        }
    )
    found = drivers(rows, "satisfied")
    assert found.left_out == {"ticket_id": "key", "note": "free text", "opened": "time", "shop": "constant"}
    assert found.reason == "no columns" and found.classes == {"low": 60, "high": 60}


def test_what_tells_for_certain_stays_finite():
    found = drivers({"satisfied": [1, 5] * 60, "late": [1, 0] * 60}, "satisfied")
    assert found.accuracy == 1 and np.isfinite(found.drivers[0].upper95) and found.drivers[0].odds > 20


def test_a_missing_column_is_an_error():
    with pytest.raises(KeyError):
        drivers([{"a": 1}], "satisfied")


@pytest.mark.parametrize(
    ("scores", "classes"),
    [
        ([0, 1], "low high"),
        ([1, 2, 3, 4, 5], "low low mid high high"),
        ([1, 2, 3], "low mid high"),
        ([0, 6, 7, 8, 9, 10], "low low mid mid high high"),
        ([-1, 0, 1], "low mid high"),
        ([20, 70, 90], "low mid high"),
        (["low", "Mid", "HIGH"], "low mid high"),
        (["不满意", "一般", "非常满意"], "low mid high"),
        (["neutral or dissatisfied", "satisfied"], "low high"),
        (["Very dissatisfied", "neutral", "very satisfied"], "low mid high"),
        (["yes", "no"], "high low"),
        (["b", "a", "b", None], "b a b -"),
    ],
)
def test_every_scale_is_read(scores, classes):
    names, found = classes_of(read_table({"score": scores}).columns["score"])
    assert " ".join(names[at] if at >= 0 else "-" for at in found) == classes
