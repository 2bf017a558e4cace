"""Photos and files between a customer and the team: both ways, on both platforms, and not kept."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from conftest import Chat
from servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer
from servers.telegram import TelegramServer, user
from sqlalchemy import select
from sqlmodel import select as rows

import bot
from adapters.slack import Slack
from adapters.telegram import Telegram
from crmbot.config import Settings
from crmbot.errors import Permanent
from crmbot.incoming import File, Incoming, Sender
from crmbot.people import Role
from crmbot.sender import Delivery
from crmbot.understand import slash_words
from crmbot.words import MENU, say
from handlers._attached import BIGGEST, MOST
from storage.outbox import OUTGOING, Outbox
from storage.tables import Interaction

PHOTO = File("photo.jpg", b"\xff\xd8 a picture \xff\xd9" * 9000, "image/jpeg")
LIST = File("list.csv", b"a;b\n" * 9000, "text/csv")


@pytest.fixture
def ann(chat) -> Chat:
    return chat("ann", None)


@pytest.fixture
def boss(chat) -> Chat:
    return chat("boss", Role.OWNER)


def files(chat, place):
    return [each for each in chat.all if each.reply.file and each.place == place]


def lengths(database):
    rows = database.run(lambda store: store.connection.execute(select(OUTGOING.c.body)).scalars().all())
    return max(map(len, rows))


def test_a_photo_is_a_ticket_and_stands_below_its_post(ann, boss, database):
    assert ann.say("", files=(PHOTO,)) == "Thank you. Your number is K1; the team will answer here."
    [live, photo] = [each for each in ann.all if each.place == boss.place]
    assert live.reply.card.title == "K1 · Ann · (photo.jpg)"
    assert (photo.reply.file, say(photo.reply.text, "en")) == (PHOTO, "K1 · Ann")
    assert boss.say("Which order?", reply_to=f"m{photo.id}") == "K1: Ann has it from here."
    assert ann.say("number 5", files=(LIST,)) == "Added to K1. The team will answer here."
    assert [each.reply.file for each in files(ann, boss.place)] == [LIST]
    assert [each.reply.text.id for each in ann.posted if not each.reply.card] == ["desk-said", "desk-file"]
    assert lengths(database) < 5000  # what was sent is not kept


def test_the_team_answers_with_files_with_and_without_words(ann, boss, database):
    ann.say("late")
    boss.reads(ann)
    post = boss.shown
    assert boss.say("", reply_to=post, files=(PHOTO,)) == "K1: Ann has it from here."
    assert [each.reply.file for each in files(boss, ann.place)] == [PHOTO]
    assert boss.say("as you see", reply_to=post, files=(PHOTO, LIST)) == "K1: Ann has it from here."
    there = [each.reply for each in boss.all if each.place == ann.place]
    assert [say(each.text, "en") for each in there] == ["as you see\n– K1", "– K1", "– K1"]
    assert [each.file for each in there] == [None, PHOTO, LIST]
    boss.say("// for us alone", reply_to=post, files=(PHOTO,))
    assert files(boss, ann.place) == []
    said = database.run(lambda store: [row.text for row in store.session.exec(rows(Interaction))])
    assert said == ["late", "(photo.jpg)", "as you see\n(photo.jpg) (list.csv)", "for us alone"]


def test_what_is_too_big_is_said_kindly_and_the_words_get_through(ann, boss):
    ann.say("late")
    for big in (File("film.mp4", b"x" * (BIGGEST + 1)), File("film.mp4", b"")):
        said = ann.say("look", files=(big,))
        assert said.startswith("Added to K1. The team will answer here.\nfilm.mp4: this did not get through.")
        assert [each.reply.text.id for each in ann.posted if not each.reply.card] == ["desk-said"]
    boss.reads(ann)
    refused = boss.say("", reply_to=boss.shown, files=(big,))
    assert refused.startswith("K1: nothing went to the customer.\nfilm.mp4: this did not get through.")
    assert [each for each in boss.all if each.place == ann.place] == []


def test_nobody_fills_the_disk_while_the_room_cannot_be_reached(ann, boss, app, database):
    ann.say("late")
    for _ in range(3):
        ann.take(incoming(ann, (PHOTO,) * 4))  # and nothing of it is sent
    waits = database.run(lambda store: store.desk.waiting_files(store.tickets.one("K1")))
    assert waits == MOST


def incoming(ann, files):
    number = next(ann.numbers)
    return Incoming(f"f{number}", ann.sender, ann.place, ann.app.clock(), "", f"f{number}", files=files)


def test_a_sticker_is_no_ticket(ann, database):
    assert ann.say("").startswith("I can pass on words, photos, voice messages and files.")
    assert ann.say("status").startswith("I find nothing")


class Blocked:
    """A channel whose person has blocked the bot."""

    redraws = True

    async def send(self, outgoing):
        raise Permanent("blocked")


async def test_what_cannot_be_sent_is_not_kept_either(ann, boss, app, database, outbox):
    def hear(store):
        app.answer(app.read(incoming(ann, (PHOTO,))), store)
        return store.outgoing

    sent = await database.arun(hear)
    delivery = Delivery(outbox, {"terminal": Blocked()}, lambda _: None)
    assert await asyncio.to_thread(lengths_on, database) > 100_000
    delivery.post(sent)
    await delivery.settled()
    assert await asyncio.to_thread(lengths_on, database) < 5000


async def test_whoever_wrote_to_one_who_cannot_be_reached_hears_it_and_how_else(ann, boss, app, database, clock):
    """Blocked: the team is told below the ticket's post, with what else is known of the customer."""
    ann.say("late")
    boss.reads(ann)
    post = boss.shown
    database.run(lambda store: store.customers.give_handle(store.customers.one(1), "phone", "+14155550100"))

    def heard(store):
        number = next(boss.numbers)
        said = Incoming(f"b{number}", boss.sender, boss.place, clock(), "Which order?", f"b{number}", reply_to=post)
        app.answer(app.read(said), store)
        return store.outgoing

    terminal = Terminal({ann.place})
    outbox = Outbox(database, clock, app.unreached)
    delivery = Delivery(outbox, {"terminal": terminal}, lambda _: None)
    delivery.post(await database.arun(heard))
    await delivery.settled()
    told = [(each.place, say(each.reply.text, "en")) for each in terminal.sent if each.reply.text.id == "lines"]
    words = "K1: what was written last did not reach Ann, whose chat is closed to me."
    words += "\nYou can still reach them at +1 415-555-0100"
    assert told == [(boss.place, words)]


class Terminal:
    """Some people have blocked the bot."""

    redraws = True

    def __init__(self, blocked):
        self.blocked, self.sent = blocked, []

    async def send(self, outgoing):
        if outgoing.place in self.blocked:
            raise Permanent("blocked")
        self.sent.append(outgoing)
        return f"m{outgoing.id}"


def lengths_on(database):
    return lengths(database)


@asynccontextmanager
async def served(database, channel):
    listening = None
    async with bot.running(Settings(), database, {channel.name: channel}) as running:
        try:
            listening = asyncio.create_task(channel.run(running.take))
            yield running
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await channel.close()


def film(server, who):
    chat = {"id": who["id"], "type": "private"}
    return {"message_id": 900, "date": 0, "chat": chat, "from": who, "video": {"duration": 3} | server._stored(b"film")}


async def until(seen):
    async with asyncio.timeout(60):
        while not (found := seen()):
            await asyncio.sleep(0.01)
    return found


async def test_both_ways_on_telegram(database, app):
    boss, ann = user(2001, "Boss"), user(3001, "Ann")
    await database.arun(lambda store: store.members.enrol(Sender("telegram", "2001", "Boss"), Role.OWNER, app.clock()))
    async with TelegramServer() as server:
        channel = Telegram("42:x", server.base_url, server.base_file_url)
        async with served(database, channel):
            server.sends_photo(PHOTO.data, caption="broken", chat=3001, user=ann)
            photo = await until(lambda: next((each for each in server.sent if "photo" in each), None))
            assert (photo["chat_id"], photo["photo"], photo["text"]) == (2001, PHOTO.data, "K1 · Ann")
            answered = {"message_id": photo["message_id"], "date": 0, "chat": {"id": 2001, "type": "private"}}
            below = answered | {"from": server.me}
            server.sends_file(LIST.data, "list.csv", chat=2001, user=boss, reply_to_message=below)
            sent = await until(lambda: next((each for each in server.sent if "document" in each), None))
            assert (sent["chat_id"], sent["document"], sent["file_name"]) == (3001, LIST.data, "list.csv")
            server.sends_voice(b"OggS", chat=2001, user=boss, reply_to_message=below)
            server.hears(message=film(server, ann))
            film_there = await until(
                lambda: next((each for each in server.sent if each.get("document") == b"film"), None)
            )
            assert (film_there["chat_id"], film_there["file_name"]) == (2001, "video.mp4")
            voice = await until(lambda: next((each for each in server.sent if "voice" in each), None))
            assert (voice["chat_id"], voice["voice"]) == (3001, b"OggS")


async def test_both_ways_on_slack(database, app):
    await database.arun(lambda store: store.members.enrol(Sender("slack", "T1:UBOSS", "Boss"), Role.OWNER, app.clock()))
    async with SlackServer() as server:
        channel = Slack(BOT_TOKEN, APP_TOKEN, server.base_url, commands={*MENU, *slash_words()})
        async with served(database, channel):
            await until(lambda: server.connected)
            server.says("broken", "UANN", files=[server.stores(PHOTO.data, "photo.jpg", "image/jpeg")])
            shared = await until(lambda: next((each for each in server.sent if "file" in each), None))
            assert (shared["channel"], shared["file"]["data"]) == ("DBOSS", PHOTO.data)
            words = [each for each in server.sent if each["channel"] == "DBOSS" and "file" not in each]
            server.says("", "UBOSS", thread=words[-1]["ts"], files=[server.stores(LIST.data, "list.csv", "text/csv")])
            sent = await until(lambda: [each for each in server.sent if "file" in each][1:])
            assert (sent[0]["channel"], sent[0]["file"]["data"]) == ("DANN", LIST.data)
            assert sent[0]["file"]["name"] == "list.csv"
