"""What happens again does so once for each local day, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmbot.recurrence import Every, Recurrence

ZONES = (
    "UTC", "Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/St_Johns", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Chatham",
)  # fmt: skip


def local(recurrence, first, last):
    """All occurrences from `first` up to `last`, as local ISO strings."""
    zone, found = ZoneInfo(recurrence.zone), []
    moment = datetime.combine(date.fromisoformat(first), time(), zone) - timedelta(microseconds=1)
    end = datetime.combine(date.fromisoformat(last), time(23, 59), zone)
    while (moment := recurrence.after(moment)) <= end:
        found.append(moment.astimezone(zone).isoformat(timespec="minutes"))
    return found


def test_the_hour_that_is_leapt_over_comes_an_hour_later_that_day_only():
    again = Recurrence("day", time(2, 30), "America/New_York")
    assert local(again, "2027-03-13", "2027-03-15") == [
        "2027-03-13T02:30-05:00", "2027-03-14T03:30-04:00", "2027-03-15T02:30-04:00",
    ]  # fmt: skip


def test_the_hour_that_comes_twice_is_its_first():
    again = Recurrence("day", time(1, 30), "America/New_York")
    assert local(again, "2027-11-06", "2027-11-08") == [
        "2027-11-06T01:30-04:00", "2027-11-07T01:30-04:00", "2027-11-08T01:30-05:00",
    ]  # fmt: skip


def test_months_end_where_they_end_and_29_february_comes_when_there_is_one():
    again = Recurrence("month", time(9), "UTC", 31)
    assert [each[:10] for each in local(again, "2028-01-01", "2028-04-30")] == [
        "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30",
    ]  # fmt: skip
    again = Recurrence("month", time(9), "UTC", 30)
    assert [each[:10] for each in local(again, "2026-12-01", "2027-03-01")] == [
        "2026-12-30",
        "2027-01-30",
        "2027-02-28",
    ]


def test_weekdays_over_the_year_end():
    again = Recurrence("weekday", time(9), "Asia/Shanghai")
    assert [each[5:10] for each in local(again, "2026-12-30", "2027-01-05")] == [
        "12-30", "12-31", "01-01", "01-04", "01-05",
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
def test_a_weekday_by_name_is_that_day(day):
    found = Recurrence(day, time(9), "Europe/London").after(datetime(2026, 11, 23, tzinfo=UTC))
    assert f"{found:%a}".lower() == day


@given(
    st.builds(
        Recurrence,
        st.sampled_from(get_args(Every)),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        st.sampled_from(ZONES),
        st.integers(0, 31),
    ).map(lambda each: each if each.every == "month" else Recurrence(each.every, each.at, each.zone, each.on % 7)),
    st.integers(0, 3 * 365 * 1440).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
)
@example(Recurrence("day", time(0, 30), "America/Sao_Paulo"), datetime(2018, 11, 4, 2, tzinfo=UTC))
def test_it_is_later_and_on_a_day_of_its_own_and_none_is_left_out(again, moment):
    found = again.after(moment)
    assert found > moment
    assert again.after(found - timedelta(microseconds=1)) == found
    days = {"day": 1, "weekday": 3, "month": 31}.get(again.every, 7)
    assert found - moment <= timedelta(days=days, hours=3)
    following = again.after(found)
    zone = ZoneInfo(again.zone)
    assert following.astimezone(zone).date() > found.astimezone(zone).date()
