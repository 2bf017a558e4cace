"""What goes with sales: certified digits, planted effects, and refusals that say what is missing."""

import numpy as np
import pandas
import pytest
import statsmodels.api
from planted import months
from statsmodels.stats.outliers_influence import variance_inflation_factor

from crmbot.analysis.campaign import Warned, effects, measured

# NIST, Statistical Reference Datasets, Longley: certified values (www.itl.nist.gov/div898/strd/lls/data/Longley.shtml)
LONGLEY = {
    "Intercept": (-3482258.63459582, 890420.383607373),
    "GNPDEFL": (15.0618722713733, 84.9149257747669),
    "GNP": (-0.0358191792925910, 0.0334910077722432),
    "UNEMP": (-2.02022980381683, 0.488399681651699),
    "ARMED": (-1.03322686717359, 0.214274163161675),
    "POP": (-0.0511041056535807, 0.226073200069370),
    "YEAR": (1829.15146461355, 455.478499142212),
}


def test_longley_to_eleven_digits():
    data = statsmodels.api.datasets.longley.load_pandas()
    rows = data.exog.assign(TOTEMP=data.endog)
    found = effects(rows, "TOTEMP", list(data.exog.columns))
    for name, (coefficient, error) in LONGLEY.items():
        assert found.coefficients[name] == pytest.approx(coefficient, rel=1e-11)
        assert found.errors[name] == pytest.approx(error, rel=1e-11)
    assert found.r_squared == pytest.approx(0.995479004577296, rel=1e-13)
    assert (found.reason, found.missing) == ("too few rows", 44)
    assert {"collinear", "condition"} <= {each.kind for each in found.warnings}


def test_robust_errors_and_vif_are_those_of_statsmodels():
    random = np.random.default_rng(0)
    table = pandas.DataFrame({"tv": random.gamma(2, 60, 200), "radio": random.gamma(2, 10, 200)})
    table["print"] = table["radio"] * 0.6 + random.normal(0, 10, 200)
    table["sales"] = 3 + 0.05 * table["tv"] + 0.2 * table["radio"] + random.normal(0, 1, 200) * (1 + table["tv"] / 100)
    found = effects(table, "sales", "tv + radio + print")
    design = statsmodels.api.add_constant(table[["tv", "radio", "print"]])
    model = statsmodels.api.OLS(table["sales"], design).fit()
    robust = model.get_robustcov_results("HC3", use_t=True)
    assert list(found.coefficients.values()) == pytest.approx(model.params.tolist(), rel=1e-12)
    assert list(found.errors.values()) == pytest.approx(model.bse.tolist(), rel=1e-12)
    assert list(found.robust_errors.values()) == pytest.approx(robust.bse.tolist(), rel=1e-11)
    assert [each for pair in found.intervals.values() for each in pair] == pytest.approx(
        robust.conf_int().ravel().tolist()
    )
    assert [each.p for each in found.effects] == pytest.approx(robust.pvalues[1:].tolist(), rel=1e-6)
    vif = [variance_inflation_factor(design.to_numpy(), at) for at in (1, 2, 3)]
    assert list(found.vif.values()) == pytest.approx(vif, rel=1e-10)
    assert found.r_squared == pytest.approx(model.rsquared, rel=1e-12) and not found.reason


@pytest.mark.parametrize("count", [36, 60, 120])
def test_a_planted_effect_is_in_its_interval_though_the_budget_follows_the_season(count):
    def holds(found):
        return next(each.lower95 <= 1.0 <= each.upper95 for each in found.effects if each.name == "budget")

    runs = 200 if count == 60 else 60
    seen = [effects(months(seed, count), "sales", ["budget", "channel"]) for seed in range(runs)]
    assert np.mean([holds(found) for found in seen]) >= 0.9
    assert len(seen[0].controls) == 12 and {"channel"} == {each.name for each in seen[0].effects[1:]}
    blind = [effects(months(seed, count, dated=False), "sales", ["budget", "channel"]) for seed in range(20)]
    assert np.mean([holds(found) for found in blind]) <= 0.1  # what the textbook's formula makes of it
    assert Warned("no dates") in blind[0].warnings


def test_trend_and_season_can_be_asked_for_in_the_order_of_the_rows():
    dated, ordered = months(3), months(3, dated=False)
    by_date = effects(dated, "sales", ["budget", "channel"])
    by_order = effects(ordered, "sales", ["budget", "channel", "trend", "season"])
    assert by_order.coefficients["budget"] == pytest.approx(by_date.coefficients["budget"])
    weekly = effects(ordered, "sales", ["budget", "season"], season=4)
    assert [each.name for each in weekly.controls] == ["season 2", "season 3", "season 4"]


def test_a_season_that_was_not_seen_twice_is_said():
    found = effects(months(0, 20), "sales", ["budget"])
    assert [each.name for each in found.controls] == ["trend"] and Warned("season not seen", value=12) in found.warnings


def test_spending_that_lasts_is_found_and_nothing_else():
    random = np.random.default_rng(1)
    spent = random.gamma(2, 5, 104) * (random.random(104) < 0.6)
    lasting = np.zeros(104)
    for at in range(104):
        lasting[at] = spent[at] + 0.6 * (lasting[at - 1] if at else 0)
    table = {"spend": spent, "plain": random.gamma(2, 5, 104)}
    table["sales"] = 50 + 2 * lasting + table["plain"] + random.normal(0, 4, 104)
    found = effects(table, "sales", ["spend", "plain"], carry_over=["spend", "plain"])
    assert found.carry["spend"].theta == pytest.approx(0.6, abs=0.1) and found.carry["spend"].saves > 0.3
    assert found.coefficients["spend"] == pytest.approx(2, abs=0.15)
    assert found.carry.get("plain") is None or found.carry["plain"].saves < 0.1


def test_spending_that_wears_off_is_found():
    random = np.random.default_rng(2)
    spent = random.uniform(0, 100, 120)
    table = {"spend": spent, "sales": 20 + 50 * spent / (spent + 20) + random.normal(0, 1, 120)}
    carry = effects(table, "sales", ["spend"], carry_over=["spend"]).carry["spend"]
    assert carry.theta == 0 and carry.half < 60


def test_carry_over_stays_within_its_channel():
    """Rows of two channels alternate: what was spent on one does not go over to the other."""
    random = np.random.default_rng(3)
    count, rows, lasting = 80, [], {"ads": 0.0, "fair": 0.0}
    for at in range(count):
        for channel in lasting:
            spent = float(random.gamma(2, 5))
            lasting[channel] = spent + 0.5 * lasting[channel]
            month = f"{2015 + at // 12}-{at % 12 + 1:02d}"
            rows.append(
                {"month": month, "channel": channel, "spend": spent, "sales": 3 * lasting[channel] + random.normal()}
            )
    found = effects(rows, "sales", ["spend", "channel"], carry_over=["spend"])
    assert found.carry["spend"].theta == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("rows", "terms", "reason", "missing"),
    [
        ([], ["b", "c"], "no rows", 20),
        ([{"sales": 4.0, "b": 1.0}], ["b"], "too few rows", 9),
        ([{"sales": float(n), "b": n % 5} for n in range(9)], ["b"], "too few rows", 1),
        ([{"sales": 4.0, "b": n} for n in range(40)], ["b"], "constant target", 0),
        ([{"sales": n, "b": 4} for n in range(40)], ["b"], "no terms", 0),
        ([{"sales": n, "b": None} for n in range(40)], ["b"], "too few rows", 10),
    ],
)
def test_too_little_is_refused_and_says_how_many_rows_are_missing(rows, terms, reason, missing):
    found = effects(rows, "sales", terms)
    assert (found.reason, found.missing) == (reason, missing)


def test_two_columns_that_say_the_same_are_said_and_gaps_are_left_out():
    rows = [{"sales": n * 2 + n % 3, "b": n % 7, "c": 3 * (n % 7) + 1} for n in range(40)]
    found = effects([*rows, {"sales": None, "b": 1, "c": 1}], "sales", ["b", "c"])
    assert Warned("same", "c") in found.warnings and (found.rows, found.dropped) == (40, 1)
    assert list(found.vif) == ["b"]


def test_budgets_that_move_together_and_one_row_that_decides_are_said():
    random = np.random.default_rng(0)
    tv = random.uniform(10, 20, 60)
    table = {"tv": tv, "web": tv + random.normal(0, 0.3, 60), "sales": tv + random.normal(0, 1, 60)}
    said = effects(table, "sales", ["tv", "web"]).warnings
    assert [(each.name, each.other) for each in said if each.kind == "collinear"] == [("tv", "web"), ("web", "tv")]
    table["tv"][7], table["sales"][7] = 200, 0
    said = {each.kind: each for each in effects(table, "sales", ["tv"]).warnings}
    assert said["one row decides"].value == 8


def test_a_drift_that_the_terms_leave_is_said():
    random = np.random.default_rng(0)
    table = months(0) | {"sales": random.normal(0, 1, 60).cumsum() * 5}
    assert "drifting" in {each.kind for each in effects(table, "sales", ["budget"]).warnings}


def test_a_column_that_is_not_there_or_holds_words_is_an_error():
    with pytest.raises(KeyError):
        effects([{"sales": 1}], "sales", ["budget"])
    with pytest.raises(ValueError, match="no figures"):
        effects([{"sales": "many", "budget": 1}], "sales", ["budget"])


def test_a_difference_is_measured_against_those_left_out():
    found = measured([12.0, 14.0, 13.0, 15.0], [9.0, 10.0, 11.0])
    # as scipy.stats.ttest_ind(…, equal_var=False).confidence_interval() has it
    assert (found.difference, found.lower95, found.upper95) == pytest.approx((3.5, 1.2682885187, 5.7317114813))
    assert measured([1.0], [1.0, 2.0]) is None
