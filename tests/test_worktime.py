"""Working time adds up, whatever the hours, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.worktime import WorkingHours, read_hours

OFFICE = WorkingHours("UTC", read_hours(["mon-fri 09:00-12:00 13:00-18:00"]), frozenset({date(2026, 12, 25)}))
FRIDAY = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)

ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
SECONDS = 730 * 86_400
MOMENTS = st.integers(0, SECONDS).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
WORK = st.timedeltas(timedelta(seconds=1), timedelta(hours=40))  # of a quarter of an hour a week: three years


@st.composite
def working_hours(draw):
    """One to three periods on some weekdays, and a few holidays."""
    hours = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        marks = sorted(draw(st.sets(st.integers(0, 95), min_size=2, max_size=6)))
        times = [time(mark // 4, mark % 4 * 15) for mark in marks[: len(marks) // 2 * 2]]
        hours[day] = tuple(zip(times[::2], times[1::2], strict=True))
    holidays = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5))
    return WorkingHours(draw(ZONES), hours, holidays)


def test_the_clock_stands_at_lunch_at_night_on_weekends_and_on_holidays():
    assert OFFICE.after(FRIDAY, timedelta(hours=2)) == datetime(2026, 11, 30, 10, tzinfo=UTC)
    assert OFFICE.after(datetime(2026, 11, 30, 11, tzinfo=UTC), timedelta(hours=2)).hour == 14
    assert OFFICE.between(datetime(2026, 12, 24, 17, tzinfo=UTC), datetime(2026, 12, 28, 10, tzinfo=UTC)) == timedelta(
        hours=2
    )


def test_a_period_may_end_at_midnight_and_a_night_has_as_many_hours_as_it_has():
    night = WorkingHours("Europe/Berlin", read_hours(["mon-sun 00:00-00:00"]))
    day = datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin"))  # clocks go back
    assert night.between(day, datetime(2026, 10, 26, tzinfo=ZoneInfo("Europe/Berlin"))) == timedelta(hours=25)


NONE = ("", "mon", "mon 9-18", "mon 18:00-09:00", "mon 09:00-12:00 11:00-18:00", "xyz 09:00-18:00")


@pytest.mark.parametrize("line", NONE)
def test_hours_that_are_none_are_refused(line):
    with pytest.raises(ValueError, match=r"hours|periods"):
        read_hours([line])


def test_days_may_go_round_the_end_of_the_week():
    assert sorted(read_hours(["sat-mon 09:00-18:00"])) == [0, 5, 6]


@given(working_hours(), MOMENTS, WORK)
def test_when_so_much_is_over_so_much_was_worked(hours, start, worked):
    assert hours.between(start, hours.after(start, worked)) == worked


@given(working_hours(), st.tuples(MOMENTS, MOMENTS, MOMENTS).map(sorted))
def test_working_time_adds_up(hours, moments):
    one, two, three = moments
    assert hours.between(one, two) + hours.between(two, three) == hours.between(one, three)
    assert timedelta() <= hours.between(one, two) <= two - one


@given(working_hours(), MOMENTS, WORK, WORK)
def test_more_work_is_never_over_sooner(hours, start, work, more):
    first, both = hours.after(start, work), hours.after(start, work + more)
    assert start <= first < both
    assert hours.after(first, more) == both


@given(working_hours(), MOMENTS)
def test_nobody_works_on_a_holiday(hours, start):
    zone = ZoneInfo(hours.zone)
    for day in hours.holidays:
        morning = datetime.combine(day, time(), zone).astimezone(UTC)
        evening = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        assert hours.between(morning, evening) == timedelta()
