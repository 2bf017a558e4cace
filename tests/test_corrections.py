"""What counts as putting something right, and what does not."""

import pytest

from crmbot.corrections import Correction, correction_in


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("no, 30k not 3k", "30k", "3k"),
        ("30k, not 3k", "30k", "3k"),
        ("I meant 30k", "30k", ""),
        ("no, friday", "friday", ""),
        ("sorry, Bob not Bill", "Bob", "Bill"),
        ("not Bill but Bob", "Bob", "Bill"),
        ("oops, it was 30k.", "30k", ""),
        ("不对，是30万", "30万", ""),
        ("是3万不是30万", "3万", "30万"),
        ("不是周五，是周四", "周四", "周五"),
        ("说错了，应该是王总", "王总", ""),
    ],
)
def test_a_correction_says_what_is_right(said, right, wrong):
    assert correction_in(said) == Correction(right, wrong)


@pytest.mark.parametrize("said", ["no", "30k", "friday", "Bob", "sorry", "不对", "不是", "周五", "new deal Hooli 30k"])
def test_other_words_put_nothing_right(said):
    assert correction_in(said) is None


def test_what_was_written_since_is_not_taken_for_what_is_put_right(chat):
    amy = chat("amy")
    amy.say("new deal Hooli 3k")
    amy.say("customers")
    amy.say("no, 30k")
    assert amy.labels[0] == "Amount: $30,000"  # asked, for something else was looked at
    amy.say("new deal Globex 5k")
    amy.say("no, 50k")
    assert amy.facts["Amount"] == "$50,000"
    amy.say("D1")
    assert amy.facts["Amount"] == "$3,000"


def test_a_button_of_an_older_correction_changes_nothing(chat):
    amy = chat("amy")
    amy.say("new deal Hooli")
    amy.say("no, 30k")
    press = amy.button("Amount: $30,000")
    amy.say("new deal Globex 5k")
    amy.say(press)
    amy.say("D1")
    assert "Amount" not in amy.facts
    amy.say("D2")
    assert amy.facts["Amount"] == "$5,000"
