"""What a member chooses for themselves, and that it wins over the app's and the team's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crmbot.people import Member, Role
from handlers._wishes import read_wishes

SAID = {
    "speak Chinese": {"language": "zh"},
    "以后说中文": {"language": "zh"},
    "zh": {"language": "zh"},
    "switch to english": {"language": "en"},
    "quiet from 21 to 8": {"quiet": "21:00-08:00"},
    "quiet hours 9pm-7:30am": {"quiet": "21:00-07:30"},
    "晚上9点到早上8点免打扰": {"quiet": "21:00-08:00"},
    "勿扰 22:30 到 7点半": {"quiet": "22:30-07:30"},
    "no quiet hours": {"quiet": ""},
    "取消免打扰": {"quiet": ""},
    "notifications off": {"notify": False},
    "turn on notifications": {"notify": True},
    "don't notify me": {"notify": False},
    "关闭通知": {"notify": False},
    "打开提醒": {"notify": True},
    "unmute": {"notify": True},
    "time zone Berlin": {"zone": "Europe/Berlin"},
    "I'm in New York": {"zone": "America/New_York"},
    "把时区改成东京": {"zone": "Asia/Tokyo"},
    "我在北京": {"zone": "Asia/Shanghai"},
    "UTC+8": {"zone": "Etc/GMT-8"},
    "currency EUR": {"currency": "EUR"},
    "set my currency to pounds": {"currency": "GBP"},
    "货币人民币": {"currency": "CNY"},
    "ABC": {},
    "quiet from 25 to 8": {},
    "time zone Gondor": {},
    "": {},
}


@pytest.mark.parametrize("said", SAID)
def test_a_sentence_about_settings_says_what_to_change(said):
    assert read_wishes(said) == SAID[said]


def test_the_card_shows_what_is_chosen_and_a_button_changes_it(chat):
    amy = chat("amy")
    assert amy.does("settings.set").startswith("This is how I treat you.")
    assert amy.facts == {
        "Language": "English",
        "Time zone": "UTC (09:00)",
        "Currency": "USD",
        "Quiet hours": "none",
        "Notices": "on",
        "Role": "rep · sales",
        "Apps": "Terminal",
    }
    amy.press("Quiet 21:00–08:00")
    assert (amy.facts["Quiet hours"], amy.last.edits != "") == ("21:00–08:00", True)
    amy.press("No quiet hours")
    assert amy.facts["Quiet hours"] == "none"
    amy.press("Notices off")
    assert amy.facts["Notices"] == "off"


def test_a_chosen_language_wins_over_the_apps_and_speaks_at_once(chat):
    amy = chat("amy", language="en")
    assert amy.does("settings.set", query="speak Chinese") == "好的。从现在起："
    assert amy.say("D9") == "没有找到商机“D9”。"
    amy.sender = replace(amy.sender, language="en")
    amy.say("撤销")
    assert amy.say("D9") == "I know no deal D9."


def test_a_chosen_currency_is_that_of_amounts_which_name_none(chat):
    amy, bob = chat("amy"), chat("bob")
    amy.does("settings.set", query="currency EUR")
    amy.say("new deal Acme 30k")
    bob.say("new deal Hooli 30k")
    assert (amy.facts["Amount"], bob.facts["Amount"]) == ("€30,000", "$30,000")


def test_a_chosen_zone_is_where_days_begin(chat, clock):
    amy = chat("amy")
    clock.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    amy.does("settings.set", query="时区上海")
    amy.say("new deal Acme close tomorrow")
    assert amy.facts["Closing"] == "Wed 25 Nov"


def test_a_button_may_ask_and_the_next_message_answers(chat):
    amy = chat("amy")
    amy.does("settings.set")
    assert amy.press("Time zone") == "Which time zone? A city will do: Berlin."
    amy.say("Berlin")
    assert amy.facts["Time zone"] == "Europe/Berlin (10:00)"
    amy.press("Currency")
    assert amy.say("Monopoly money") == "Currency: I do not know “Monopoly money”."


def test_what_is_no_setting_is_said_and_changes_nothing(chat):
    amy = chat("amy")
    assert amy.does("settings.set", query="be nice").startswith("I did not get which setting")
    assert amy.does("settings.set", language="fr") == "Language: I cannot take that."


def test_the_bare_command_shows_the_card(chat):
    amy = chat("amy")
    assert amy.say("/settings").startswith("This is how I treat you.")
    assert amy.say("设置").startswith("This is how I treat you.")


def test_a_viewer_chooses_too(chat):
    eve = chat("eve", Role.VIEWER)
    eve.does("settings.set", query="notifications off")
    assert (eve.facts["Notices"], "Undo" in eve.labels) == ("off", False)


@pytest.mark.parametrize(
    ("quiet", "hour", "disturbed"),
    [
        ("21:00-08:00", 3, True),
        ("21:00-08:00", 8, False),
        ("21:00-08:00", 21, True),
        ("12:00-14:00", 13, True),
        ("12:00-14:00", 3, False),
        ("", 3, False),
    ],
)
def test_quiet_hours_are_those_of_the_members_own_clock(quiet, hour, disturbed):
    amy = Member(1, "Amy", Role.REP, "sales", "en", "Asia/Shanghai", quiet=quiet)
    at = datetime(2026, 11, 23, hour, 0, tzinfo=UTC)
    assert amy.disturbed(at.replace(hour=(hour - 8) % 24)) == disturbed
