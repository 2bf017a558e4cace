"""Bringing records up to date, what was changed in them, and making one of two."""

from conftest import Chat

from crmbot.people import Role
from crmbot.words import say


def rows(chat: Chat) -> list[list[str]]:
    table = chat.last.reply.table
    return [[say(cell, chat.last.language) for cell in row] for row in table.rows] if table else []


def test_who_is_given_a_record_hears_of_it(chat):
    amy, bob = chat("amy"), chat("bob")
    amy.say("new deal Acme 30k")
    amy.does("deal.update", deal="D1", owner="Bob")
    assert [say(each.reply.text, "en") for each in amy.all if each.place == bob.place] == [
        "Amy has given you D1 · Acme."
    ]
    amy.does("customer.update", customer="C1", owner="Bob", text="prefers email")
    assert amy.facts["Note"] == "prefers email"
    assert [say(each.reply.text, "en") for each in amy.all if each.place == bob.place] == [
        "Amy has given you C1 · Acme."
    ]


def test_of_several_phones_a_new_one_is_one_more(chat):
    amy = chat("amy")
    amy.say("new customer Ann Poe, +1 415 555 2671")
    amy.does("customer.update", customer="C1", phone="+14155558899")
    assert amy.facts["Phone"] == "+1 415-555-8899"
    amy.does("customer.add", name="Ann Poe", phone="+14155550000", same="C1")
    amy.does("customer.update", customer="C1", phone="+442079460958", tags=["vip"])
    assert amy.facts["Phone"] == "+1 415-555-8899, +1 415-555-0000, +44 20 7946 0958"
    assert amy.facts["Tags"] == "#vip"


def test_the_history_of_a_deal_says_who_changed_what_and_when(chat, clock):
    amy, boss = chat("amy"), chat("boss", Role.MANAGER)
    amy.say("new deal Acme 30k")
    clock.wait(hours=1)
    boss.does("deal.update", deal="D1", amount={"value": "45000"}, close_date="2027-01-15")
    boss.say("move D1 to proposal")
    amy.does("deal.history", deal="D1")
    assert rows(amy) == [
        ["Mon 23 Nov 10:00", "Boss", "Stage: lead → proposal"],
        ["Mon 23 Nov 10:00", "Boss", "Amount: $30,000 → $45,000"],
        ["Mon 23 Nov 10:00", "Boss", "Closing: – → Fri 15 Jan 2027"],
        ["Mon 23 Nov 09:00", "Amy", "added"],
    ]
    assert chat("bob").does("deal.history", deal="D1") == "I know no deal D1."


def test_the_history_of_a_customer_tells_its_deletion_and_return(chat):
    amy = chat("amy")
    amy.say("new customer Acme")
    amy.does("customer.delete", customer="C1", sure=True)
    amy.say("undo")
    amy.does("customer.history", customer="C1")
    assert [what for _, _, what in rows(amy)] == ["put back", "deleted", "added"]


def test_contacts_are_listed_with_a_customer_and_its_people_or_ones_own(chat, clock):
    amy, bob = chat("amy"), chat("bob")
    amy.say("new customer Ann Poe, Hooli")
    amy.does("interaction.log", customer="C1", kind="call", text="no answer")
    clock.wait(days=1)
    bob.does("interaction.log", customer="C2", kind="meeting", text="keen")
    amy.does("interaction.list", customer="C1")
    assert rows(amy) == [
        ["Tue 24 Nov", "meeting", "Ann Poe", "keen"],
        ["Mon 23 Nov", "call", "Hooli", "no answer"],
    ]
    amy.does("interaction.list", period="week")
    assert [row[3] for row in rows(amy)] == ["no answer"]
    assert amy.does("interaction.list", kind="call", when="2026-11-24") == "No contacts noted."
    mal = chat("mal", team="other")
    assert mal.does("interaction.list", customer="C1") == "I know no customer C1."


def merged(chat) -> Chat:
    """Two Anns, each with a deal; they share a phone and a tag, and one has an email."""
    amy = chat("amy")
    amy.does("customer.add", name="Ann Poe", company="Hooli", phone="+14155552671", tags=["vip"])
    amy.does(
        "customer.add", name="Anne P.", phone="+14155552671", email="ann@hooli.example", tags=["vip", "x"], anyway=True
    )
    amy.does("deal.add", customer="C2", amount={"value": "10"})
    amy.does("deal.add", customer="C3", amount={"value": "20"})
    amy.does("interaction.log", customer="C3", text="keen")
    amy.does("customer.merge", customer="C3", into="C2")
    assert amy.labels == ["Yes", "No"]
    amy.press("Yes")
    return amy


def test_a_merge_moves_all_and_doubles_nothing(chat):
    amy = merged(chat)
    assert (amy.facts["Phone"], amy.facts["Email"], amy.facts["Tags"]) == (
        "+1 415-555-2671",
        "ann@hooli.example",
        "#vip #x",
    )
    amy.does("customer.show", customer="C2")
    assert amy.labels == ["D1 · Ann Poe · $10", "D2 · Ann Poe · $20", "Edit"]
    amy.does("interaction.list", customer="C2")
    assert [row[3] for row in rows(amy)] == ["keen"]
    assert amy.say("C3") == "I know no customer C3."


def test_a_merge_is_taken_back_within_a_week_by_its_button(chat, clock):
    amy = merged(chat)
    undo = amy.button("Undo")
    clock.wait(days=6)
    assert amy.say("undo") == "There is nothing of yours to take back."
    assert amy.say(undo).startswith("Taken back: C2, C3, D2, I1")
    amy.does("customer.show", customer="C3")
    assert (amy.facts["Phone"], amy.facts["Tags"]) == ("+1 415-555-2671", "#vip #x")


def test_a_merge_is_final_after_a_week(chat, clock):
    amy = merged(chat)
    undo = amy.button("Undo")
    clock.wait(days=7, minutes=1)
    assert amy.say(undo) == "There is nothing of yours to take back."


def test_a_merge_needs_two_that_one_may_touch(chat):
    amy, mal = merged(chat), chat("mal", team="other")
    assert amy.does("customer.merge", customer="C2", into="C2").startswith("Which two?")
    assert mal.does("customer.merge", customer="C1", into="C2") == "I know no customer C1."


def test_deleting_a_customer_drops_its_follow_ups_and_keeps_its_deals(chat):
    amy = chat("amy")
    amy.say("called Acme, 30k, call back on friday")
    amy.does("customer.delete", customer="C1")
    assert "one open deal, one contact noted, one follow-up" in say(amy.last.reply.text, "en")
    amy.press("Yes")
    assert amy.does("task.list", status="open") == "There is nothing to follow up."
    assert amy.say("D1") == "This is D1."
    amy.say("undo")
    assert amy.say("C1") == "This is C1."


def test_a_reason_said_in_the_next_message_is_taken_and_a_command_is_not(chat):
    amy = chat("amy")
    amy.say("new deal Acme")
    amy.say("new deal Hooli")
    amy.say("lost D1")
    assert amy.say("they went with a competitor") == "D1 · Acme: lost."
    assert amy.facts["Reason"] == "they went with a competitor"
    amy.say("lost D2")
    assert amy.say("open deals") == "No open deals."
    assert "Reason" not in (amy.say("D2") and amy.facts)
