"""Promises to customers: warned of in time, not while it is their turn, nor at night."""

from collections.abc import Callable

import pytest
from conftest import Chat

import bot
from crmbot.config import Settings
from crmbot.incoming import Place, Sender
from crmbot.people import Role


@pytest.fixture
def ann(chat) -> Chat:
    return chat("ann", None)


@pytest.fixture
def boss(chat) -> Chat:
    return chat("boss", Role.OWNER)


def warned(said) -> list[str]:
    return [each.partition(": ")[2] for each in said.now() if each.startswith("boss: K")]


def test_the_team_is_warned_before_an_answer_is_late(ann, boss, said, clock):
    ann.say("which plan fits us?")
    clock.wait(hours=3)
    assert warned(said) == []
    clock.wait(hours=0.2)
    assert warned(said) == ["K1: an answer was promised by Mon 23 Nov 13:00."]
    boss.last = said.heard[0]
    assert "Claim" in boss.labels
    assert boss.say("The big one", reply_to=f"m{said.heard[0].id}") == "K1: Ann has it from here."
    clock.wait(hours=3)
    assert warned(said) == []


def test_a_complaint_is_to_be_answered_sooner(ann, boss, said, clock):
    ann.say("late again")
    ann.press("Complaint")
    clock.wait(minutes=48)
    assert warned(said) == ["K1: an answer was promised by Mon 23 Nov 10:00."]


def test_while_it_waits_for_the_customer_the_clock_stands(ann, boss, said, clock):
    ann.say("which plan fits us?")
    boss.does("ticket.reply", ref="K1", text="How many are you?")
    clock.wait(days=4)
    assert warned(said) == []
    ann.say("twenty")
    assert boss.does("ticket.show", ref="K1")
    assert boss.facts["Solve by"] == "Tue 1 Dec 18:00"  # three working days from Friday 09:00


def test_at_night_and_at_the_weekend_it_stands_too(ann, boss, said, clock):
    clock.wait(hours=8)  # Monday 17:00
    ann.say("which plan fits us?")
    boss.does("ticket.show", ref="K1")
    assert boss.facts["Answer by"] == "Tue 24 Nov 12:00"


@pytest.fixture
def shop(app, database, outbox, clock) -> Callable[[str, Role | None], Chat]:
    """People of a team that stops for lunch, works on Saturdays, and has a day off."""
    service = {
        "hours": ["mon-fri 09:00-12:00 13:00-18:00", "sat 10:00-12:00"],
        "holidays": ["2026-11-24"],
        "respond_hours": {"enquiry": 4, "feedback": 8, "complaint": 1.5},
        "resolve_hours": {"enquiry": 12, "feedback": 45, "complaint": 9},
    }
    open_shop = bot.build(Settings(service=service, bot={"timezone": "Asia/Shanghai"}), clock)

    def open_chat(name: str, role: Role | None) -> Chat:
        sender = Sender("terminal", name, name.title(), "en")
        if role:
            database.run(lambda store: store.members.enrol(sender, role, clock()))
        return Chat(open_shop, database, outbox, sender, Place("terminal", name))

    return open_chat


def test_each_kind_has_its_own_times_in_the_hours_of_the_team(shop, clock):
    boss, ann = shop("boss", Role.OWNER), shop("ann", None)
    clock.wait(hours=-6, minutes=-30)  # in Shanghai it is 10:30 on a Monday, tomorrow is a day off
    ann.say("which plan fits us?")
    boss.does("ticket.show", ref="K1")
    assert boss.facts["Answer by"] == "Mon 23 Nov 15:30"  # an hour and a half, lunch, two and a half more
    complaint, feedback = map(ann.button, ("Complaint", "Feedback"))
    ann.say(complaint)
    boss.does("ticket.show", ref="K1")
    assert (boss.facts["Answer by"], boss.facts["Priority"]) == ("Mon 23 Nov 12:00", "high")
    ann.say(feedback)
    boss.does("ticket.show", ref="K1")
    assert boss.facts["Answer by"] == "Wed 25 Nov 10:30"  # 6.5 h today, none tomorrow
    assert boss.facts["Priority"] == "normal"


def test_the_clock_goes_on_when_it_is_opened_again(ann, boss, said, clock):
    ann.say("which plan fits us?")
    boss.does("ticket.close", ref="K1")
    boss.does("ticket.show", ref="K1")
    assert "Answer by" not in boss.facts
    clock.wait(days=1)
    ann.say("hello?")
    boss.does("ticket.show", ref="K1")
    assert boss.facts["Answer by"] == "Tue 24 Nov 13:00"


def test_one_that_waits_too_long_for_the_customer_is_closed_and_not_asked_about(ann, boss, said, clock):
    ann.say("which plan fits us?")
    boss.does("ticket.reply", ref="K1", text="How many are you?")
    clock.wait(days=14)
    assert any(each.startswith("ann: K1 is closed.") for each in said.now())
    assert boss.does("ticket.close", ref="K1") == "K1 is closed already."
    clock.wait(days=1)
    assert not [each for each in said.now() if each.startswith("ann:")]
