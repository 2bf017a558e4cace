from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.analysis.forecast import Forecast
from crmbot.analysis.outlook import DEFAULTS, Outlook, Rate, Said, Verdict, outlook, running, stage_rates, verdict
from crmbot.analysis.periods import SEASONS, Series, bucketed, coming, moved, start_of

TODAY = date(2026, 11, 23)  # a Monday
DAYS = st.dates(date(2020, 1, 1), date(2027, 1, 1))
PERIODS = st.sampled_from(sorted(SEASONS))


# Periods


def test_months_are_sums_with_zeros_between_and_the_running_one_left_out():
    amounts = [(date(2026, 10, 31), 5), (date(2026, 7, 1), 1), (date(2026, 7, 31), 2), (date(2026, 11, 1), 9)]
    found = bucketed([*amounts, (date(2027, 1, 1), 7)], "month", today=TODAY)
    assert found == Series([date(2026, month, 1) for month in (7, 8, 9, 10)], [3, 0, 0, 5])


def test_a_long_silence_up_to_now_is_zeros():
    assert bucketed([(date(2025, 12, 31), 4)], "quarter", today=TODAY).values == [4, 0, 0, 0]


def test_what_began_in_the_running_period_is_no_history():
    assert bucketed([(TODAY, 4)], "week", today=TODAY) == bucketed([], "week", today=TODAY) == Series([], [])
    assert bucketed([(date(2026, 11, 22), 4)], "week", today=TODAY) == Series([date(2026, 11, 16)], [4])


@given(st.lists(st.tuples(DAYS, st.integers(0, 10**12)), max_size=20), PERIODS, DAYS)
def test_nothing_of_the_past_is_lost_and_no_period_is_missing(amounts, period, today):
    found = bucketed(amounts, period, today=today)
    running = start_of(today, period)
    assert sum(found.values) == sum(amount for day, amount in amounts if day < running)
    after = [*found.starts[1:], running] if found.starts else []
    assert after == [moved(start, period, 1) for start in found.starts]


@given(DAYS, PERIODS, st.integers(1, 24))
def test_a_forecast_follows_the_history(today, period, horizon):
    starts = coming(period, horizon, today=today)
    assert len(starts) == horizon
    assert starts[0] <= today < moved(starts[0], period, 1)
    assert all(start_of(start, period) == start for start in starts)
    season = moved(starts[0], period, SEASONS[period]) - starts[0]
    assert timedelta(7) <= season <= timedelta(366)


# Stages


def test_thirty_deals_make_a_rate_of_ones_own():
    rates = stage_rates({"qualified": (30, 12), "lead": (60, 12)})
    assert rates["qualified"] == Rate(0.4, own=True)
    assert rates["lead"] == Rate(0.2, own=True)
    assert rates["proposal"] == Rate(DEFAULTS["proposal"], own=False)


def test_with_fewer_the_default_stands_and_is_labelled():
    assert stage_rates({"lead": (29, 29)})["lead"] == Rate(DEFAULTS["lead"], own=False)


# The running period


def test_what_is_won_already_is_in_the_present_period_whatever_was_expected():
    found = running(Forecast([100, 90], [60, 50], [140, 130], [40, 30], [160, 150], "combination"), 500, 0.25)
    assert found.mean == [525, 90]
    assert (found.lower80, found.upper80) == ([505, 50], [545, 130])
    assert (found.lower95[0], found.upper95[0]) == (500, 555)  # what is won stays won


def test_a_period_that_has_only_begun_is_forecast_as_a_whole():
    whole = Forecast([100.0], [60.0], [140.0], [40.0], [160.0], "combination")
    assert running(whole, 0, 1) == whole


# The split


def test_a_forecast_is_split_into_won_pipeline_and_new():
    deals = [("negotiation", 1000), ("lead", 100), ("proposal", 400)]
    assert outlook(2000, 300, deals, stage_rates({})) == Outlook(won=300, pipeline=750 + 10 + 200, fresh=740)


@given(st.floats(0, 1e12), st.integers(0, 10**12), st.lists(st.tuples(st.sampled_from(sorted(DEFAULTS)), st.just(1e9))))
def test_the_parts_are_never_more_than_the_whole_and_never_below_nothing(expected, won, deals):
    found = outlook(expected, won, deals, stage_rates({}))
    assert found.pipeline >= 0 and found.fresh >= 0
    assert found.won + found.pipeline + found.fresh == pytest.approx(max(expected, won))


# How the last one did


def test_the_last_forecast_is_held_against_what_came():
    said = [Said(date(2026, month, 1), 120, 100, 140) for month in (9, 10, 11)]
    came = Series([date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)], [5, 111, 90])
    found = verdict(said, came)
    assert found == Verdict(said=240, came=201, periods=2, held=1)
    assert found.off == pytest.approx(-0.1625)


def test_there_is_no_verdict_before_a_period_is_over():
    assert verdict([Said(date(2026, 11, 1), 120, 100, 140)], Series([date(2026, 10, 1)], [5])) is None
    assert verdict([Said(TODAY, 0, 0, 0)], Series([TODAY], [3])).off is None
