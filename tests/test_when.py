"""Days and times are read by one set of rules, whatever the month, the year or the clock does."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.when import find_when, read_when, say_day, say_moment

LONDON, SHANGHAI, NEW_YORK = "Europe/London", "Asia/Shanghai", "America/New_York"


def told(said: str, slot: str = "due", now: str = "2026-05-13T10:00", zone: str = LONDON) -> str | None:
    return read_when(said, slot, now=datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone)), zone=zone)


@pytest.mark.parametrize(
    ("said", "due"),
    [  # Wednesday 13 May 2026, 10:00
        ("today", "2026-05-13"),
        ("tmrw", "2026-05-14"),
        ("day after tomorrow", "2026-05-15"),
        ("大后天", "2026-05-16"),
        ("wednesday", "2026-05-20"),
        ("this friday", "2026-05-15"),
        ("by friday", "2026-05-15"),
        ("next friday", "2026-05-22"),
        ("next monday", "2026-05-18"),
        ("monday", "2026-05-18"),
        ("本周五", "2026-05-15"),
        ("周三", "2026-05-20"),
        ("下周三", "2026-05-20"),
        ("下下周三", "2026-05-27"),
        ("下周", "2026-05-18"),
        ("next week", "2026-05-18"),
        ("weekend", "2026-05-16"),
        ("周末", "2026-05-16"),
        ("in 10 days", "2026-05-23"),
        ("in two weeks", "2026-05-27"),
        ("3天后", "2026-05-16"),
        ("两个月后", "2026-07-13"),
        ("in 90 minutes", "2026-05-13T11:30"),
        ("半小时后", "2026-05-13T10:30"),
        ("20 june", "2026-06-20"),
        ("june 20th", "2026-06-20"),
        ("20 jan", "2027-01-20"),
        ("20 jan 2028", "2028-01-20"),
        ("6月20号", "2026-06-20"),
        ("六月二十号", "2026-06-20"),
        ("明年1月20日", "2027-01-20"),
        ("the 15th", "2026-05-15"),
        ("the 10th", "2026-06-10"),
        ("15号", "2026-05-15"),
        ("the 31st", "2026-05-31"),
        ("2026-12-01", "2026-12-01"),
        ("3/6", "2026-06-03"),
        ("6/13", "2026-06-13"),
        ("3.6.", "2026-06-03"),
        ("june", "2026-06-01"),
        ("next month", "2026-06-01"),
        ("下个月", "2026-06-01"),
        ("next quarter", "2026-07-01"),
        ("Q1", "2027-01-01"),
        ("eod", "2026-05-13T18:00"),
        ("tomorrow eod", "2026-05-14T18:00"),
        ("周五下班前", "2026-05-15T18:00"),
        ("tomorrow morning", "2026-05-14T09:00"),
        ("friday afternoon", "2026-05-15T15:00"),
        ("tonight", "2026-05-13T19:00"),
        ("this afternoon", "2026-05-13T15:00"),
        ("今晚8点", "2026-05-13T20:00"),
        ("at 3", "2026-05-13T15:00"),
        ("at 9", "2026-05-14T09:00"),
        ("at 11", "2026-05-13T11:00"),
        ("tomorrow at 7", "2026-05-14T19:00"),
        ("tomorrow 7am", "2026-05-14T07:00"),
        ("7 in the morning", None),
        ("明天上午七点", "2026-05-14T07:00"),
        ("下午三点一刻", "2026-05-13T15:15"),
        ("三点半", "2026-05-13T15:30"),
        ("half past 3", "2026-05-13T15:30"),
        ("quarter to 4", "2026-05-13T15:45"),
        ("15h30", "2026-05-13T15:30"),
        ("3.30pm", "2026-05-13T15:30"),
        ("tomorrow noon", "2026-05-14T12:00"),
        ("下周五下午两点", "2026-05-22T14:00"),
        ("soon", None),
        ("31 february", None),
        ("32号", None),
        ("25:00", None),
        ("12.5k", None),
        ("", None),
    ],
)
def test_a_due_day(said, due):
    assert told(said) == due


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("eom", "2026-05-31"),
        ("eoq", "2026-06-30"),
        ("eoy", "2026-12-31"),
        ("eow", "2026-05-15"),
        ("end of june", "2026-06-30"),
        ("end of february", "2027-02-28"),
        ("end of next month", "2026-06-30"),
        ("end of the quarter", "2026-06-30"),
        ("early june", "2026-06-01"),
        ("mid june", "2026-06-15"),
        ("june", "2026-06-30"),
        ("may", "2026-05-31"),
        ("Q1", "2027-03-31"),
        ("Q2", "2026-06-30"),
        ("Q1 2028", "2028-03-31"),
        ("next quarter", "2026-09-30"),
        ("月底", "2026-05-31"),
        ("下月底", "2026-06-30"),
        ("2月底", "2027-02-28"),
        ("季度末", "2026-06-30"),
        ("年底", "2026-12-31"),
        ("明年底", "2027-12-31"),
        ("明年3月底", "2027-03-31"),
        ("6月中旬", "2026-06-15"),
        ("6月初", "2026-06-01"),
        ("下个月", "2026-06-30"),
        ("六月", "2026-06-30"),
        ("第三季度", "2026-09-30"),
        ("next week", "2026-05-18"),
        ("tomorrow 3pm", "2026-05-14"),
    ],
)
def test_a_closing_day_is_the_last_of_its_period(said, day):
    assert told(said, "close_date") == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("yesterday", "2026-05-12"),
        ("前天", "2026-05-11"),
        ("wednesday", "2026-05-06"),
        ("monday", "2026-05-11"),
        ("last friday", "2026-05-08"),
        ("上周五", "2026-05-08"),
        ("上周三", "2026-05-06"),
        ("上上周三", "2026-04-29"),
        ("3 days ago", "2026-05-10"),
        ("两周前", "2026-04-29"),
        ("20 may", "2025-05-20"),
        ("13 may", "2026-05-13"),
        ("the 20th", "2026-04-20"),
        ("this morning", "2026-05-13T09:00"),
        ("昨天下午", "2026-05-12T15:00"),
        ("昨晚", "2026-05-12T19:00"),
        ("at 9", "2026-05-13T09:00"),
    ],
)
def test_what_took_place_is_looked_for_in_the_past(said, day):
    assert told(said, "when") == day


def test_months_end_when_they_end():
    assert told("in a month", now="2026-01-31T10:00") == "2026-02-28"
    assert told("1个月后", now="2028-01-31T10:00", zone=SHANGHAI) == "2028-02-29"
    assert told("in 3 months", now="2026-11-30T10:00") == "2027-02-28"
    assert told("the 31st", now="2026-06-01T10:00") == "2026-07-31"
    assert told("tomorrow", now="2026-12-31T10:00") == "2027-01-01"


def test_leap_days():
    assert told("feb 29") == "2028-02-29"
    assert told("2月29号", "when") == "2024-02-29"
    assert told("tomorrow", now="2028-02-28T10:00") == "2028-02-29"
    assert told("in a year", now="2028-02-29T10:00") == "2029-02-28"


def test_hours_elapse_and_days_are_counted_when_the_clock_changes():
    assert told("in 2 hours", now="2026-03-29T00:30") == "2026-03-29T03:30"
    assert told("in 24 hours", now="2026-10-24T12:00") == "2026-10-25T11:00"
    assert told("in 1 day", now="2026-10-24T12:00") == "2026-10-25"
    assert told("in 30 minutes", now="2026-11-01T00:45", zone=NEW_YORK) == "2026-11-01T01:15"


def test_the_order_of_day_and_month_follows_place_and_script():
    assert told("3/6") == "2026-06-03"
    assert told("3/6", zone=NEW_YORK) == "2027-03-06"
    assert told("3/6前", zone=SHANGHAI) == "2027-03-06"
    assert told("25/6", zone=NEW_YORK) == "2026-06-25"


def test_a_sentence_may_hold_several_days():
    now = datetime(2026, 5, 13, 10, tzinfo=ZoneInfo(LONDON))
    said = "call bob tmrw 3pm and ann friday"
    found = list(find_when(said, now=now, past=False, months_first=False))
    assert [(said[each.start : each.end], each.iso("due")) for each in found] == [
        ("tmrw 3pm", "2026-05-14T15:00"),
        ("friday", "2026-05-15"),
    ]


days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
zones = st.sampled_from([LONDON, SHANGHAI, NEW_YORK])
languages = st.sampled_from(["en", "zh"])


@given(days, days, languages, zones)
def test_a_day_that_is_printed_is_read_back(day, today, language, zone):
    now = datetime(today.year, today.month, today.day, 10, tzinfo=ZoneInfo(zone))
    slot = "when" if day <= today else "close_date"
    assert read_when(say_day(day, language, today), slot, now=now, zone=zone) == day.isoformat()


@given(days, st.integers(0, 24 * 60 - 1), days, languages)
def test_a_moment_that_is_printed_is_read_back(day, minute, today, language):
    now = datetime(today.year, today.month, today.day, 10, tzinfo=ZoneInfo(SHANGHAI))
    moment = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(SHANGHAI))
    slot = "when" if day <= today else "due"
    said = say_moment(moment, language, now)
    assert read_when(said, slot, now=now, zone=SHANGHAI) == f"{moment:%Y-%m-%dT%H:%M}"


@given(days, st.integers(0, 6), languages)
def test_a_weekday_is_within_the_week_after_today(today, number, language):
    now = datetime(today.year, today.month, today.day, 10, tzinfo=ZoneInfo(LONDON))
    said = (
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][number]
        if language == "en"
        else f"周{'一二三四五六日'[number]}"
    )
    day = date.fromisoformat(read_when(said, "due", now=now, zone=LONDON) or "")
    assert day.weekday() == number and timedelta(0) < day - today <= timedelta(7)


@given(st.text(max_size=80), st.sampled_from(["due", "when", "close_date"]), days, zones)
def test_anything_at_all_is_a_day_or_none(said, slot, today, zone):
    now = datetime(today.year, today.month, today.day, 23, 59, tzinfo=ZoneInfo(zone))
    found = read_when(said, slot, now=now, zone=zone)
    assert found is None or datetime.fromisoformat(found)


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (date(2026, 11, 24), "en", "Tue 24 Nov"),
        (date(2026, 11, 24), "zh", "11月24日 周二"),
        (date(2027, 1, 5), "en", "Tue 5 Jan 2027"),
        (date(2027, 1, 5), "zh", "2027年1月5日 周二"),
    ],
)
def test_how_days_look(day, language, said):
    assert say_day(day, language, date(2026, 5, 13)) == said


def test_a_moment_is_said_in_the_readers_zone():
    moment = datetime(2026, 11, 24, 15, tzinfo=ZoneInfo(LONDON))
    now = datetime(2026, 11, 22, tzinfo=ZoneInfo(SHANGHAI))
    assert say_moment(moment, "zh", now) == "11月24日 周二 23:00"
