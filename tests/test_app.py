"""What the road promises, whatever the handler does: done, asked, refused or our bug, database away."""

from dataclasses import replace

import pytest
from conftest import Chat
from sqlalchemy import text as sql

from crmbot.errors import Unavailable
from crmbot.incoming import Contact, Incoming, Press
from crmbot.intents import NoSlots, intent
from crmbot.people import Permission, Role
from crmbot.reply import Reply, text
from storage.audit import broken_at


def with_handler(chat, name, handler):
    spec = replace(chat.app.intents[name], handler=handler)
    chat.app = replace(chat.app, intents={**chat.app.intents, name: spec})


def count(database, table):
    return database.run(lambda store: store.connection.execute(sql(f"SELECT count(*) FROM {table}")).scalar())


def test_a_message_that_comes_again_changes_nothing_and_is_not_answered_again(chat, database):
    amy = chat()
    assert amy.say("new deal Acme 30k", key="k") == "Added D1 for Acme."
    assert amy.say("new deal Acme 30k", key="k") == ""
    assert count(database, "deal") == 1


async def test_its_reply_goes_out_again_only_if_it_was_not_marked_sent(chat, outbox):
    amy = chat()
    incoming = Incoming("k", amy.sender, amy.place, amy.app.clock(), "new deal Acme")
    amy.take(incoming)
    amy.take(incoming)
    [waiting] = await outbox.unsent(doubtful=True)
    assert (waiting.reply.text.id, waiting.repeat) == ("deal-added", True)
    outbox.sent(waiting, "m1")
    assert await outbox.unsent(doubtful=False) == []


def test_the_same_key_with_other_words_is_refused_and_audited(chat, database, caplog):
    amy = chat()
    amy.say("new deal Acme", key="k")
    before = count(database, "audit")
    assert amy.say("new deal Evil", key="k") == ""
    assert "came again with other words" in caplog.text
    assert "Evil" not in caplog.text
    assert (count(database, "deal"), count(database, "audit")) == (1, before + 1)


def test_a_bug_changes_nothing_but_is_answered_kept_and_audited(chat, database, caplog):
    amy, calls = chat(), []

    def breaks(slots, *, member, store, now):
        calls.append(slots.customer.ref)
        raise RuntimeError("boom +1 415 555 2671")

    with_handler(amy, "deal.add", breaks)
    assert amy.say("new deal Acme", key="k").startswith("That went wrong, and it is our mistake")
    assert amy.say("new deal Acme", key="k") == ""
    assert len(calls) == 1
    assert "incident" in caplog.text
    assert (count(database, "customer"), count(database, "deal"), count(database, "gram")) == (0, 0, 0)


def test_a_refusal_changes_nothing_but_is_kept(chat, database):
    amy, bob = chat("amy"), chat("bob")
    amy.say("new deal Acme")
    assert bob.say("won D1", key="k") == "I know no deal D1."
    assert bob.say("won D1", key="k") == ""
    assert count(database, "handled") == 2


def test_with_the_database_away_nothing_is_kept_and_the_message_may_come_again(chat, database):
    amy = chat()
    works = amy.app.intents["deal.add"].handler

    def away(slots, *, member, store, now):
        works(slots, member, store, now)
        raise Unavailable

    with_handler(amy, "deal.add", away)
    with pytest.raises(Unavailable):
        amy.say("new deal Acme", key="k")
    assert count(database, "handled") == 0
    with_handler(amy, "deal.add", works)
    assert amy.say("new deal Acme", key="k").startswith("Added D")


def test_what_breaks_the_road_itself_is_answered_and_never_comes_again(chat, database):
    amy = chat()

    def apologise(store):
        amy.app.apologise(Incoming("k", amy.sender, amy.place, amy.app.clock(), "x"), store)
        return store.outgoing

    assert amy.hear(database.run(apologise)).startswith("That went wrong")
    assert amy.say("new deal Acme", key="k") == ""


def test_a_forged_a_foreign_and_a_used_button_do_nothing(chat):
    amy, bob = chat("amy"), chat("bob", Role.MANAGER)
    amy.say("new deal Acme")
    token, won = amy.last.token, amy.button("Won")
    gone = "That button is too old to work: say it in words, or ask for the card again."
    assert amy.say(Press("guess", 0)) == gone
    assert amy.say(Press(token, 7)) == gone
    assert amy.say(Press(token, -1)) == gone
    assert bob.say(won) == gone
    assert amy.say(won) == "D1 · Acme: won."
    assert amy.say(won) == "That was done already."


def test_a_button_of_a_refused_press_may_be_pressed_again(chat):
    amy, bob = chat("amy", Role.MANAGER), chat("bob", Role.MANAGER)
    amy.say("new deal Acme")
    undo = amy.button("Undo")
    bob.say("move D1 to proposal")
    bob_undo = bob.button("Undo")
    assert amy.say(undo) == "Bob has changed D1 since, so I left it as it is."
    bob.say(bob_undo)
    assert amy.say(undo) == "Taken back: C1, D1."


def test_the_card_replied_to_is_meant_rather_than_the_last_one(chat):
    amy = chat()
    amy.say("new deal Acme")
    first = f"m{amy.last.id}"
    amy.say("new deal Hooli")
    assert amy.say("/won", reply_to=first) == "D1 · Acme: won."


def test_a_note_replied_to_a_deal_is_on_its_customer(chat):
    amy = chat()
    amy.say("new deal Acme")
    assert amy.say("called, wants 20 seats", reply_to=f"m{amy.last.id}").startswith("Call with Acme noted.")


def test_what_was_spoken_of_is_forgotten_after_an_hour(chat, clock):
    amy = chat()
    amy.say("new deal Acme")
    clock.wait(minutes=61)
    assert amy.say("/won") == "Which deal?"


def test_what_is_destructive_is_done_after_a_yes_only(chat, database):
    amy, done = chat(role=Role.OWNER), []

    @intent("test.erase", needs=Permission.WRITE_DEALS, asks=True)
    def erase(slots: NoSlots) -> Reply:
        done.append(1)
        return Reply(text("never-mind"))

    amy.app = replace(amy.app, intents={**amy.app.intents, "undo": replace(erase.__intent__, name="undo")})
    assert amy.say("undo") == "Shall I do this?"
    amy.say("no")
    assert amy.say("yes") == "There is nothing that waits for a yes."
    amy.say("undo")
    amy.say("yes")
    amy.say("undo")
    yes = amy.button("Yes")
    amy.say(yes)
    amy.say(yes)
    assert done == [1, 1]


def test_a_question_in_one_chat_is_not_answered_in_another(chat):
    amy = chat()
    amy.say("new deal")
    elsewhere = Chat(amy.app, amy.database, amy.outbox, amy.sender, replace(amy.place, chat="other"), amy.numbers)
    assert elsewhere.say("Hooli").startswith("I did not get that")
    assert amy.say("Hooli") == "Added D1 for Hooli."


def test_undo_goes_back_a_day_and_no_further(chat, clock):
    amy = chat()
    amy.say("new deal Acme")
    clock.wait(hours=25)
    assert amy.say("undo") == "There is nothing of yours to take back."


def test_undo_leaves_what_another_record_points_to(chat):
    amy, bob = chat("amy", Role.MANAGER), chat("bob", Role.MANAGER)
    amy.say("new customer Acme Robotics")
    bob.say("new deal Acme Robotics 5k")
    assert amy.say("undo") == "C1 is in use by now, so I left it as it is."


def test_a_shared_contact_card_becomes_a_customer(chat):
    amy = chat()
    assert amy.shares(Contact("Ann Poe", ("+44 7700 900123",), user="77")) == "Added Ann Poe as C1."
    assert amy.facts["Phone"] == "+44 7700 900123"


def test_the_reply_is_in_the_members_language(chat, database):
    lin = chat("lin", language="zh")
    assert lin.say("new deal Acme") == "已为 Acme 新建商机 D1。"
    database.run(lambda store: store.connection.execute(sql("UPDATE member SET language = 'en'")))
    assert lin.say("看下D1") == "This is D1."


def test_dates_are_read_by_the_members_own_clock(chat, database, clock):
    amy = chat()
    clock.wait(hours=10)  # 19:00 in London, tomorrow already in Tokyo
    database.run(lambda store: store.connection.execute(sql("UPDATE member SET zone = 'Asia/Tokyo'")))
    amy.say("new deal Acme 5k close tomorrow")
    assert amy.facts["Closing"] == "Wed 25 Nov"


def test_a_question_holds_the_other_commands_of_its_message(chat):
    amy = chat()
    amy.say("new deal Hooli 1k")
    amy.say("new deal Hooli 2k")
    assert amy.say("new deal Globex 30k; won the hooli deal; new deal Initech 3k") == "Which one do you mean?"
    globex, hooli, initech = amy.say("2").splitlines()
    assert globex.endswith("for Globex.") and hooli == "D1 · Hooli: won." and initech.endswith("for Initech.")
    assert amy.say("undo").count("D") == 3


def test_a_button_under_several_commands_does_them_all(chat):
    amy = chat()
    amy.say("new deal Hooli 1k")
    amy.say("new deal Hooli 2k")
    amy.say("new deal Globex 30k; won the hooli deal")
    globex, hooli = amy.press("D1 · Hooli").splitlines()
    assert globex.endswith("for Globex.") and hooli == "D1 · Hooli: won."


def test_same_as_does_the_other_commands_of_its_message_again_too(chat):
    amy = chat()
    amy.say("new customer Umbrella Systems")
    amy.say("new deal Zeta 1k; new deal Umbrela 2k")
    assert len(amy.press("Same as C1 · Umbrella Systems").splitlines()) == 2
    assert amy.say("open deals") == "2 open deals: $3,000"
    amy.say("undo")
    assert amy.say("open deals") == "2 open deals: $3,000"  # as before the correction


def test_what_was_refused_is_not_spoken_of(chat):
    amy, bob = chat("amy", Role.MANAGER), chat("bob", Role.MANAGER)
    amy.say("new deal Foo 5k; won D999")
    bob.say("new deal Bobs 99k")
    assert amy.say("won it") == "Which deal?"


def test_an_edit_of_a_slip_that_did_nothing_is_done(chat):
    amy = chat()
    amy.say("hrmpf")
    assert amy.say("new deal Acme 5k", edited_of=amy.said) == "Corrected. Added D1 for Acme."
    assert amy.say("new deal Acme 6k", edited_of=amy.said).startswith("Corrected. Added D")
    assert amy.say("open deals") == "One open deal: $6,000"
    amy.say("undo")
    assert amy.say("open deals") == "One open deal: $5,000"


def test_forwarded_words_are_no_command(chat, database):
    amy = chat()
    amy.say("new deal Acme 30k")
    assert amy.say("won D1", forwarded=True).startswith("That was forwarded")
    amy.say("new deal")
    assert amy.say("Hooli", forwarded=True).startswith("That was forwarded")
    assert count(database, "deal") == 1


def test_a_message_that_broke_the_road_leaves_nothing_in_memory(chat):
    """The place that it made was rolled back with it: the next message of that chat makes it again."""
    amy = chat()

    def breaks(store):
        store.place_id(amy.place, amy.app.clock())
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError):
        amy.database.run(breaks)
    assert amy.say("new deal Acme 5k") == "Added D1 for Acme."


def test_who_calls_themselves_like_a_customer_is_none(chat):
    amy = chat()
    stranger = chat("acme", None)
    stranger.say("hello")
    assert amy.say("new deal Acme 30k") == "Added D1 for Acme."


def test_an_unknown_owner_is_said_to_be_unknown(chat):
    assert chat(role=Role.OWNER).say("customers of Zed") == "I know no member Zed."


def test_the_audit_chain_holds_and_shows_what_was_changed_in_it(chat, database):
    amy = chat()
    for words in ("new deal Acme", "won D1", "won D1", "undo"):
        amy.say(words)
    assert database.run(lambda store: broken_at(store.connection)) is None
    database.run(lambda store: store.connection.execute(sql("UPDATE audit SET kind = 'nothing' WHERE id = 2")))
    assert database.run(lambda store: broken_at(store.connection)) == 2


def test_several_commands_of_one_message_are_done_and_taken_back_as_one(chat, database):
    amy = chat()
    amy.say("new deal Acme 30k")
    amy.say("new deal Hooli 5k")
    assert amy.say("D1 to proposal; won D2") == "D1 · Acme: proposal.\nD2 · Hooli: won."
    assert amy.say("undo") == "Taken back: D1, D2."
    assert amy.say("D1 to negotiation; won D9") == "I know no deal D9."
    assert amy.say("D1") == "This is D1."
    assert amy.facts["Stage"] == "lead"


def test_a_yes_is_to_what_was_asked_about(chat):
    amy = chat("amy")
    amy.say("new deal Acme 30k")
    amy.say("new deal Birch 5k")
    amy.say("push it to friday")
    yes = amy.button("Yes")
    amy.say("D1 7k")  # "it" is another deal from here on
    assert amy.say(yes) == "Changed D2."


def test_a_deal_is_given_only_to_somebody_who_may_work_on_it(chat):
    amy, ben = chat("amy", Role.OWNER), chat("ben")
    chat("vic", Role.VIEWER)
    ben.say("new deal Acme 30k")
    assert ben.say("give D1 to vic") == "I know no member vic."
    assert amy.say("give D1 to amy") == "Changed D1."
