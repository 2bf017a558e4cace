"""Role × intent × kind of place: in a group everybody reads along, so names, amounts and contacts stay out of it."""

import asyncio
from dataclasses import replace

import pytest
from conftest import NOW, Chat
from sqlalchemy import text as sql
from test_roles import EXPECTED, INTENTS, take_back

from crmbot.audience import in_group, is_open
from crmbot.incoming import Place
from crmbot.money import Money
from crmbot.people import Member, Role
from crmbot.reply import Button, Card, Reply, text, verbatim
from crmbot.words import say

GROUP = Place("terminal", "group", "", private=False)
CHANNEL = Place("slack", "C1", "100.1", private=False)
PLACES = {
    "private": Place("terminal", "someone"),
    "a linked Slack channel": CHANNEL,
    "an unlinked group": Place("terminal", "other-group", "", private=False),
    "another team's group": Place("terminal", "their-group", "", private=False),
    "a shared Slack channel": Place("slack", "C2", "@someone", external=True),  # as the adapter hears it: an aside
}
CANARIES = ("Zanzibar", "Kowalski", "8899", "kowalski@", "31,337", "31337", "confidential")
SLOTS = {"Customer": "C1", "Deal": "D1", "Task": "T1", "Ticket": "K1", "MemberRow": "U2"}


def visible(chat: Chat, place: Place) -> str:
    """Every word that was said to that place by the last message."""
    words = []
    for each in chat.all:
        if each.place != place:
            continue
        reply = each.reply
        said = [reply.text, *(button.label for button in reply.buttons)]
        said += [part for fact in reply.card.facts for part in fact] if reply.card else []
        said += [verbatim(reply.card.title)] if reply.card else []
        said += [cell for row in reply.table.rows for cell in row] if reply.table else []
        words += [say(part, each.language) for part in said]
    return "\n".join(words)


def company(chat) -> None:
    """One record of each kind, full of what a group must not read."""
    amy = chat("amy")
    amy.does(
        "customer.add", name="Kowalski", company="Zanzibar", phone="+14155558899", email="kowalski@zanzibar.example"
    )
    amy.does("deal.add", customer="C2", amount={"value": "31337"}, text="confidential")
    amy.does("interaction.log", customer="C2", text="confidential")
    amy.does("task.add", subject="call Kowalski", due="2026-11-27", name="Kowalski")
    amy.does("ticket.add", subject="Kowalski cannot log in, confidential", name="Kowalski")


def linked(store) -> None:
    """The groups as every cell finds them."""
    store.unlink_place(PLACES["an unlinked group"])
    for place, team in ((CHANNEL, "sales"), (PLACES["another team's group"], "rivals")):
        store.link_place(place, Member(1, "Boss", Role.OWNER, team, "en", "UTC"), NOW)


def allowed(role: Role, name: str, kind: str) -> str:
    """What the one table of roles and the rule of places come to: the answer, or who refuses it."""
    answers = kind in ("private", "a linked Slack channel")
    answers |= kind == "another team's group" and role is Role.OWNER
    links = name == "place.link" and (kind == "an unlinked group" or EXPECTED[name][role] is None)
    links &= kind != "a shared Slack channel"
    if not answers and not links:
        return "place"
    return "role" if EXPECTED[name][role] is None else "may"


def verdict(answer: str) -> str:
    if answer in ("place-unlinked", "place-external", "place-of-another-team"):
        return "place"
    return "role" if answer == "not-allowed" else "may"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", PLACES)
def test_every_role_intent_and_kind_of_place(kind, role, chat, database):
    company(chat)
    someone, place = chat("someone", role), PLACES[kind]
    someone.say("help")
    someone.place = place
    for name, spec in INTENTS.items():
        database.run(linked)
        slots = {slot: SLOTS[record.__name__] for slot, record, _ in spec.records[:1] if record.__name__ in SLOTS}
        someone.does(name, **slots)
        answer = someone.last.reply.text.id
        assert verdict(answer) == allowed(role, name, kind), (name, answer)
        if kind != "private":
            assert [word for word in CANARIES if word in visible(someone, place)] == [], (name, visible(someone, place))
        if verdict(answer) != "may":
            assert [each.place for each in someone.all] == [place]
        take_back(someone)


def test_the_group_reads_a_count_and_the_one_who_asked_the_figures(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("new deal Acme 30k")
    amy.place = GROUP
    assert amy.say("open deals").startswith("This group is not linked to a team, so I say nothing here.")
    amy.does("place.link")
    assert amy.say("open deals") == "One open deal. The rest is in our private chat."
    assert visible(amy, Place("terminal", "amy")) == "One open deal: $30,000\nD1 · Acme · $30,000"
    assert amy.say("won D1") == "D1: won. The rest is in our private chat."
    assert amy.say("undo") == "Taken back: D1. The rest is in our private chat."
    assert visible(amy, Place("terminal", "amy")).endswith("\nStage\nlead\nD1 · Acme")


def test_who_never_wrote_in_private_is_told_to(chat):
    amy = chat("amy", Role.MANAGER)
    amy.place = GROUP
    amy.does("place.link")
    assert amy.say("new deal Acme 30k").startswith("Added D1. The rest is for your eyes: write to me")


def test_a_reply_in_a_group_is_about_the_record_though_its_name_is_not_shown(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("help")
    amy.place = GROUP
    amy.does("place.link")
    amy.say("new deal Acme 30k")
    amy.say("new deal Hooli")
    first = f"m{amy.last.id - 2}"
    assert amy.say("move to proposal", reply_to=first).startswith("D1: proposal.")


def test_a_question_in_a_group_is_answered_there_and_a_yes_too(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("help")
    amy.place = GROUP
    amy.does("place.link")
    assert amy.say("new deal") == "Who is it about?"
    assert amy.say("Acme").startswith("Added D1.")


def test_a_failure_in_a_group_is_not_called_done(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("help")
    amy.place = GROUP
    amy.does("place.link")
    assert amy.say("won D7") == "That was not done. The rest is in our private chat."
    assert visible(amy, Place("terminal", "amy")) == "I know no deal D7."


def test_a_question_of_a_group_that_is_answered_in_private_is_answered(chat):
    amy = asked_in_group(chat)
    there = amy.all[-1]
    amy.place, amy.last = Place("terminal", "amy"), there
    assert amy.press("Yes").startswith("This group is “terminal 2” to me now")
    amy.place = GROUP
    assert amy.say("yes") == "There is nothing that waits for a yes."


def test_a_question_that_was_answered_in_the_group_is_answered_in_private_too(chat):
    amy = asked_in_group(chat)
    there = amy.all[-1]
    assert "Scheduled as R1." in amy.say("yes")
    amy.place, amy.last = Place("terminal", "amy"), there
    assert amy.press("Yes") == "That was done already."


def asked_in_group(chat) -> Chat:
    amy = chat("amy", Role.MANAGER)
    amy.say("help")
    amy.place = GROUP
    amy.does("place.link")
    assert amy.say("every monday 9am send pipeline here").startswith("Shall I schedule this report?")
    return amy


def test_buttons_of_what_was_sent_to_the_private_chat_work_there(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("help")
    amy.place = GROUP
    amy.does("place.link")
    amy.say("new deal Acme 30k")
    there = amy.all[-1]
    amy.place, amy.last = Place("terminal", "amy"), there
    assert amy.press("Won") == "D1 · Acme: won."


def test_a_deep_link_links_the_group_once(chat):
    boss, amy = chat("boss", Role.MANAGER), chat("amy")
    code = boss.does("place.link").split("/link ")[1].split()[0]
    amy.place = boss.place = GROUP
    assert amy.say(f"/start@crmbot {code}") == "A rep may not do that."
    assert boss.say(f"/start {code}").startswith("This group is linked to the team sales now.")
    boss.press("Unlink")
    assert boss.say(f"/link {code}") == "This invitation does not work, or not any more. Please ask for a new one."
    assert amy.say("open deals").startswith("This group is not linked")


def test_a_group_that_became_a_supergroup_stays_linked(chat, outbox, database):
    boss = chat("boss", Role.MANAGER)
    boss.place = GROUP
    boss.does("place.link")
    asyncio.run(outbox.move(GROUP, "supergroup"))
    assert database.run(lambda store: store.team_of(replace(GROUP, chat="supergroup"))) == "sales"
    assert database.run(lambda store: store.team_of(GROUP)) is None


def test_undo_of_a_link_ends_it(chat, database):
    boss = chat("boss", Role.MANAGER)
    boss.place = GROUP
    boss.does("place.link")
    assert database.run(lambda store: store.connection.execute(sql("SELECT count(*) FROM linked_place")).scalar()) == 1
    boss.say("undo")
    assert boss.say("open deals").startswith("This group is not linked")


@pytest.mark.parametrize(
    ("said", "open_"),
    [
        (text("deal-moved", ref="D1", customer="Acme", stage=text("stage", stage="won")), False),
        (text("undone", refs="C1, D1"), True),
        (text("value", value=Money(1, "USD")), False),
        (text("not-found", what=text("noun", kind="deal"), words="Acme"), False),
        (verbatim("D1"), False),
        (text("customers-found", count=3), True),
    ],
)
def test_what_is_not_known_to_be_open_is_not(said, open_):
    assert is_open(said) == open_


def test_the_rule_holds_for_every_part_of_a_reply():
    plain = text("never-mind")
    for closed in (
        Reply(plain, Card("D1", "D1 · Acme")),
        Reply(plain, buttons=(Button(verbatim("Acme"), "deal.show", {}),)),
        Reply(text("customer-added", ref="C1", name="Acme")),
    ):
        here, there = in_group(closed, reached=True, outcome=text("done-in-private"))
        assert there == closed
        assert "Acme" not in str(here)
