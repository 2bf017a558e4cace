"""A customer and the team, each in their own chat: one conversation, and nothing else that a customer could reach."""

from dataclasses import replace

import pytest
from conftest import Chat

from crmbot.incoming import Contact, Press
from crmbot.people import Role
from crmbot.words import say

GONE = "That button is too old to work: say it in words, or ask for the card again."
NOTHING = "I find nothing of yours under that. Write what it is about, and the team will answer here."


@pytest.fixture
def ann(chat) -> Chat:
    return chat("ann", None)


@pytest.fixture
def boss(chat) -> Chat:
    return chat("boss", Role.OWNER)


def test_what_a_customer_writes_is_answered_in_the_same_chat(ann, boss):
    assert ann.say("the export is broken") == "Thank you. Your number is K1; the team will answer here."
    assert boss.reads(ann).startswith("K1 waits for us.")
    assert boss.labels[:4] == ["Claim", "Assign", "Priority", "Close"]
    post = boss.shown
    assert boss.say("Which browser?", reply_to=post) == "K1: Ann has it from here."
    assert ann.reads(boss) == "Which browser?\n– K1"
    assert ann.say("Firefox") == "Added to K1. The team will answer here."
    assert (
        boss.reads(ann)
        == "K1 waits for us. What you say in reply to this goes to the customer; with // before it, it stays here."
    )
    assert boss.shown == post
    assert [each.reply.text.args["words"] for each in ann.posted if not each.reply.card] == ["Firefox"]
    assert boss.facts["Ann"] == "Firefox"
    assert boss.facts["Boss"] == "Which browser?"


def test_one_live_post_is_changed_in_place_wherever_it_stands(ann, boss, chat):
    ann.say("late")
    boss.reads(ann)
    post, press = boss.shown, boss.button("Claim")
    mia = chat("mia", Role.MANAGER)
    assert mia.does("ticket.claim", ref="K1") == "K1: Mia has it now."
    assert boss.reads(mia).startswith("K1 waits for us.")
    assert (boss.shown, boss.facts["Owner"]) == (post, "Mia")
    assert boss.say(press, reply_to=post) == "Mia has K1 already."
    mia.say("undo")
    assert boss.reads(mia) and "Owner" not in boss.facts
    assert boss.shown == post


def test_a_press_changes_the_post_itself_and_says_so_once(ann, boss):
    ann.say("late")
    boss.reads(ann)
    post = boss.shown
    assert boss.press("Claim") == "K1: Boss has it now."
    assert (boss.shown, boss.posted) == (post, [])


def test_a_note_stays_inside_and_a_command_stays_a_command(ann, boss):
    ann.say("late")
    boss.reads(ann)
    post = boss.shown
    assert boss.say("// they always say that", reply_to=post) == "Changed K1."
    assert not [each for each in boss.posted if each.place == ann.place]
    boss.say("/help", reply_to=post)
    assert not [each for each in boss.posted if each.place == ann.place]
    assert ann.say("status") == "This is how it stands."
    assert "they always" not in str(ann.last.reply)


def test_a_reply_below_what_was_said_later_is_an_answer_too(ann, boss):
    ann.say("late")
    boss.say("anything?", reply_to="nothing of ours")
    ann.say("still late")
    [said] = [each for each in ann.posted if not each.reply.card]
    boss.say("It is on its way", reply_to=f"m{said.id}")
    assert ann.reads(boss).startswith("It is on its way")


def test_a_customer_chooses_their_language_and_it_stays(ann, boss, chat):
    ann.say("the export is broken")
    assert ann.say("/settings").startswith("In which language")
    assert ann.press("中文") == "以后用中文答复您。"
    assert ann.say("进度") == "目前的进度如下。"
    boss.does("ticket.close", ref="K1")
    assert ann.reads(boss).startswith("K1 已关闭")
    assert ann.say("speak English") == "I answer in English from now on."
    assert ann.say("K1?") == "This is how it stands."
    assert chat("eve", None).say("说中文") == "以后用中文答复您。"


def test_whoever_comes_back_reads_how_theirs_stand(ann):
    assert ann.say("/start").startswith("Hello. Write what it is about")
    assert ann.last.reply.table is None
    ann.say("the export is broken")
    assert ann.say("/start").endswith("This is how it stands.")
    assert say(ann.last.reply.table.rows[0][2], "en") == "with the team"


def test_whoever_shares_their_own_card_is_found_by_that_number_and_a_card_of_another_is_passed_on(ann, boss, chat):
    boss.does("customer.add", name="Ann Poe", phone="+14155550100")
    card = Contact("Ann", ("+1 415 555 0100",), user="ann")
    assert ann.shares(card) == "Thank you. The team can call you at this number now."
    ann.say("the export is broken")
    boss.does("customer.claim", ref="C2")
    assert boss.labels[0] == "Same as C1 · Ann Poe"
    eve = chat("eve", None)
    assert eve.shares(replace(card, user="ann")).startswith("Thank you. Your number is K2")
    boss.does("ticket.show", ref="K2")
    assert boss.facts["Eve"] == "Ann, +1 415 555 0100"
    boss.does("customer.claim", ref="C3")
    assert "Same as C1 · Ann Poe" not in boss.labels


def test_answers_in_chinese(chat, boss):
    wang = chat("wang", None, "zh")
    assert wang.say("发票开错了") == "谢谢。您的编号是 K1，团队会在这里答复。"
    assert wang.press("投诉") == "K1：投诉。团队会在这里答复。"
    assert wang.say("进度？") == "目前的进度如下。"
    boss.does("ticket.reply", ref="K1", text="马上改")
    assert wang.reads(boss) == "马上改\n– K1"


@pytest.mark.parametrize("words", ["hi", "Hello!", "good morning team", "你好", "您好，", "在吗？"])
def test_a_greeting_is_no_ticket_and_what_follows_is(ann, words):
    assert ann.say(words).startswith("Hello. Write what it is about")
    assert ann.say("hi, the export is broken").startswith("Thank you. Your number is K1")
    assert ann.say(words).startswith("Added to K1.")


@pytest.mark.parametrize(
    "words",
    [
        "how is K1 going?",
        "What about my ticket",
        "any news on K1?",
        "进度怎么样了",
        "我的工单怎么样了",
        "how's my case",
    ],
)
def test_how_it_stands_is_asked_in_ordinary_words(ann, words):
    ann.say("the export is broken")
    assert ann.say(words) == "This is how it stands."


@pytest.mark.parametrize("words", ["how is this possible", "my ticket machine is broken", "where is my invoice"])
def test_what_only_begins_like_that_is_for_the_team(ann, words):
    assert ann.say(words).startswith("Thank you. Your number is K1")


def test_what_is_too_long_for_a_message_is_cut_for_those_who_read_it(ann, boss):
    ann.say("x" * 50_000)
    assert boss.reads(ann) and boss.facts["Ann"] == f"{'x' * 900}… (K1)"
    assert boss.does("ticket.show", ref="K1") and len(boss.facts["Ann"]) == 50_000
    ann.say("y" * 50_000)
    [said] = [say(each.reply.text, "en") for each in ann.posted if not each.reply.card]
    assert said == f"K1 · Ann: {'y' * 900}… (K1)"


def test_the_customer_says_what_kind_it_is(ann, boss):
    ann.say("late again")
    assert ann.press("Complaint") == "K1: complaint. The team will answer here."
    assert boss.reads(ann) and (boss.facts["Kind"], boss.facts["Priority"]) == ("complaint", "high")


def test_only_ones_own_tickets_are_told_of_and_others_are_as_none(ann, chat):
    bob = chat("bob", None)
    ann.say("late")
    bob.say("wrong colour")
    assert ann.say("K1?") == "This is how it stands."
    assert ann.say("K2") == ann.say("K9") == ann.say("status of K2") == NOTHING
    assert chat("eve", None).say("status") == NOTHING


def test_a_customer_reaches_no_command_no_record_and_no_button_of_others(ann, boss, chat):
    boss.say("new deal Acme 30k")
    won = boss.button("Won")
    ann.say("late")
    kind = ann.button("Complaint")
    eve = chat("eve", None)
    for press in (won, kind, Press("guess", 0)):
        assert eve.say(press) == GONE
    for words in ("D1", "open deals", "show me Acme", "/deals", "undo", "won D1", "yes"):
        assert eve.say(words).startswith(("Thank you. Your number is K2", "Added to K2"))
    assert boss.say("D1") == "This is D1."
    assert boss.facts["Stage"] == "lead"
    assert boss.does("ticket.show", ref="K1") and boss.facts["Kind"] == "enquiry"


def test_a_closed_ticket_is_opened_again_by_its_customer_for_three_days(ann, boss, clock):
    ann.say("late")
    boss.does("ticket.close", ref="K1")
    assert ann.reads(boss).startswith("K1 is closed.")
    assert ann.say("thanks!") == "You are welcome."
    clock.wait(days=2)
    assert ann.say("it is late again").startswith("Added to K1.")
    boss.does("ticket.close", ref="K1")
    clock.wait(days=4)
    assert ann.say("another thing").startswith("Thank you. Your number is K2")
    assert ann.say("about the first", reply_to="m1").startswith("Added to K1.")


def test_one_who_never_wrote_cannot_be_answered_and_the_words_are_kept(boss):
    boss.does("ticket.add", name="Acme", subject="called about the invoice")
    assert (
        boss.does("ticket.reply", ref="K1", text="Fixed")
        == "Noted on K1, but Acme has no chat with me: tell them yourself."
    )
    assert boss.does("ticket.show", ref="K1") and boss.facts["Boss"] == "Fixed"


def test_whoever_left_the_team_reads_no_more_of_it(ann, boss, chat, database):
    ann.say("late")
    mia = chat("mia", Role.MANAGER)
    mia.does("ticket.claim", ref="K1")
    assert any(each.place == mia.place for each in ann.posted) is False
    ann.say("hello?")
    assert any(each.place == mia.place for each in ann.posted)
    database.run(lambda store: store.connection.exec_driver_sql("UPDATE member SET active = false WHERE name = 'Mia'"))
    ann.say("hello??")
    assert not any(each.place == mia.place for each in ann.posted)


def test_stop_is_heard_at_once_and_tickets_are_still_answered(ann, boss):
    assert ann.say("STOP").startswith("You will be asked nothing more")
    ann.say("late")
    assert ann.say("退订") == ann.say("Unsubscribe.")
    boss.does("ticket.reply", ref="K1", text="Sorry")
    assert ann.reads(boss).startswith("Sorry")


def test_a_contact_who_is_a_customer_already_joins_them_with_all_that_is_theirs(ann, boss, database, said):
    boss.does("customer.add", name="Ann Poe", phone="+14155550100")
    boss.does("customer.add", name="Bo Li")
    ann.say("the export is broken")
    boss.reads(ann)
    boss.press("My contact")
    assert boss.labels[-2:] == ["One we know", "Undo"]
    assert boss.press("One we know") == "Which customer is it? Say the name or C and the number."
    assert boss.say("Ann Poe") == "C3 was Ann Poe (C1): their chat, tickets and history are there now."
    assert boss.labels == ["C1 · Ann Poe", "Undo"]
    assert boss.does("ticket.show", ref="K1") and boss.last.reply.card.title == "K1 · Ann Poe · the export is broken"
    assert ann.say("hello?") == "Added to K1. The team will answer here."
    assert database.run(lambda store: store.customers.behind(ann.sender).name) == "Ann Poe"
    assert (
        boss.does("customer.join", customer="C1", into="C1") == "C1 is the contact itself. Which other customer is it?"
    )
    boss.does("undo")


def test_who_is_likely_meant_is_one_tap_away_and_can_be_taken_back(chat, boss):
    boss.does("customer.add", name="Ann Poe")
    ann = chat("ann poe", None)
    ann.say("late")
    boss.does("customer.claim", ref="C2")
    assert boss.labels == ["Same as C1 · Ann Poe", "One we know", "Undo"]
    assert boss.press("Same as C1 · Ann Poe").startswith("C2 was Ann Poe (C1)")
    assert boss.press("Undo").startswith("Taken back")
    assert boss.does("ticket.show", ref="K1") and boss.does("customer.show", ref="C2")
    assert ann.say("hello?") == "Added to K1. The team will answer here."


def test_whoever_said_stop_stays_unasked_as_a_known_customer(ann, boss):
    boss.does("customer.add", name="Ann Poe")
    ann.say("late")
    ann.say("stop")
    boss.does("customer.join", customer="C2", into="C1")
    assert boss.does("csat.send", ref="C1") == "Ann Poe wants to be asked nothing."


def test_an_enquiry_becomes_a_deal_with_one_tap(ann, boss):
    ann.say("what would ten seats cost?")
    boss.reads(ann)
    boss.press("New deal")
    assert boss.last.reply.card.title.startswith("D1 · Ann")
    assert boss.facts["Stage"] == "lead"
    assert "ten seats" in boss.last.reply.card.title
