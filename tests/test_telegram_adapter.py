"""The Telegram adapter alone, against a fake Telegram over real HTTP."""

import asyncio
import logging
import sys
import traceback
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from pydantic_core import PydanticSerializationError
from servers.telegram import (
    BLOCKED,
    BROKEN,
    CUT_AFTER,
    CUT_BEFORE,
    UNAUTHORIZED,
    Refusal,
    Slow,
    TelegramServer,
    group,
    migrated,
    people_see,
    private,
    too_many,
    user,
)

from adapters import telegram
from crmbot.errors import Moved, Passing, Permanent, Unavailable
from crmbot.incoming import Contact, File, Place, Press, Sender
from crmbot.reply import Button, Card, Chart, Reply, text, verbatim
from crmbot.sender import Outgoing
from crmbot.words import LANGUAGES, MENUS, menu

TOKEN = "t" * 43  # as long as secrets.token_urlsafe makes them
BOT = "42:SECRET-of-the-bot"
HELP = Reply(
    text("noun", kind="deal"), buttons=(Button(verbatim("Won"), "deal.win", {}), Button(verbatim("Undo"), "undo", {}))
)
VCARD = (
    b"BEGIN:VCARD\nVERSION:3.0\nFN:Wei Li\nORG:Acme;Sales\nTEL:+86 138 0013 8000\nEMAIL:wei@acme.example\nEND:VCARD\n"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(telegram, "PAUSE", 0.01)
    monkeypatch.setattr(telegram, "LOOK", 0.01)


@pytest.fixture
async def server():
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def bot(server):
    bot = telegram.Telegram(BOT, server.base_url, server.base_file_url)
    yield bot
    await bot.close()


class Taken(list):
    """A `take` that keeps what it was given; `failing` takes the errors that the next calls raise."""

    def __init__(self):
        super().__init__()
        self.failing, self.replies = [], ()

    async def __call__(self, incoming):
        await asyncio.sleep(0)
        if self.failing and (error := self.failing.pop(0)):
            raise error
        self.append(incoming)
        return self.replies

    @property
    def said(self):
        return [each.said for each in self]


@pytest.fixture
def taken():
    return Taken()


@asynccontextmanager
async def polling(bot, take, **more):
    loop = asyncio.create_task(bot.run(take, **more))
    try:
        yield loop
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.002)


def outgoing(reply=HELP, place=None, **more):
    return Outgoing(1, TOKEN, place or Place("telegram", "7"), reply, "en", **more)


async def one(server, bot, taken):
    async with polling(bot, taken):
        await until(lambda: taken)
    return taken[0]


# --- what people say


async def test_a_message_tells_who_said_what_where(server, bot, taken):
    said = server.says("  new deal Acme 30k ", user=user(7, "Amy", "zh-hans", last_name="Li"))
    incoming = await one(server, bot, taken)
    assert incoming.sender == Sender("telegram", "7", "Amy Li", "zh")
    assert incoming.place == Place("telegram", "7")
    assert incoming.said == "new deal Acme 30k"
    assert incoming.at == datetime(2025, 3, 3, 9, tzinfo=UTC)
    assert (incoming.key, incoming.message_id) == ("telegram/42/1", str(said["message_id"]))


async def test_a_sender_may_have_no_language(server, bot, taken):
    server.says("hi", user={"id": 7, "is_bot": False, "first_name": "Amy"})
    assert (await one(server, bot, taken)).sender.language == ""


async def test_an_edited_message_names_the_one_it_replaces_and_has_a_key_of_its_own(server, bot, taken):
    said = server.says("deal Acme 30k")
    server.edits_words(said, "deal Acme 40k")
    async with polling(bot, taken):
        await until(lambda: len(taken) == 2)
    assert taken[1].edited_of == taken[0].message_id
    assert taken[1].said == "deal Acme 40k"
    assert taken[0].key != taken[1].key


async def test_a_reply_names_the_message_it_replies_to(server, bot, taken):
    number = int(await bot.send(outgoing()))
    server.says("won", reply_to_message={"message_id": number, "date": 1, "chat": private(7), "from": server.me})
    assert (await one(server, bot, taken)).reply_to == str(number)


async def test_a_deep_link_stays_the_text_it_is(server, bot, taken):
    server.says("/start i_abc-123")
    assert (await one(server, bot, taken)).said == "/start i_abc-123"
    assert await bot.link("i_abc-123") == "https://t.me/crmbot?start=i_abc-123"


async def test_a_press_is_read_and_its_spinner_ended(server, bot, taken):
    number = await bot.send(outgoing())
    server.presses(index=1)
    async with polling(bot, taken):
        await until(lambda: taken and server.answered)
    assert taken[0].said == Press(TOKEN, 1)
    assert taken[0].reply_to == number
    assert taken[0].place == Place("telegram", "7")


async def test_a_press_is_told_in_a_line_what_it_did(server, bot, taken):
    await bot.send(outgoing())
    elsewhere = outgoing(Reply(verbatim("to the owner")), Place("telegram", "8"))
    taken.replies = [elsewhere, outgoing(Reply(verbatim("D1 is won. " * 40 + "\nand more")))]
    server.presses()
    async with polling(bot, taken):
        await until(lambda: server.toasts)
    [toast] = server.toasts
    assert toast.startswith("D1 is won. D1") and toast.endswith("…") and len(toast) == 200


async def test_a_forged_press_is_read_as_no_button(server, bot, taken):
    await bot.send(outgoing())
    server.presses_data("x" * 60, server.sent[0])
    assert (await one(server, bot, taken)).said == Press("", -1)


async def test_a_press_under_a_message_that_telegram_no_longer_shows(server, bot, taken):
    await bot.send(outgoing())
    old = {"message_id": 1, "date": 0, "chat": private(7)}
    server.hears(
        callback_query={
            "id": "q", "from": user(), "chat_instance": "1", "data": f"{TOKEN}:0", "message": old
        }
    )  # fmt: skip
    incoming = await one(server, bot, taken)
    assert (incoming.said, incoming.reply_to, incoming.place.private) == (Press(TOKEN, 0), "1", True)


async def test_a_press_from_nowhere_is_answered_and_else_ignored(server, bot, taken):
    server.hears(callback_query={"id": "q", "from": user(), "chat_instance": "1", "inline_message_id": "x"})
    server.says("help")
    async with polling(bot, taken):
        await until(lambda: taken and server.answered)
    assert taken.said == ["help"]


@pytest.mark.parametrize("sender", [1087968824, 136817688, 777000])
async def test_who_only_seems_a_person_is_nobody(server, bot, taken, sender):
    server.says_in_group("/deals", user=user(sender, "Group"))
    server.says("help")
    assert (await one(server, bot, taken)).said == "help"


async def test_other_bots_and_service_messages_are_ignored(server, bot, taken):
    server.says("deals", user=user(9) | {"is_bot": True})
    server.hears(message={"message_id": 1, "date": 1, "chat": group(), "from": user(), "new_chat_title": "x"})
    server.says("help")
    assert (await one(server, bot, taken)).said == "help"


GROUP = {
    "/deals": "/deals",
    "/deal@crmbot Acme": "/deal Acme",
    "/deal@CrmBot": "/deal",
    "/deal@otherbot Acme": None,
    "@crmbot open deals": "open deals",
    "@CRMBOT, open deals": "open deals",
    "tell me, @crmbot deals": "tell me, deals",
    "@crmbots open deals": None,
    "mail amy@crmbot.example": None,
    "lunch?": None,
}


@pytest.mark.parametrize(("words", "said"), GROUP.items())
async def test_in_a_group_only_what_is_addressed_to_the_bot_is_heard(server, bot, taken, words, said):
    server.says_in_group(words)
    server.says("the end")
    async with polling(bot, taken):
        await until(lambda: "the end" in taken.said)
    assert [each.said for each in taken if each.place.chat == "-100"] == [said] * (said is not None)
    assert all(each.place.private == (each.place.chat == "7") for each in taken)


async def test_a_reply_to_the_bot_in_a_group_is_heard_and_one_to_a_person_is_not(server, bot, taken):
    for sender in (server.me, user(9)):
        answered = {"message_id": 1, "date": 1, "chat": group(), "from": sender}
        server.says_in_group(f"to {sender['id']}", reply_to_message=answered)
    server.says("the end")
    async with polling(bot, taken):
        await until(lambda: "the end" in taken.said)
    assert set(taken.said) == {"to 42", "the end"}


async def test_a_topic_is_a_place_of_its_own(server, bot, taken):
    first = {"message_id": 5, "date": 1, "chat": group(), "from": server.me}
    first |= {"forum_topic_created": {"name": "Acme", "icon_color": 1}}
    topic = {"message_thread_id": 5, "is_topic_message": True, "reply_to_message": first}
    server.says_in_group("lunch?", **topic)
    server.says_in_group("/deals", **topic)
    incoming = await one(server, bot, taken)
    assert (incoming.said, incoming.reply_to) == ("/deals", "")
    assert incoming.place == Place("telegram", "-100", "5", private=False)
    await bot.send(outgoing(place=incoming.place, answers=incoming.message_id))
    assert server.sent[0]["message_thread_id"] == 5


async def test_a_shared_contact(server, bot, taken):
    server.shares_contact("Wei", "8613800138000", 99, last_name="Li", vcard=VCARD.decode())
    incoming = await one(server, bot, taken)
    assert incoming.said == ""
    assert incoming.contact == Contact("Wei Li", ("+86 138 0013 8000",), ("wei@acme.example",), "Acme", "99")


async def test_a_file_comes_with_its_message(server, bot, taken):
    server.sends_file(b"name\nAcme", "list.csv", "text/csv", caption="import customers")
    incoming = await one(server, bot, taken)
    assert (incoming.said, incoming.files) == ("import customers", (File("list.csv", b"name\nAcme", "text/csv"),))


async def test_the_biggest_photo_and_a_voice(server, bot, taken):
    server.sends_photo(b"big")
    server.sends_voice(b"oh")
    async with polling(bot, taken):
        await until(lambda: len(taken) == 2)
    assert [each.files[0].data for each in taken] == [b"big", b"oh"]


async def test_a_vcf_file_is_a_contact(server, bot, taken):
    server.sends_file(VCARD, "wei.vcf", "text/vcard")
    incoming = await one(server, bot, taken)
    assert incoming.contact == Contact("Wei Li", ("+86 138 0013 8000",), ("wei@acme.example",), "Acme")
    assert not incoming.files


@pytest.mark.parametrize(
    "data", [b"", b"no card", VCARD * 2, VCARD[:40], b"\xff\xfe", b"BEGIN:VCARD\nFN:x\nEND:VCARD" * 2]
)
async def test_a_vcf_file_that_is_no_single_card_stays_a_file(server, bot, taken, data):
    server.sends_file(data, "wei.vcf", "text/vcard")
    incoming = await one(server, bot, taken)
    assert (incoming.contact, incoming.files) == (None, (File("wei.vcf", data, "text/vcard"),))


async def test_a_file_that_is_too_big_comes_empty(server, bot, taken):
    server.sends_file(b"x", size=20_000_001)
    assert (await one(server, bot, taken)).files == (File("list.csv", b"", "text/csv"),)
    assert not server.calls["getFile"]


async def test_a_file_is_asked_for_again_when_it_does_not_come(server, bot, taken):
    server.breaks["getFile"] = [BROKEN, CUT_BEFORE]
    server.sends_file(b"x")
    assert (await one(server, bot, taken)).files[0].data == b"x"


# --- what is acknowledged


async def test_only_what_is_taken_is_confirmed(server, bot, taken):
    taken.failing = [None, Unavailable(), Unavailable()]
    for words in ("one", "two", "three"):
        server.says(words)
    async with polling(bot, taken):
        await until(lambda: len(taken.said) == 3)
        assert taken.said == ["one", "two", "three"]
        await until(lambda: not server.updates)
    offsets = [each["offset"] for each in server.polls]
    assert offsets[:4] == [0, 2, 2, 4]


async def test_a_chat_that_cannot_be_taken_does_not_hold_the_others(server, bot):
    seen, ready = [], asyncio.Event()

    async def take(incoming):
        if incoming.place.chat == "7" and not ready.is_set():
            raise Unavailable
        seen.append(incoming.said)
        return ()

    for words, chat in (("a", 7), ("b", 7), ("c", 8)):
        server.says(words, chat)
    async with polling(bot, take):
        await until(lambda: "c" in seen)
        assert "a" not in seen
        assert len(server.updates) == 3
        ready.set()
        await until(lambda: not server.updates)
    assert list(dict.fromkeys(seen)) == ["c", "a", "b"]


async def test_chats_go_side_by_side_and_in_order_within_one(server, bot):
    seen, gate = [], asyncio.Event()

    async def take(incoming):
        if incoming.place.chat == "7":
            await gate.wait()
        seen.append((incoming.place.chat, incoming.said))
        gate.set()
        return ()

    for words, chat in (("a", 7), ("b", 7), ("c", 8)):
        server.says(words, chat)
    async with polling(bot, take):
        await until(lambda: len(seen) == 3)
    assert seen == [("8", "c"), ("7", "a"), ("7", "b")]


async def test_what_was_not_confirmed_comes_again_after_a_kill(server, bot, taken):
    class Killed(BaseException):
        pass

    async def take(incoming):
        await taken(incoming)
        raise Killed

    server.says("new deal")
    with pytest.raises(Killed):
        await bot.run(take)
    async with polling(bot, taken):
        await until(lambda: len(taken) == 2)
    assert taken[0] == taken[1]


async def test_a_page_that_was_taken_is_told(server, bot, taken):
    pages = []

    def page_done():
        pages.append(len(taken))

    server.says("one")
    async with polling(bot, taken, page_done=page_done):
        await until(lambda: pages)
        server.says("two")
        await until(lambda: len(pages) == 2)
    assert pages == [1, 2]


async def test_a_backlog_of_many_pages(server, bot, taken):
    for number in range(1000):
        server.says(str(number), chat=1 + number % 7)
    async with polling(bot, taken):
        await until(lambda: len(taken) == 1000)
    for chat in range(1, 8):
        said = [int(each.said) for each in taken if each.place.chat == str(chat)]
        assert said == sorted(said)


async def test_after_a_quiet_week_update_ids_start_anywhere(server, bot, taken, monkeypatch):
    monkeypatch.setattr(telegram, "POLL", 0.05)
    server.jump_to(900_000_000)
    server.says("one")
    async with polling(bot, taken):
        await until(lambda: server.polls and server.polls[-1]["offset"] == 900_000_001)
        await until(lambda: server.polls[-1]["offset"] == 0)
        server.jump_to(5)
        server.says("two")
        await until(lambda: len(taken) == 2)
    assert taken.said == ["one", "two"]


async def test_an_update_of_an_unknown_shape_does_not_hold_the_others(server, bot, taken, caplog):
    server.hears(message={"message_id": "x", "from": {"id": 7}, "chat": 5})
    server.says("help")
    assert (await one(server, bot, taken)).said == "help"
    assert "cannot be read" in caplog.text


# --- when Telegram does not answer as it should


@pytest.mark.parametrize(
    "faults",
    [
        [UNAUTHORIZED] * 3,
        [Refusal(404, "Not Found")] * 3,
        [BROKEN, CUT_BEFORE, CUT_AFTER],
        [too_many(0.01)],
        [Refusal(409, "Conflict: terminated by other getUpdates request")],
        [Refusal(400, "Bad Request: something")],
    ],
    ids=["401", "404", "broken", "429", "409", "400"],
)
@pytest.mark.parametrize("method", ["getUpdates", "getMe"])
async def test_polling_goes_on_after_any_error(server, bot, taken, faults, method):
    server.breaks[method] = list(faults)
    server.says("help")
    assert (await one(server, bot, taken)).said == "help"


async def test_a_server_that_is_away_is_found_when_it_is_back(server, taken, monkeypatch):
    port = server.port
    bot = telegram.Telegram(BOT, server.base_url)
    await server.stop()
    async with polling(bot, taken):
        await asyncio.sleep(0.05)
        server.says("help")
        await server.start(port)
        await until(lambda: taken)
    await bot.close()


async def test_a_second_poller_is_named(server, bot, taken, caplog):
    other = telegram.Telegram(BOT, server.base_url)
    async with polling(bot, taken), polling(other, taken):
        await until(lambda: "another process polls with the same token" in caplog.text)
        server.says("help")
        await until(lambda: taken)
    await other.close()


async def test_a_webhook_that_was_left_behind_is_removed_and_nothing_lost(server, bot, taken):
    server.webhook = True
    server.says("help")
    assert (await one(server, bot, taken)).said == "help"


async def test_the_client_is_rebuilt_after_a_while_and_then_the_process(server, taken, monkeypatch):
    now = [0.0]
    bot = telegram.Telegram(BOT, server.base_url, clock=lambda: now[0])
    server.breaks["getUpdates"] = [CUT_BEFORE] * 1000
    first = bot._http
    async with polling(bot, taken) as loop:
        await until(lambda: server.calls["getUpdates"] > 1)
        now[0] = 91
        await until(lambda: bot._http is not first)
        assert not loop.done()
        now[0] = 301
        await until(loop.done)
        assert isinstance(loop.exception(), telegram.Deaf)
    await bot.close()


async def test_the_token_is_in_no_log_and_no_error(server, taken, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    server.breaks["getUpdates"] = [UNAUTHORIZED, BROKEN, CUT_BEFORE, Refusal(409, "Conflict")]
    bot = telegram.Telegram(BOT, server.base_url)
    server.says("a secret of a customer")
    async with polling(bot, taken):
        await until(lambda: taken)
    server.refuses[7] = [UNAUTHORIZED, BROKEN, CUT_AFTER]
    for _ in range(3):
        with pytest.raises(Passing) as error:
            await bot.send(outgoing())
        assert "SECRET" not in _whole(error.value)
    await server.stop()
    with pytest.raises(Passing) as error:
        await bot.send(outgoing())
    assert "SECRET" not in _whole(error.value)
    await bot.close()
    assert "SECRET" not in caplog.text
    assert "secret of a customer" not in caplog.text


def _whole(error):
    return "".join(traceback.format_exception(error))


# --- what we answer


async def test_a_reply_arrives_as_people_see_it(server, bot):
    reply = replace(HELP, card=Card("D1", "D1 · Acme <b>&", ((verbatim("Amount"), verbatim("$30,000")),)))
    number = await bot.send(outgoing(reply))
    [sent] = server.sent
    assert number == str(sent["message_id"])
    assert sent["text"].splitlines()[1:] == ["", "D1 · Acme <b>&", "Amount: $30,000"]
    assert sent["entities"] == [{"type": "b", "text": "D1 · Acme <b>&"}]
    assert sent["link_preview_options"] == {"is_disabled": True}


async def test_a_repeat_is_marked(server, bot):
    await bot.send(outgoing(repeat=True))
    assert server.sent[0]["text"].startswith("(again)\n")


async def test_what_it_answers_is_named_in_groups_only(server, bot):
    await bot.send(outgoing(answers="5"))
    await bot.send(outgoing(answers="5", place=Place("telegram", "-100", private=False)))
    assert [each.get("reply_parameters", {}).get("message_id") for each in server.sent] == [None, 5]


async def test_a_message_is_edited_in_place(server, bot):
    number = await bot.send(outgoing())
    assert await bot.send(outgoing(Reply(verbatim("won")), edits=number)) == number
    assert [each["text"] for each in server.edits] == ["won"]
    assert server.messages[7, int(number)]["reply_markup"] is None
    assert await bot.send(outgoing(Reply(verbatim("won")), edits=number)) == number  # "not modified" is as good
    assert len(server.sent) == len(server.edits) == 1


async def test_a_message_that_is_gone_is_posted_anew(server, bot):
    assert await bot.send(outgoing(edits="12345")) == str(server.sent[0]["message_id"])


async def test_a_chart_is_a_photo_with_its_words(server, bot):
    chart = Chart("forecast", b"\x89PNG", verbatim("A line that rises"))
    await bot.send(outgoing(replace(HELP, chart=chart)))
    [sent] = server.sent
    assert (sent["photo"], sent["file_name"]) == (b"\x89PNG", "forecast.png")
    assert "A line that rises" in sent["text"]
    assert len(sent["reply_markup"]["inline_keyboard"][0]) == 2


async def test_a_chart_takes_the_place_of_the_progress_message(server, bot):
    number = await bot.send(outgoing(Reply(verbatim("working"))))
    chart = Chart("forecast.png", b"\x89PNG", verbatim("A line that rises"))
    assert await bot.send(outgoing(replace(HELP, chart=chart), edits=number)) == number
    assert server.messages[7, int(number)]["photo"] == b"\x89PNG"
    assert await bot.send(outgoing(HELP, edits=number)) == str(server.sent[-1]["message_id"])  # no text to edit


async def test_too_many_words_for_a_caption_follow_the_picture(server, bot):
    chart = Chart("forecast", b"\x89PNG", verbatim("A line that rises"))
    number = await bot.send(outgoing(replace(HELP, text=verbatim("word " * 300), chart=chart)))
    picture, words = server.sent
    assert picture["text"] == "A line that rises"
    assert "reply_markup" not in picture
    assert number == str(words["message_id"])


async def test_a_long_reply_is_split_at_line_ends_with_the_buttons_under_the_last(server, bot):
    told = "\n".join(f"{number}. " + "word " * 20 for number in range(80))
    await bot.send(outgoing(replace(HELP, text=verbatim(told))))
    assert len(server.sent) > 1
    assert all(each["text"].split(".")[0].isdecimal() for each in server.sent)
    assert [bool(each.get("reply_markup")) for each in server.sent] == [False] * (len(server.sent) - 1) + [True]


async def test_the_rest_of_a_long_reply_goes_out_without_its_first_part_again(server, bot):
    told = "\n".join(f"{number}. " + "word " * 20 for number in range(80))
    server.refuses[7] = [Slow(0), too_many(3)]
    with pytest.raises(Passing):
        await bot.send(outgoing(Reply(verbatim(told))))
    await bot.send(outgoing(Reply(verbatim(told))))
    starts = [each["text"][:6] for each in server.sent]
    assert len(set(starts)) == len(starts) > 1


async def test_a_repeat_is_marked_where_it_begins(server, bot):
    told = Reply(verbatim("\n".join(f"{number}. " + "word " * 20 for number in range(80))))
    server.refuses[7] = [Slow(0), CUT_AFTER]
    with pytest.raises(Passing):
        await bot.send(outgoing(told))
    await bot.send(outgoing(told, repeat=True))
    assert [each["text"].startswith("(again)\n") for each in server.sent][:3] == [False, False, True]


async def test_what_cannot_be_parsed_goes_out_plain(server, bot, monkeypatch):
    monkeypatch.setattr(telegram.html, "escape", lambda words, quote: words)
    await bot.send(outgoing(replace(HELP, text=verbatim("1 < 2 & <b>"))))
    assert server.sent[0]["text"] == "1 < 2 & <b>"
    assert "parse_mode" not in server.sent[0]


ERRORS = {
    "429": (too_many(5), Passing(5.0)),
    "403": (BLOCKED, Permanent("Forbidden: bot was blocked by the user")),
    "400 chat not found": (Refusal(400, "Bad Request: chat not found"), Permanent("Chat not found")),
    "400 moved": (migrated(-200), Moved("-200")),
    "401": (UNAUTHORIZED, Passing(30.0)),
    "500": (BROKEN, Passing(0.01, doubtful=True)),
    "cut before": (CUT_BEFORE, Passing(0.01, doubtful=True)),
    "cut after": (CUT_AFTER, Passing(0.01, doubtful=True)),
}


@pytest.mark.parametrize(("fault", "error"), ERRORS.values(), ids=ERRORS)
async def test_errors_say_whether_another_try_is_worth_it(server, bot, fault, error):
    server.refuses[7] = [fault]
    with pytest.raises(type(error)) as raised:
        await bot.send(outgoing())
    assert (str(raised.value), vars(raised.value)) == (str(error), vars(error))
    assert len(server.sent) == (fault is CUT_AFTER)


async def test_no_answer_is_doubtful_and_no_connection_is_not(server, monkeypatch):
    bot = telegram.Telegram(BOT, server.base_url)
    bot._http._read = 0.05
    server.refuses[7] = [Slow(0.2)]
    with pytest.raises(Passing) as error:
        await bot.send(outgoing())
    assert error.value.doubtful
    await bot.close()
    await server.stop()
    with pytest.raises(Passing) as error:
        await bot.send(outgoing())
    assert not error.value.doubtful
    await bot.close()


@pytest.mark.parametrize(
    "refusal", [Refusal(400, "Bad Request: BUTTON_DATA_INVALID"), Refusal(413, "Request Entity Too Large")], ids=str
)
async def test_our_own_bug_rises_as_it_is(server, bot, refusal):
    server.refuses[7] = [refusal]
    with pytest.raises(telegram.TelegramError):
        await bot.send(outgoing())


async def test_what_cannot_be_written_is_our_own_bug(server, bot):
    with pytest.raises(PydanticSerializationError):  # which is none of ours: the reply is set aside, not tried again
        await bot.send(outgoing(place=Place("telegram", object())))


async def test_typing_is_shown_and_its_failure_ignored(server, bot):
    await bot.busy(Place("telegram", "7"))
    server.breaks["sendChatAction"] = [BROKEN]
    await bot.busy(Place("telegram", "7"))
    assert server.actions == [(7, "typing")]


@pytest.fixture
async def offering(server):
    menus = {whose: {language: menu(whose, language) for language in LANGUAGES} for whose in MENUS}
    bot = telegram.Telegram(BOT, server.base_url, menus=menus)
    yield bot
    await bot.close()


def offered(server, scope):
    return [each["command"] for each in server.commands.get(scope, ())]


async def test_whoever_comes_and_groups_have_a_menu_in_every_language(server, taken, offering):
    server.breaks["setMyCommands"] = [BROKEN]
    async with polling(offering, taken):
        await until(lambda: len(server.commands) == 4)
    assert offered(server, "default/") == offered(server, "default/zh") == ["start", "help", "settings"]
    assert offered(server, "all_group_chats/zh") == ["pipeline", "deals", "schedules", "link", "help"]
    assert server.commands["default/zh"][0] != server.commands["default/"][0]


async def test_a_members_chat_has_the_menu_of_their_role_and_language_and_loses_it_with_it(server, offering):
    server.breaks["setMyCommands"] = [BROKEN]
    for language, menu_ in (("en", "rep"), ("en", "rep"), ("zh", "rep"), ("zh", "viewer"), ("zh", "viewer")):
        await offering.send(replace(outgoing(Reply(verbatim("x"), menu=menu_)), language=language))
        await until(lambda: not offering._tasks)
    assert offered(server, "chat/7/") == ["deals", "find", "pipeline", "forecast", "help", "settings"]
    assert not server.commands["chat/7/"][0]["description"].isascii()
    assert server.calls["setMyCommands"] == 4, "once more after it failed, and when something changed"
    await offering.send(outgoing(Reply(verbatim("x"), menu="customer")))
    await until(lambda: not offering._tasks)
    assert "chat/7/" not in server.commands


# --- the fake Telegram itself

KEY = {"text": "x", "callback_data": "x"}
REFUSED = {
    "empty": ({"text": " \u200b\n"}, "message text is empty"),
    "long": ({"text": "x" * 4097}, "message is too long"),
    "long emoji": ({"text": "🙂" * 2049}, "message is too long"),
    "long caption": ({"photo": b"", "caption": "x" * 1025}, "caption is too long"),
    "unknown tag": ({"text": "<x>a</x>", "parse_mode": "HTML"}, "can't parse entities"),
    "bare <": ({"text": "1 < 2", "parse_mode": "HTML"}, "can't parse entities"),
    "open tag": ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
    "end tag": ({"text": "a</b>", "parse_mode": "HTML"}, "can't parse entities"),
    "surrogate": ({"text": "a\ud800"}, "UTF-8"),
    "long data": ({"text": "a", "reply_markup": {"inline_keyboard": [[KEY | {"callback_data": "值" * 22}]]}}, "DATA"),
    "buttons": ({"text": "a", "reply_markup": {"inline_keyboard": [[KEY]] * 101}}, "LONG"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "why"), REFUSED.values(), ids=REFUSED)
def test_it_refuses_what_telegram_refuses(given, why):
    with pytest.raises(Refusal, match=why):
        people_see(given)


def test_it_counts_what_people_see():
    assert people_see({"text": "<b>" + "&lt;" * 4096 + "</b>", "parse_mode": "HTML"})[0] == "<" * 4096


async def test_confirmed_updates_may_come_once_more(taken):
    async with TelegramServer(duplicates=1.0) as server:
        bot = telegram.Telegram(BOT, server.base_url)
        server.says("help")
        async with polling(bot, taken):
            await until(lambda: len(taken) >= 2)
        assert taken[0].key == taken[1].key
        await bot.close()


async def test_it_runs_as_a_process_of_its_own(taken):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.servers.telegram", stdout=asyncio.subprocess.PIPE
    )
    try:
        port = int(await process.stdout.readline())
        bot = telegram.Telegram(BOT, f"http://127.0.0.1:{port}/bot")
        async with ClientSession(f"http://127.0.0.1:{port}") as session:
            faults = {"chat": 7, "faults": [{"status": 403, "description": "Forbidden: bot was blocked by the user"}]}
            for path, given in (("say", {"chat": 7, "text": "help"}), ("faults", faults)):
                assert (await session.post(f"/control/{path}", json=given)).status == 200
            async with polling(bot, taken):
                await until(lambda: taken)
            with pytest.raises(Permanent):
                await bot.send(outgoing())
            await bot.send(outgoing())
            sent = await (await session.get("/control/sent", params={"least": 1, "wait": 5})).json()
            state = await (await session.get("/control/state")).json()
        await bot.close()
    finally:
        process.kill()
        await process.wait()
        process._transport.close()
    assert sent[0]["text"].startswith("deal")
    assert state["sent"] == 1
