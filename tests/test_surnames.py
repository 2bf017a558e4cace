"""A surname alone finds the person, and a ref is nobody's name."""

import pytest

from crmbot.people import Role


@pytest.fixture
def amy(chat):
    amy = chat("amy", Role.MANAGER)
    amy.does("customer.add", name="Maria Lopez")
    return amy


def test_a_surname_alone_finds_the_one_who_has_it(amy):
    assert amy.say("show me Lopez") == "This is C1."
    assert amy.say("find lopez") == "This is C1."
    assert amy.say("show me Lop") == "I know no customer Lop."


def test_of_several_it_asks_which(amy):
    amy.does("customer.add", name="David Lopez")
    assert amy.say("show me Lopez") == "Which one do you mean?"
    assert amy.labels == ["C1 · Maria Lopez", "C2 · David Lopez"]


def test_a_new_customer_is_not_taken_for_one_of_the_same_surname(amy):
    assert amy.say("new deal Lopez 5k") == "Added D1 for Lopez."


def test_a_ref_is_no_name(amy):
    assert amy.does("customer.add", name="C1", phone="+14155552671").startswith("C1 is the number of a record")
    assert amy.does("customer.add", name="c77").startswith("C77 is the number of a record")
    assert amy.say("C2") == "I know no customer C2."
    assert amy.say("C1 phone 415 555 2671") == "Changed C1."
