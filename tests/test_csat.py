"""Customers are asked once, answer with one tap or in words, and are heard: the closed loop of one chat."""

import asyncio
import time

import pytest
from conftest import Chat
from sqlmodel import select

import bot
from crmbot.incoming import Incoming, Place, Press, Sender
from crmbot.people import Role
from crmbot.reply import Button, Reply, text, verbatim
from crmbot.sender import Delivery
from crmbot.words import say
from storage import Survey

ASKED = "K1 (the export is broken): how content are you with how we dealt with it? 1 is not at all, 5 is very."

STOP = "Write “stop” to be asked nothing more."
STOPPED = "You will be asked nothing more and sent no news. What you write here is still answered."
REMINDED = "We have not heard from you yet, and ask this once more only."


@pytest.fixture
def ann(chat) -> Chat:
    return chat("ann", None)


@pytest.fixture
def boss(chat) -> Chat:
    return chat("boss", Role.OWNER)


@pytest.fixture
def closed(ann, boss) -> None:
    ann.say("the export is broken")
    boss.does("ticket.close", ref="K1")


@pytest.fixture
def asked(closed, ann, said, clock) -> Chat:
    clock.wait(hours=2)
    assert said.now() == [f"ann: {ASKED}\n{STOP}"]
    ann.last = said.heard[0]
    return ann


def survey(database) -> Survey:
    return database.run(lambda store: store.session.exec(select(Survey)).one())


def told(chat) -> list[str]:
    return [first(each.reply.text).id for each in chat.all if each.place != chat.place]


def first(said):
    return said.args["0"] if said.id == "lines" else said


def test_the_question_comes_some_time_after_the_ticket_was_closed_and_once(closed, said, clock, ann):
    clock.wait(hours=1.9)
    assert said.now() == []
    clock.wait(hours=0.1)
    assert said.now() == [f"ann: {ASKED}\n{STOP}"]
    assert said.heard[0].once
    ann.last = said.heard[0]
    assert ann.labels == ["1", "2", "3", "4", "5"]
    clock.wait(minutes=5)
    assert said.now() == []


def test_one_tap_answers_and_the_last_one_counts(asked, database):
    first = asked.shown
    assert asked.press("4") == "Thank you: 4 of 5."
    assert (asked.shown, asked.labels) == (first, ["Change"])
    assert asked.press("Change") == ASKED
    assert asked.press("5") == "Thank you: 5 of 5."
    assert asked.shown == first
    assert survey(database).score == 5
    assert told(asked) == []


def test_an_answer_can_be_changed_for_a_day(asked, clock, database):
    three = asked.button("3")
    asked.press("5")
    change = asked.button("Change")
    clock.wait(hours=25)
    assert asked.say(change).startswith("That cannot be changed any more.")
    assert asked.say(three).startswith("That cannot be changed any more.")
    assert survey(database).score == 5


def test_after_a_week_it_is_too_late(asked, clock, database):
    five = asked.button("5")
    clock.wait(days=7)
    assert asked.say(five).startswith("It is too late to answer that.")
    assert survey(database).score is None


def test_a_low_score_alarms_the_team_asks_why_and_leads_to_a_call(asked, boss, said, clock, database):
    assert asked.press("2") == "Thank you: 2 of 5. What went wrong? Press, or write it here."
    assert asked.labels == ["Too slow", "Not solved", "Unfriendly", "Unclear", "Change"]
    [alarm] = [each for each in asked.all if first(each.reply.text).id == "csat-alarm"]
    assert alarm.place == boss.place
    assert asked.press("Too slow") == "Thank you, the team has it."
    assert told(asked) == ["csat-said"]
    assert asked.say("three days without a word") == "Thank you, the team has it."
    assert survey(database).comment == "slow; three days without a word"
    boss.last = alarm
    assert boss.labels == ["Call back", "K1"]
    call = boss.button("Call back")
    assert boss.press("Call back") == "Boss calls Ann (T1)."
    assert boss.say(call) == "Boss calls Ann already."
    assert boss.does("task.show", ref="T1") and boss.last.reply.card.title.endswith("Call Ann back")
    clock.wait(days=2)
    assert "ann: Some days ago you were not content with us. Is it better now?" in said.now()
    asked.last = next(each for each in said.heard if each.place == asked.place)
    assert asked.press("Not yet") == "We are sorry. The team looks at it again."
    assert told(asked) == ["csat-no-better"]


def test_all_that_follows_a_low_score_within_the_hour_says_why(asked, boss, clock, database):
    asked.press("1")
    for words in ("you were so slow!!", "and rude"):
        assert asked.say(words) == "Thank you, the team has it."
    assert survey(database).comment == "you were so slow!!; and rude"
    assert boss.does("ticket.show", ref="K1") and boss.facts["Status"] == "closed"
    clock.wait(hours=1)
    assert asked.say("and it is broken again").startswith("Added to K1.")


def test_a_score_may_be_said_in_words_with_the_reason(asked, database):
    assert asked.say("2, but slow") == "Thank you: 2 of 5."
    assert told(asked) == ["csat-alarm-said"]
    assert (survey(database).score, survey(database).comment) == (2, "but slow")
    assert asked.say("4分") == "Thank you: 4 of 5."
    assert survey(database).score == 4
    assert asked.say("the invoice is wrong now").startswith("Added to K1")


@pytest.mark.parametrize(
    ("words", "score", "comment"),
    [
        ("4, but slow", 4, "but slow"),
        ("4 but slow", 4, "but slow"),
        ("3分，有点慢", 3, "有点慢"),
        ("给4分", 4, None),
        ("我给5分！", 5, None),
        ("4分但是慢", 4, "但是慢"),
        ("I'd give it a 4", 4, None),
        ("5/5", 5, None),
        ("四星", 4, None),
        ("2 stars - nobody called", 2, "nobody called"),
    ],
)
def test_a_score_is_read_as_people_write_it(asked, words, score, comment, database):
    asked.say(words)
    assert (survey(database).score, survey(database).comment) == (score, comment)


@pytest.mark.parametrize(
    "words", ["STOP", "Stop please", "please stop asking me", "停止", "退订", "TD", "别再发了", "不要再打扰我了"]
)
def test_whoever_wants_to_be_left_alone_says_so_in_their_own_words(ann, words):
    assert ann.say(words).startswith("You will be asked nothing more")


@pytest.mark.parametrize("words", ["stop the export, it is broken", "the printer does not stop", "发票别开错了"])
def test_what_only_holds_such_a_word_is_for_the_team(ann, words):
    assert ann.say(words).startswith("Thank you. Your number is K1")


@pytest.mark.parametrize("words", ["2 invoices are wrong", "1.5", "45", "on the 4 of May nothing worked"])
def test_a_figure_in_what_they_write_is_no_score(asked, words, database):
    assert asked.say(words).startswith("Added to K1")
    assert survey(database).score is None


def test_a_figure_that_answers_the_team_is_no_score_but_in_reply_to_the_question_it_is(asked, boss, database, clock):
    question = asked.shown
    asked.say("how much is it?")
    clock.wait(minutes=5)
    boss.does("ticket.reply", ref="K1", text="How many seats do you need?")
    assert asked.say("4") == "Added to K1. The team will answer here."
    assert survey(database).score is None
    boss.does("ticket.reply", ref="K1", text="And from which month on?")
    assert asked.say("5", reply_to=question) == "Thank you: 5 of 5."
    assert survey(database).score == 5


def test_owner_and_manager_hear_of_a_low_score_with_all_that_they_need(ann, chat, said, clock):
    """Whoever had it and their manager; others of the team and the managers of another do not."""
    mia, bob = chat("mia", Role.MANAGER), chat("bob")
    boss, rita = chat("boss", Role.OWNER), chat("rita", Role.MANAGER, team="rivals")
    chat("amy")
    ann.say("the export is broken")
    bob.does("ticket.claim", ref="K1")
    clock.wait(hours=1.5)
    bob.does("ticket.reply", ref="K1", text="Fixed in 2.1")
    bob.does("ticket.close", ref="K1")
    clock.wait(hours=3)
    said.now()
    ann.last = next(each for each in said.heard if each.place == ann.place)
    ann.press("1")
    alarms = [each for each in ann.all if each.place != ann.place]
    assert [each.place for each in alarms] == [bob.place, mia.place]
    assert say(alarms[1].reply.text, "en").split("\n") == [
        "Ann gave 1 of 5 (K1, the export is broken).",
        "Enquiry, Bob had it, answered after 1.5 h.",
        "Ann: the export is broken",
        "Bob: Fixed in 2.1",
    ]
    assert [say(each.label, "en") for each in alarms[1].reply.buttons] == ["Call back", "K1"]
    assert say(alarms[1].reply.text, "zh").split("\n")[1] == "咨询，Bob 处理，1.5 小时后答复。"
    assert boss and rita


def test_the_reply_to_the_question_is_the_comment(asked, database):
    question = asked.shown
    asked.press("5")
    assert asked.say("quick and friendly", reply_to=question) == "Thank you, the team has it."
    assert survey(database).comment == "quick and friendly"
    assert told(asked) == []


def test_another_customers_press_does_nothing(asked, chat, database):
    eve = chat("eve", None)
    eve.say("hello")
    gone = say(text("button-gone"), "en")
    assert eve.say(asked.button("1")) == gone
    assert eve.does("csat.rate", survey=1, score=1) == gone
    assert survey(database).score is None


def test_the_same_press_twice_is_one_answer(asked, database):
    press = asked.button("4")
    asked.say(press, key="same")
    assert asked.say(press, key="same") == ""
    asked.say(press)
    figures = database.run(lambda store: store.surveys.of_customer(store.customers.one(1)))
    assert (figures.sent, figures.answered, figures.content, figures.mean) == (1, 1, 1, 4.0)


def test_nobody_is_asked_twice_within_a_fortnight(asked, ann, boss, said, clock):
    asked.press("5")
    ann.say("another thing")
    boss.does("ticket.close", ref="K1")
    clock.wait(days=1)
    assert said.now() == []
    clock.wait(days=14)
    ann.say("a third thing")
    boss.does("ticket.close", ref="K2")
    clock.wait(hours=3)
    assert len([each for each in said.now() if each.startswith("ann:")]) == 1


def test_one_reminder_and_no_more(asked, said, clock):
    clock.wait(days=1)
    assert not [each for each in said.now() if each.startswith("ann:")]
    clock.wait(days=2)
    assert f"ann: {REMINDED}\n{ASKED}" in said.now()
    clock.wait(days=3)
    assert not [each for each in said.now() if each.startswith("ann:")]


@pytest.mark.parametrize("tried", [False, True], ids=["before it was sent", "while it was sent"])
async def test_a_question_is_not_lost_when_the_bot_is_killed(tried, closed, ann, app, database, outbox, clock):
    """Killed before it tried to send, the bot sends it at the next start; else it reminds, for it may have arrived."""
    clock.wait(hours=2)
    alarm = bot.alarm_of(app, database, ["terminal"], silently)
    await alarm.round()
    [row] = [each for each in await outbox.unsent(doubtful=False) if each.once]
    if tried:
        await outbox.trying(row)
    texts = []
    for day in range(5):
        await alarm.round()
        for each in await outbox.unsent(doubtful=day == 0):
            if each.place == ann.place and each.once:
                texts.append((day, say(each.reply.text, "en")))
            outbox.sent(each, f"m{each.id}")
        clock.wait(days=1)
    assert texts == [(1, f"{REMINDED}\n{ASKED}")] if tried else [(0, f"{ASKED}\n{STOP}"), (3, f"{REMINDED}\n{ASKED}")]


async def test_better_now_is_asked_once_more_only_if_it_may_not_have_arrived(asked, boss, app, database, outbox, clock):
    asked.press("1")
    boss.last = next(each for each in asked.all if each.place == boss.place)
    boss.press("Call back")
    alarm = bot.alarm_of(app, database, ["terminal"], silently)
    asks = []
    for day in range(7):
        await alarm.round()
        for each in await outbox.unsent(doubtful=True):
            if each.reply.text.id == "csat-better":
                asks.append(day)
                if len(asks) == 1:
                    await outbox.trying(each)  # and killed, and started again
                    assert each.id not in [row.id for row in await outbox.unsent(doubtful=True)]
                    continue
            outbox.sent(each, f"m{each.id}")
        clock.wait(days=1)
    assert asks == [2, 3]


def test_whoever_cannot_be_reached_any_more_was_not_asked(closed, ann, said, clock, database):
    ann.say("stop")
    clock.wait(hours=3)
    assert said.now() == []
    assert survey(database).sent_at is None


def test_whoever_has_answered_is_not_reminded(asked, said, clock):
    asked.press("3")
    clock.wait(days=3)
    assert not [each for each in said.now() if each.startswith("ann:")]


def test_at_night_the_question_waits_for_the_morning(ann, boss, said, clock):
    clock.wait(hours=11)  # it is 20:00
    ann.say("late")
    boss.does("ticket.close", ref="K1")
    clock.wait(hours=3)
    assert said.now() == []
    clock.wait(hours=10)  # 09:00
    assert len([each for each in said.now() if each.startswith("ann:")]) == 1


def test_a_ticket_that_was_opened_again_is_not_asked_about(closed, ann, boss, said, clock):
    ann.say("it is still broken")
    clock.wait(hours=3)
    assert said.now() == []
    boss.does("ticket.close", ref="K1")
    boss.say("undo")
    clock.wait(hours=3)
    assert not [each for each in said.now() if each.startswith("ann:")]


def test_stop_takes_back_what_waits_and_what_is_queued(closed, ann, boss, said, clock, outbox, database):
    assert ann.say("停止").startswith("You will be asked nothing more")
    clock.wait(hours=3)
    assert said.now() == []
    assert boss.does("csat.send", name="Ann") != "Ann is asked how content they are."
    assert boss.does("csat.send", ref="C1") == "Ann wants to be asked nothing."


async def test_what_is_queued_is_not_sent_after_stop(closed, ann, app, database, outbox, clock):
    clock.wait(hours=2)
    await bot.alarm_of(app, database, ["terminal"], silently).round()
    assert [first(each.reply.text).id for each in await outbox.unsent(doubtful=False) if each.once] == [
        "csat-question-on"
    ]
    await database.arun(lambda store: app.answer(app.read(stop(ann, clock)), store))
    assert [each for each in await outbox.unsent(doubtful=False) if each.once] == []


async def test_of_a_thousand_that_are_queued_none_is_sent_after_stop(ann, app, database, outbox, clock, capsys):
    """In either of their chats, by a sender that holds all of them already."""
    ann.say("late")
    slack = Place("slack", "T1:UANN")

    def queue(store):
        store.customers.give_handle(store.customers.one(1), "slack", "T1:UANN")
        for number in range(1000):
            place = ann.place if number % 2 else slack
            store.say(Reply(verbatim(f"news {number}")), place, "en", f"token-{number}", clock(), once=True)
        return store.outgoing

    channel = Slow()
    delivery = Delivery(outbox, {"terminal": channel, "slack": channel}, lambda _: None)
    delivery.post(await database.arun(queue))
    while len(channel.sent) < 20:
        await asyncio.sleep(0.001)

    def heard(store):
        app.answer(app.read(stop(ann, clock)), store)
        return store.outgoing

    said, stopped = await database.arun(heard), time.perf_counter()
    busy, before = time.process_time(), len(channel.sent) + channel.under_way
    delivery.post(said)
    await delivery.settled()
    after, taken = channel.sent[before:], time.perf_counter() - stopped
    with capsys.disabled():
        print(f"\n1,000 queued, {before} sent before stop, {len(after)} after; it was answered {taken:.2f} s later")
    assert [say(each.reply.text, "en") for each in after] == [f"{STOPPED}"]
    assert time.process_time() - busy < 1.0  # however busy the machine is with other things


class Slow:
    """A channel that takes its time."""

    redraws = True

    def __init__(self):
        self.sent, self.under_way = [], 0

    async def send(self, outgoing):
        self.under_way += 1
        await asyncio.sleep(0.005)
        self.under_way -= 1
        self.sent.append(outgoing)
        return f"m{outgoing.id}"


def stop(ann, clock) -> Incoming:
    return Incoming("stop", ann.sender, ann.place, clock(), "stop", "i99")


def test_asked_by_hand_whenever_the_last_time_was(asked, boss, said, clock):
    asked.press("5")
    assert boss.does("csat.send", ref="C1") == "Ann is asked how content they are."
    assert said.now() == [f"ann: {ASKED}"]  # how to stop was said the first time
    boss.does("ticket.add", name="Acme", subject="x")
    assert boss.does("csat.send", name="Acme") == "Acme has no chat with me, so I cannot ask."


def test_in_chinese(chat, boss, said, clock):
    wang = chat("wang", None, "zh")
    wang.say("发票开错了")
    boss.does("ticket.close", ref="K1")
    clock.wait(hours=2)
    assert said.now() == [
        "wang: K1（发票开错了）：您对处理结果满意吗？1 很不满意，5 非常满意。\n不想再收到，请回复“停止”。"
    ]
    wang.last = said.heard[0]
    assert wang.press("1") == "谢谢您的 1 分。哪里没做好？按一下，或者写在这里。"
    assert wang.say("三分，太慢") == "谢谢您的 3 分。"


def test_the_figures_are_of_the_tickets_that_one_may_see(asked, chat):
    asked.press("5")

    manager = chat("mia", Role.MANAGER)
    assert manager.does("csat.report").startswith("This month: 100 % satisfied")
    manager.does("ticket.update", ref="K1", owner="me")
    manager.does("customer.claim", ref="C1")
    other = chat("oli", Role.MANAGER, team="other")
    assert other.does("csat.report").startswith("This month: nobody has answered yet.")
    assert "asked" not in say(other.last.reply.text, "en")


async def test_two_hundred_answer_at_once_and_each_counts_once(app, database, clock, capsys):
    """The slowest of them waits hardly longer than the same two hundred one after another take."""

    def ask(store, number):
        sender = Sender("terminal", f"c{number}", f"Customer {number}")
        customer = store.customers.unclaimed(sender, clock())
        store.surveys.plan(customer, None, clock(), every=None)
        stars = [Button(text("button-yes"), "csat.rate", {"survey": number, "score": score}) for score in range(1, 6)]
        store.say(Reply(text("csat-question"), buttons=tuple(stars)), place(sender), "en", f"token-{number}", clock())
        return number, sender

    async def answer(number, sender):
        said = Incoming(f"{number}", sender, place(sender), clock(), Press(f"token-{number}", number % 5), reply_to="m")
        for _ in range(2):  # brought twice
            await database.arun(lambda store: app.answer(app.read(said), store))
        return time.perf_counter()

    asked = database.run(lambda store: [ask(store, number) for number in range(1, 401)])
    begun = time.perf_counter()
    for number, sender in asked[:200]:
        await answer(number, sender)
    one_by_one, begun = time.perf_counter() - begun, time.perf_counter()
    slowest = max(await asyncio.gather(*(answer(number, sender) for number, sender in asked[200:]))) - begun
    with capsys.disabled():
        print(f"\n200 at once: the slowest waits {slowest / one_by_one:.2f} of the time they take one by one")
    assert slowest <= 1.3 * one_by_one
    scores = database.run(lambda store: store.session.exec(select(Survey.score).order_by(Survey.id)).all())
    assert scores == [number % 5 + 1 for number in range(1, 401)]


async def silently(road) -> None:
    """What the bot says by itself stays in its rows."""


def place(sender) -> Place:
    return Place(sender.channel, sender.id)
