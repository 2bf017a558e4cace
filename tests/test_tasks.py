"""Follow-ups: what is said when one is added, listed, put off and done, and when it falls due."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import NOW

from crmbot.people import Role
from crmbot.words import say
from storage.tables import MemberRow


@pytest.fixture
def amy(chat, database):
    """In Shanghai, where it is 17:00 of a Monday, and without an agenda."""
    amy = chat("amy")

    def settle(store):
        row = store.session.get(MemberRow, 1)
        row.zone, row.agenda_at = "Asia/Shanghai", None

    database.run(settle)
    return amy


def test_a_follow_up_is_told_at_its_local_time_with_the_zone(amy, said, clock):
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    assert amy.facts == {"Due": "Tue 24 Nov 15:00 Asia/Shanghai"}
    clock.now = datetime(2026, 11, 24, 6, 59, 59, tzinfo=UTC)
    assert said.now() == []
    clock.wait(seconds=1)
    assert said.now() == ["amy: Reminder: call Bob"]
    clock.wait(days=3)
    assert said.now() == []


def test_after_a_long_absence_it_is_told_once_and_marked_late(amy, said, clock):
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    clock.now = NOW + timedelta(days=2)
    assert said.now() == ["amy: Late, I was away on Tue 24 Nov 15:00 Asia/Shanghai: call Bob"]
    assert said.now() == []


def test_the_buttons_of_a_reminder(amy, said, clock, database):
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    said.now()
    amy.last = said.heard[0]
    reminder = amy.last
    assert amy.labels == ["Done", "+1 h", "Tomorrow", "Pick"]
    assert amy.press("+1 h") == "I shall remind you of T1 on Tue 24 Nov 16:00 Asia/Shanghai."
    clock.wait(hours=1)
    assert said.now() == ["amy: Reminder: call Bob"]
    amy.last = reminder
    assert amy.press("Tomorrow") == "I shall remind you of T1 on Wed 25 Nov 16:00 Asia/Shanghai."
    amy.last = reminder
    assert amy.press("Pick") == "When should T1 be due?"
    assert amy.press("Thu 26 Nov") == "Changed T1."
    assert amy.facts["Due"] == "Thu 26 Nov 16:00 Asia/Shanghai"
    amy.last = reminder
    amy.press("Pick")
    amy.say("friday 10am")
    assert amy.facts["Due"] == "Fri 27 Nov 10:00 Asia/Shanghai"
    amy.last = reminder
    assert amy.press("Done") == "Done: T1 · call Bob."
    amy.last = reminder
    assert amy.press("+1 h") == "T1 is done already."
    clock.wait(days=5)
    assert said.now() == []


def test_what_was_taken_back_is_not_told_twice(amy, said, clock):
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    amy.does("task.update", ref="T1", priority="high")
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert said.now() == ["amy: Reminder: call Bob"]
    assert amy.say("undo") == "Taken back: T1."
    assert said.now() == []


def test_one_that_was_dropped_is_silent_until_it_is_brought_back(amy, said, clock):
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    assert amy.does("task.delete", ref="T1") == "Dropped: T1 · call Bob."
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert said.now() == []
    amy.say("undo")
    assert said.now() == ["amy: Reminder: call Bob"]


def test_every_monday_comes_each_monday_though_nobody_did_it(amy, said, clock):
    amy.does("task.add", subject="check the pipeline", every="mon", due="2026-11-30T09:00")
    assert amy.facts == {"Due": "Mon 30 Nov 09:00 Asia/Shanghai", "Again": "every Monday"}
    told = []
    for day in range(22):
        clock.now = datetime(2026, 11, 25, 1, tzinfo=UTC) + timedelta(days=day)
        told += [(clock.now.day, words) for words in said.now()]
    assert told == [(day, "amy: Reminder: check the pipeline") for day in (30, 7, 14)]
    assert amy.does("task.done", ref="T1") == (
        "Done: T1 · check the pipeline. The next time is Mon 21 Dec 09:00 Asia/Shanghai."
    )


def test_every_month_on_the_31st_is_the_last_of_a_short_month(amy, said, clock):
    clock.now = datetime(2027, 1, 5, tzinfo=UTC)
    amy.does("task.add", subject="report", every="month", due="2027-01-31T09:00")
    told = []
    for _ in range(130):
        clock.wait(days=1, hours=0)
        clock.now = clock.now.replace(hour=1)
        told += [f"{clock.now:%d.%m}" for _ in said.now()]
    assert told == ["31.01", "28.02", "31.03", "30.04"]


def test_of_several_missed_times_one_is_told(amy, said, clock):
    amy.does("task.add", subject="stand-up", every="day", due="2026-11-24T09:00")
    clock.now = NOW + timedelta(days=4)
    assert len(said.now()) == 1
    clock.now = datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert said.now() == ["amy: Reminder: stand-up"]


def test_a_colleague_is_reminded(amy, chat, said, clock):
    chat("bob")
    amy.does("task.add", subject="send the quote", owner="Bob", due="2026-11-23T18:00")
    assert amy.facts["Owner"] == "Bob"
    [told] = [each for each in amy.all if each.place.chat == "bob"]
    assert say(told.reply.text, "en") == "Amy has given you T1 · send the quote, due Mon 23 Nov 18:00 Asia/Shanghai."
    clock.wait(hours=1)
    assert said.now() == ["bob: Reminder: send the quote"]


def test_who_gets_another_ones_follow_up_hears_of_it_and_is_reminded(amy, chat, said, clock):
    bob = chat("bob")
    amy.does("task.add", subject="send the quote", due="2026-11-23T18:00")
    amy.does("task.update", ref="T1", owner="Bob")
    assert [each.place.chat for each in amy.all] == ["amy", "bob"]
    clock.wait(hours=1)
    assert said.now() == ["bob: Reminder: send the quote"]
    assert bob.does("task.done", ref="T1") == "Done: T1 · send the quote."


def test_in_quiet_hours_it_waits_for_the_morning(amy, said, clock):
    amy.does("settings.set", quiet="21:00-08:00")
    amy.does("task.add", subject="call Bob", due="2026-11-23T22:30")
    clock.now = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    assert said.now() == []
    clock.now = datetime(2026, 11, 24, tzinfo=UTC)
    assert said.now() == ["amy: Reminder: call Bob"]


def test_who_wants_no_notices_gets_no_reminder(amy, said, clock):
    amy.does("settings.set", notify=False)
    amy.does("task.add", subject="call Bob", due="2026-11-23T22:30")
    clock.wait(days=1)
    assert said.now() == []


def test_lists_by_day_week_and_overdue(amy, clock):
    for subject, due in (
        ("a", "2026-11-22T10:00"),
        ("b", "2026-11-23T18:00"),
        ("c", "2026-11-24"),
        ("d", "2026-12-01"),
    ):
        amy.does("task.add", subject=subject, due=due)
    amy.does("task.add", subject="e")
    assert amy.does("task.list") == "5 to follow up."
    assert amy.labels == [
        "Sun 22 Nov T1 · a", "18:00 T2 · b", "Tue 24 Nov T3 · c", "Tue 1 Dec T4 · d", "T5 · e",
    ]  # fmt: skip
    assert amy.does("task.list", due="2026-11-23") == "2 are due by the end of today."
    assert amy.does("task.list", due="2026-11-24") == "One is due on Tue 24 Nov."
    assert amy.does("task.list", period="week") == "2 are due then."
    assert amy.does("task.list", period="week", offset=1) == "One is due then."
    assert amy.does("task.list", status="overdue") == "One is overdue."
    assert amy.does("task.list", status="done") == "Nothing is done yet."
    assert amy.does("task.list", ref="T2") == "This is T2."


def test_what_was_done_is_listed_by_when_it_was_done(amy, clock):
    for subject, due in (("a", "2026-11-24"), ("b", "2026-12-24"), ("c", "")):
        amy.does("task.add", subject=subject, due=due or None)
    for ref in ("T1", "T2"):
        amy.does("task.done", ref=ref)
    clock.wait(days=10)
    amy.does("task.done", ref="T3")
    assert (amy.does("task.list", status="done"), amy.labels) == (
        "3 are done.",
        ["T3 · c", "Thu 24 Dec T2 · b", "Tue 24 Nov T1 · a"],
    )
    assert amy.does("task.list", status="done", due="2026-12-03") == "One was done then."
    assert amy.does("task.list", status="done", due="2026-11-24") == "Nothing was done then."
    assert amy.does("task.list", status="done", period="month", offset=-1) == "2 were done then."
    assert amy.does("task.list", status="done", period="month") == "One was done then."


def test_only_ones_own_are_seen_by_a_rep_and_all_of_the_team_by_the_manager(amy, chat):
    bob, boss = chat("bob"), chat("boss", Role.MANAGER)
    bob.does("task.add", subject="call Ann", due="2026-11-24")
    assert amy.does("task.done", ref="T1") == "I know no follow-up T1."
    assert amy.does("task.list", owner="Bob") == "There is nothing to follow up."
    assert boss.does("task.list", owner="Bob") == "One to follow up."
    assert boss.does("task.done", subject="call Ann") == "Done: T1 · call Ann."


def test_after_a_note_without_a_next_step_three_days_and_none_are_offered(chat):
    amy = chat("amy")
    assert amy.say("called Ann at Hooli, wants a quote").endswith("What comes next, and when?")
    assert amy.labels == ["Tue 24 Nov", "Thu 26 Nov", "Mon 30 Nov", "None", "Undo"]
    note = amy.last
    assert amy.press("None") == "Nothing more to do for Ann now."
    amy.last = note
    assert amy.press("Thu 26 Nov") == "Noted as T1."
    assert amy.facts == {"Due": "Thu 26 Nov 09:00 UTC", "Customer": "C2 · Ann · Hooli"}
    assert amy.say("undo") == "Taken back: T1."


@pytest.mark.parametrize(
    "words",
    [
        "remind me to call Foo",
        "remind me to call Foo at 25:00",
        "提醒我给张总打电话",
        "remind me to call Foo at 8am today",
    ],
)
def test_a_reminder_that_could_never_ring_asks_when(amy, words):
    assert amy.say(words) == "When?"
    assert amy.say("my tasks") == "There is nothing to follow up."


def test_the_answer_to_when_makes_the_reminder(amy, said, clock):
    amy.say("remind me to call Foo")
    assert amy.say("tomorrow 3pm") == "Noted as T1."
    assert amy.facts == {"Due": "Tue 24 Nov 15:00 Asia/Shanghai"}
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert said.now() == ["amy: Reminder: call Foo"]


def test_what_is_only_to_be_done_may_be_without_a_time(amy):
    assert amy.say("todo: send the offer to Foo") == "Noted as T1."


def test_one_is_put_off_for_as_long_as_is_said(amy, clock):
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    assert amy.say("snooze T1 for 2 hours") == "I shall remind you of T1 on Tue 24 Nov 17:00 Asia/Shanghai."
    assert amy.say("push T1 by a day") == "I shall remind you of T1 on Wed 25 Nov 17:00 Asia/Shanghai."
    clock.now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    amy.say("T1")
    assert amy.say("snooze it") == "I shall remind you of T1 on Wed 25 Nov 19:00 Asia/Shanghai."
    assert amy.say("T1推迟半小时") == "I shall remind you of T1 on Wed 25 Nov 19:30 Asia/Shanghai."


def test_what_is_said_after_a_reminder_is_about_it(amy, said, clock):
    amy.does("task.add", subject="send the offer", due="2026-11-25T15:00")
    amy.does("task.add", subject="call Bob", due="2026-11-24T15:00")
    amy.does("task.show", ref="T1")
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    said.now()
    assert amy.say("snooze 20 min") == "I shall remind you of T2 on Tue 24 Nov 15:20 Asia/Shanghai."
    clock.wait(minutes=20)
    said.now()
    assert amy.say("done") == "Is this follow-up done?"
    assert amy.press("Yes") == "Done: T2 · call Bob."


def test_one_may_begin_to_come_again_and_at_the_end_of_each_month(amy, said, clock):
    amy.does("task.add", subject="close the books", due="2026-11-24T15:00")
    amy.say("T1 every friday")
    assert amy.facts == {"Due": "Fri 27 Nov 15:00 Asia/Shanghai", "Again": "every Friday"}
    amy.say("at the end of every month remind me to pay the rent")
    assert amy.facts == {"Due": "Mon 30 Nov 09:00 Asia/Shanghai", "Again": "every month, on the last day"}
    told = []
    for day in range(100):
        clock.now = NOW + timedelta(days=day, hours=16)
        told += [f"{clock.now:%d.%m}" for words in said.now() if "rent" in words]
    assert told == ["30.11", "31.12", "31.01", "28.02"]


@pytest.mark.parametrize(
    "words", ["remind me every other week to call Bob", "隔周周一提醒我开会", "remind me quarterly"]
)
def test_what_cannot_come_again_so_is_said_rather_than_once(amy, words):
    assert amy.say(words).startswith("I can remind you every day, ")
    assert amy.say("my tasks") == "There is nothing to follow up."
