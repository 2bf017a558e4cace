"""Tickets as members see them: opened, listed, handed over, closed, reopened, taken back."""

import pytest
from conftest import NOW

from crmbot.people import Role
from crmbot.understand import understand


def test_a_ticket_is_opened_for_a_customer_and_its_kind_is_one_tap_away(chat):
    amy = chat()
    assert amy.does("ticket.add", name="Acme", subject="invoice is wrong") == "Opened K1 for Acme."
    assert amy.labels == ["feedback", "complaint", "Undo"]
    assert amy.press("complaint") == "Changed K1."
    assert (amy.facts["Kind"], amy.facts["Priority"]) == ("complaint", "high")
    assert amy.does("ticket.add", name="Acme", subject="late", category="complaint", priority="low")
    assert amy.facts["Priority"] == "low"
    assert amy.say("undo") == "Taken back: K2."


def test_what_it_is_about_is_asked_for(chat):
    amy = chat()
    assert amy.does("ticket.add", name="Acme") == "What is it about?"
    assert amy.say("cannot log in") == "Opened K1 for Acme."
    assert amy.last.reply.card.title == "K1 · Acme · cannot log in"


def test_the_most_urgent_come_first_and_filters_hold(chat):
    amy = chat()
    for subject, priority in (("a", "low"), ("b", "urgent"), ("c", "normal"), ("d", "urgent")):
        amy.does("ticket.add", name="Acme", subject=subject, priority=priority)
    amy.does("ticket.add", name="Hooli", subject="e", category="feedback")
    assert amy.does("ticket.list") == "5 open tickets."
    assert [label.rpartition(" ")[2] for label in amy.labels] == ["b", "d", "c", "e", "a"]
    assert amy.does("ticket.list", name="acme", priority="urgent") == "2 open tickets."
    assert amy.does("ticket.list", category="feedback") == "One open ticket."
    assert amy.does("ticket.list", status="closed") == "No closed tickets."
    assert amy.does("ticket.list", period="day", offset=-1) == "No open tickets."
    assert amy.does("ticket.list", period="day", owner="me") == "5 open tickets."


def test_a_ticket_is_meant_by_its_customer_and_by_what_it_is_about(chat):
    amy = chat()
    amy.does("ticket.add", name="Acme", subject="invoice is wrong")
    amy.does("ticket.add", name="Acme", subject="cannot log in")
    amy.does("ticket.add", name="Hooli", subject="late")
    assert amy.does("ticket.show", name="hooli") == "This is K3."
    assert amy.does("ticket.show", name="acme") == "Which one do you mean?"
    assert amy.does("ticket.show", name="acme", subject="cannot log in") == "This is K2."
    amy.does("ticket.close", ref="K1")
    assert amy.does("ticket.show", name="acme") == "This is K2."


def test_whoever_is_given_a_ticket_hears_of_it(chat):
    amy, bob = chat("amy", Role.MANAGER), chat("bob")
    amy.does("ticket.add", name="Acme", subject="late", owner="Bob")
    [told] = [each for each in amy.all if each.reply.text.id == "ticket-yours"]
    assert (told.place.chat, told.reply.text.args["label"]) == ("bob", "K1 · Acme · late")
    bob.last = told
    assert bob.press("K1") == "This is K1."
    assert amy.does("ticket.update", ref="K1", owner="Zed") == "I know no member Zed."


def test_a_complaint_is_closed_with_its_cause(chat):
    amy = chat()
    amy.does("ticket.add", name="Acme", subject="late again", category="complaint")
    assert amy.does("ticket.close", ref="K1") == "What was the cause of K1? Press, or say it."
    assert amy.press("Delivery") == "K1 is closed."
    assert amy.facts["Reason"] == "Delivery"
    assert amy.does("ticket.close", ref="K1") == "K1 is closed already."
    amy.does("ticket.add", name="Acme", subject="rude", category="complaint")
    amy.does("ticket.update", ref="K2", status="closed")
    assert amy.say("we were short of staff") == "K2 is closed."
    assert amy.facts["Reason"] == "we were short of staff"
    assert amy.say("undo") == "Taken back: K2."
    assert amy.does("ticket.show", ref="K2") and amy.facts["Status"] == "open"


def test_feedback_has_a_theme_that_is_counted_and_whoever_gave_it_hears_that_it_is_done(chat):
    amy, ann = chat("amy", Role.OWNER), chat("ann", None)
    ann.say("a dark mode would be nice")
    ann.press("Feedback")
    amy.does("ticket.show", ref="K1")
    assert "Theme" in amy.labels
    assert amy.press("Theme") == "What is K1 about? Press, or say it."
    assert amy.press("Product") == "Changed K1."
    assert amy.facts["Theme"] == "Product" and "Theme" not in amy.labels
    for number, note in ((2, "#billing again"), (3, "see also #billing"), (4, "nothing")):
        amy.does("ticket.add", name="Acme", subject=f"an idea {number}", category="feedback")
        amy.does("ticket.update", ref=f"K{number}", text=note)
    assert amy.does("ticket.list", category="feedback") == "4 open tickets.\nBilling: 2\nProduct: 1"
    assert amy.does("ticket.list", category="complaint") == "No open tickets."
    amy.does("ticket.close", ref="K1")
    assert ann.reads(amy).startswith("K1: done. Thank you for telling us.")
    amy.does("ticket.theme", ref="K4")
    assert amy.say("暗色模式") == "Changed K4." and amy.facts["Theme"] == "暗色模式"


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("feedback tickets", "feedback"),
        ("complaints this month", "complaint"),
        ("反馈工单", "feedback"),
        ("看看投诉工单", "complaint"),
    ],
)
def test_a_kind_is_listed_by_its_name(said, category):
    meant = understand(said, now=NOW, language="en")
    assert (meant.intent, meant.slots["category"]) == ("ticket.list", category)


def test_tickets_of_another_team_are_not_known(chat):
    amy, eve = chat("amy"), chat("eve", team="other")
    amy.does("ticket.add", name="Acme", subject="late")
    for intent, slots in (("show", {}), ("claim", {}), ("close", {}), ("update", {"priority": "low"}), ("rank", {})):
        assert eve.does(f"ticket.{intent}", ref="K1", **slots) == "I know no ticket K1."
    assert eve.does("ticket.list") == "No open tickets."
    assert eve.does("ticket.update", ref="K1", owner="amy") == "I know no ticket K1."


def test_a_viewer_looks_and_changes_nothing(chat):
    chat("amy").does("ticket.add", name="Acme", subject="late")
    vic = chat("vic", Role.VIEWER)
    assert vic.does("ticket.show", ref="K1") == "This is K1."
    assert vic.labels == []
    assert vic.does("ticket.close", ref="K1") == "A viewer may not do that."


@pytest.mark.parametrize(("note", "theme"), [("see #4711", None), ("#billing again", "billing"), ("#2fa", "2fa")])
def test_a_number_is_no_theme(chat, database, note, theme):
    amy = chat()
    amy.does("ticket.add", name="Ann Poe", subject="no way to pay", category="feedback")
    amy.does("ticket.update", ref="K1", text=note)
    assert database.run(lambda store: store.tickets.one("K1").cause) == theme
