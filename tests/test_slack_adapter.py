"""The Slack adapter alone, against a fake Slack over a real socket and real HTTP, through Slack's own libraries."""

import asyncio
import io
import json
import logging
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from servers.blocks import Invalid, buttons_of, check_message, check_view, people_see
from servers.slack import (
    APP_TOKEN,
    BOT_TOKEN,
    BROKEN,
    DATE,
    SECRET,
    Refusal,
    SlackServer,
    held,
    is_served,
    sign,
    too_many,
)
from servers.telegram import CUT_AFTER, CUT_BEFORE, Slow

from adapters import Deaf, slack
from adapters._signed import SignedHttp
from adapters.web import Web
from crmbot.errors import Passing, Permanent, Unavailable
from crmbot.incoming import HOME, Contact, File, Filled, Place, Press, Sender
from crmbot.reply import Button, Card, Chart, Form, Reply, text, verbatim
from crmbot.sender import Outgoing

TOKEN = "t" * 43  # as long as secrets.token_urlsafe makes them
AMY, MENU = Place("slack", "T1:U7"), ("deal", "find", "help")
HELP = Reply(
    text("noun", kind="deal"), buttons=(Button(verbatim("Won"), "deal.win", {}), Button(verbatim("Undo"), "undo", {}))
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Nothing is waited for that a test has not made to fail, and no pause of a busy machine is a failure."""
    monkeypatch.setattr(slack, "ACKNOWLEDGE", 60.0)
    monkeypatch.setattr(slack, "PING", 0.5)
    monkeypatch.setattr(slack, "PAUSE", 0.01)
    monkeypatch.setattr("adapters._known.PAUSE", 0.01)
    monkeypatch.setattr(slack, "LOOK", 0.01)


@pytest.fixture
async def server():
    async with SlackServer(repeats=(0.05, 0.05, 0.05), ack=60.0) as server:
        yield server


@pytest.fixture
async def bot(server):
    bot = slack.Slack(BOT_TOKEN, APP_TOKEN, server.base_url, commands=set(MENU))
    yield bot
    await bot.close()


class Taken(list):
    """A `take` that keeps what it was given; `failing` takes the errors that the next calls raise."""

    def __init__(self):
        super().__init__()
        self.failing = []

    async def __call__(self, incoming):
        await asyncio.sleep(0)
        if self.failing and (error := self.failing.pop(0)):
            raise error
        self.append(incoming)
        return ()

    @property
    def said(self):
        return [each.said for each in self]


@pytest.fixture
def taken():
    return Taken()


@asynccontextmanager
async def listening(server, bot, take, **more):
    loop = asyncio.create_task(bot.run(take, **more))
    try:
        await until(lambda: server.connected or loop.done())
        yield loop
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.002)


async def one(server, bot, taken, *, many=1):
    """The last of so many messages: those that came again while they were in hand count once."""
    await until(lambda: len({each.key for each in taken}) >= many and not server.under_way)
    assert len({each.key for each in taken}) == many
    return taken[-1]


def outgoing(reply=HELP, place=AMY, **more):
    return Outgoing(1, TOKEN, place, reply, "en", **more)


@pytest.fixture
async def hearing(server, bot, taken):
    async with listening(server, bot, taken):
        yield


# --- what people say


async def test_a_direct_message_tells_who_said_what_where(server, bot, taken, hearing):
    server.people["U7"] = {"real_name": "Amy Li", "locale": "zh-CN"}
    said = server.says("  new deal Acme 30k ")
    incoming = await one(server, bot, taken)
    assert incoming.sender == Sender("slack", "T1:U7", "Amy Li", "zh")
    assert incoming.place == AMY
    assert incoming.said == "new deal Acme 30k"
    assert incoming.at == datetime.fromtimestamp(float(said["ts"]), UTC)
    assert (incoming.key, incoming.message_id) == (f"slack/T1/D7/{said['ts']}/", said["ts"])
    assert len(server.delivered) == 1


async def test_a_name_is_asked_for_once_and_nobody_waits_long_for_it(server, bot, taken, monkeypatch):
    monkeypatch.setattr("adapters._known.NAME", 0.05)
    server.breaks["users.info"].extend([Slow(0.3)])
    async with listening(server, bot, taken):
        server.says("hi")
        assert (await one(server, bot, taken)).sender == Sender("slack", "T1:U7", "T1:U7")
        server.says("hi", user="U8")
        server.says("hi", user="U8")
        await one(server, bot, taken, many=3)
    assert [each.sender.name for each in taken[1:]] == ["U8", "U8"]
    assert server.calls["users.info"] == 2


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Ann &lt;3 A&amp;B", "Ann <3 A&B"),
        ("<mailto:ann@acme.example|ann@acme.example>", "ann@acme.example"),
        ("call <tel:+14155550100|+1 415 555 0100>", "call +1 415 555 0100"),
        ("see <https://acme.example/x>", "see https://acme.example/x"),
        ("in <#C1|sales>, <!here>", "in sales, here"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
    ],
)  # fmt: skip
async def test_what_slack_makes_of_what_was_typed_is_undone(server, bot, taken, hearing, written, said):
    server.says(written)
    assert (await one(server, bot, taken)).said == said


async def test_a_mention_is_told_twice_and_is_one_message(server, bot, taken, hearing):
    said = server.mentions("new deal Acme 30k")
    first = await one(server, bot, taken)
    assert len(server.delivered) == 2 and all(each == first for each in taken)
    assert (first.said, first.place) == ("new deal Acme 30k", Place("slack", "C1", said["ts"], private=False))


async def test_who_only_names_the_bot_asks_what_there_is(server, bot, taken, hearing):
    server.mentions("")
    assert (await one(server, bot, taken)).said == "/help"
    server.mentions("", thread="100.1")
    assert (await one(server, bot, taken, many=2)).said == "/help", "no answer to a customer in a ticket's thread"


async def test_a_thread_is_a_place_of_its_own_and_about_its_first_message(server, bot, taken, hearing):
    root = server.says("hello")
    server.says("won", thread=root["ts"])
    server.mentions("won", thread="1.2")
    await one(server, bot, taken, many=3)
    assert (taken[1].place, taken[1].reply_to) == (replace(AMY, thread=root["ts"]), root["ts"])
    assert (taken[2].place, taken[2].reply_to) == (Place("slack", "C1", "1.2", private=False), "1.2")


async def test_an_edited_message_names_the_one_it_replaces_and_has_a_key_of_its_own(server, bot, taken, hearing):
    said = server.says("deal Acme 30k")
    await until(lambda: taken)
    server.edits_words(said, "deal Acme 40k")
    edited = await one(server, bot, taken, many=2)
    assert (edited.edited_of, edited.said) == (said["ts"], "deal Acme 40k")
    assert taken[0].key != edited.key


async def test_what_is_not_said_to_the_bot_is_acknowledged_and_else_ignored(server, bot, taken, hearing):
    server.says("among ourselves", channel="C1")
    server.says("hi", bot_id="B2", subtype="bot_message")
    server.says("I said", user="UBOT")
    server.says("joined", subtype="channel_join")
    server.hears(type="reaction_added", user="U7")
    server.hears(type="message", subtype="message_deleted", channel="D7", ts="1.1")
    server.hears(type="message", channel="D7", user={"odd": 1}, ts=[])
    server.hears(
        type="message", subtype="message_changed", channel="D7", message={"user": "U7", "text": "x", "ts": "1.1"}
    )
    await until(lambda: len(server.delivered) == 8)
    assert not taken


async def test_a_press_is_read_and_twice_at_once_is_two_keys(server, bot, taken, hearing):
    await bot.send(outgoing())
    server.presses(index=1)
    pressed = await one(server, bot, taken)
    assert (pressed.said, pressed.place) == (Press(TOKEN, 1), AMY)
    assert pressed.reply_to == server.sent[0]["ts"]
    server.presses(index=1)
    assert (await one(server, bot, taken, many=2)).key != pressed.key


async def test_a_press_in_a_thread_is_in_the_place_where_the_button_stands(server, bot, taken, hearing):
    place = Place("slack", "C1", "5.5", private=False)
    await bot.send(outgoing(place=place))
    server.presses()
    assert (await one(server, bot, taken)).place == place


async def test_a_forged_press_is_read_as_no_button(server, bot, taken, hearing):
    server.presses_id("anything", {"channel": "D7", "ts": "1.1"})
    assert (await one(server, bot, taken)).said == Press("", -1)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("deal Acme 30k", "/deal Acme 30k"),
        ("new deal Acme", "new deal Acme"),
        ("", "/help"),
        ("  ", "/help"),
        ("help", "/help"),
    ],
)
async def test_a_command_in_the_chat_with_the_bot_is_said_there(server, bot, taken, hearing, typed, said):
    server.commands(typed)
    incoming = await one(server, bot, taken)
    assert (incoming.said, incoming.place) == (said, AMY)


async def test_a_command_in_a_channel_is_answered_to_that_person_alone(server, bot, taken, hearing):
    server.commands("find Acme", channel="C1")
    aside = Place("slack", "C1", "@U7")
    assert (await one(server, bot, taken)).place == aside
    await bot.send(outgoing(place=aside))
    assert not server.sent
    assert (server.ephemerals[0]["channel"], server.ephemerals[0]["user"]) == ("C1", "U7")
    server.presses(server.ephemerals[0])
    assert (await one(server, bot, taken, many=2)).place == aside
    await bot.send(outgoing(place=aside, edits=server.ephemerals[0]["ts"]))
    assert server.responses[-1][1]["replace_original"] is True


async def test_a_command_where_the_bot_is_no_member_is_answered_all_the_same(server, bot, taken, hearing):
    server.members["C9"] = set()
    server.commands("help", channel="C9")
    await bot.send(outgoing(place=(await one(server, bot, taken)).place))
    assert server.responses[-1][1]["response_type"] == "ephemeral"
    with pytest.raises(Permanent):
        await bot.send(outgoing(place=Place("slack", "C9", "@U8")))


# --- more than one workspace


async def test_the_same_user_id_in_another_workspace_is_somebody_else(server, bot, taken, hearing):
    server.shared.add("C1")
    server.mentions("hi", user_team="T2")
    assert (await one(server, bot, taken)).sender.id == "T2:U7"


async def test_who_cannot_be_told_in_a_shared_channel_is_not_heard(server, bot, taken, hearing):
    await bot.send(outgoing(place=Place("slack", "C1", private=False)))
    server.shared.add("C1")
    server.mentions("hi", team=None)
    server.mentions("hi", user_team="E9")
    server.presses(team=None)
    await until(lambda: len(server.delivered) == 5)
    assert not taken


async def test_where_another_company_reads_along_only_who_asked_is_answered(server, bot, taken, hearing):
    server.shared.add("C1")
    server.mentions("pipeline", user_team="T1")
    assert (await one(server, bot, taken)).place == Place("slack", "C1", "@U7")


@pytest.mark.parametrize("why", ["shared", "unknown", ""])
async def test_what_is_asked_aside_may_be_shared_only_where_nobody_else_reads_along(server, bot, taken, hearing, why):
    if why == "shared":
        server.shared.add("C1")
    if why == "unknown":
        server.breaks["conversations.info"].append(Refusal("missing_scope"))
    server.commands("find Acme", channel="C1")
    group = None if why else Place("slack", "C1", private=False)
    assert (await one(server, bot, taken)).group == group
    server.commands("find Acme", channel="C1")
    assert (await one(server, bot, taken, many=2)).group == group
    assert server.calls["conversations.info"] == 1


async def test_nothing_is_posted_in_a_channel_that_another_company_came_into(server, bot):
    place = Place("slack", "C1", "5.5", private=False)
    await bot.send(outgoing(place=place))
    server.shared.add("C2")
    with pytest.raises(Permanent):
        await bot.send(outgoing(place=replace(place, chat="C2")))
    assert [each["channel"] for each in server.sent] == ["C1"]


# --- files


async def test_a_file_comes_with_its_message(server, bot, taken, hearing):
    server.says("customers", files=[server.stores(b"name\nAcme")])
    incoming = await one(server, bot, taken)
    assert (incoming.said, incoming.files) == ("customers", (File("list.csv", b"name\nAcme", "text/csv"),))


async def test_a_vcf_file_is_a_contact(server, bot, taken, hearing):
    card = b"BEGIN:VCARD\nVERSION:3.0\nFN:Wei Li\nTEL:+86 138 0013 8000\nEND:VCARD\n"
    server.says("", files=[server.stores(card, "wei.vcf", "text/vcard")])
    incoming = await one(server, bot, taken)
    assert (incoming.contact, incoming.files) == (Contact("Wei Li", ("+86 138 0013 8000",)), ())


@pytest.mark.parametrize(
    "more", [{"size": 99_000_000}, {"url_private_download": "https://evil.example/x"}, {"url_private_download": ""}]
)
async def test_a_file_that_is_not_to_be_had_comes_empty(server, bot, taken, hearing, more):
    file = server.stores(b"x") | more
    server.files.clear()
    server.says("", files=[file])
    assert (await one(server, bot, taken)).files == (File("list.csv", b"", "text/csv"),)


async def test_what_takes_long_is_not_acknowledged_and_its_repeat_finds_it(server, bot, taken, monkeypatch):
    monkeypatch.setattr(slack, "ACKNOWLEDGE", 0.05)
    server.ack = 0.1
    once = asyncio.Event()

    async def slowly(incoming):
        await once.wait()
        await taken(incoming)

    async with listening(server, bot, slowly):
        server.says("hi")
        await until(lambda: server.envelopes[0].tries > 1)
        once.set()
        await one(server, bot, taken)
    assert server.delivered[0].tries > 1


async def test_chats_go_side_by_side_and_in_order_within_one(server, bot, taken, hearing):
    server.says("1", files=[server.stores(b"x" * 100_000)])
    for number in range(2, 9):
        server.says(str(number))
        server.says("other", user="U8")
    await one(server, bot, taken, many=15)
    assert [each.said for each in taken if each.place == AMY] == list("12345678")
    assert taken[0].place != AMY, "the file of one chat held up another"


# --- what is repeated, and what is not


async def test_what_could_not_be_taken_is_not_acknowledged_and_comes_again(server, bot, taken, hearing):
    server.ack, taken.failing = 1.0, [Unavailable(), Unavailable()]
    server.says("hi")
    await until(lambda: not taken.failing)
    server.ack = 60.0
    await one(server, bot, taken)
    assert server.delivered[0].tries == 3


async def test_a_press_that_could_not_be_taken_fails_before_the_persons_eyes(server, bot, taken, hearing):
    server.ack, taken.failing = 1.0, [Unavailable()]
    await bot.send(outgoing())
    server.presses()
    await until(lambda: server.failed)
    assert not taken


async def test_after_a_polite_end_and_a_silent_one_it_listens_again(server, bot, taken, hearing):
    server.ack, server.holds = 1.0, True  # however long it takes to be there again
    for number, end in enumerate((server.disconnect, server.cut)):
        if told := end():
            await told
        server.says("hi")
        await until(lambda number=number: len(taken) > number)
        await until(lambda: server.connected == 1)


async def test_a_socket_that_is_open_and_deaf_is_opened_anew(server, bot, taken, monkeypatch):
    monkeypatch.setattr(slack, "RENEW", 0.1)
    async with listening(server, bot, taken):
        before = server.calls["apps.connections.open"]
        await until(lambda: server.calls["apps.connections.open"] > before)


async def test_a_slack_that_is_away_is_found_when_it_is_back(taken, caplog):
    away = SlackServer()
    await away.start()
    port = away.port
    await away.stop()
    bot = slack.Slack(BOT_TOKEN, APP_TOKEN, f"http://127.0.0.1:{port}/api/")
    caplog.set_level(logging.INFO)
    loop = asyncio.create_task(bot.run(taken))
    await until(lambda: "not reached" in caplog.text)
    await away.start(port)
    await until(lambda: away.connected)
    away.says("hi")
    await until(lambda: taken and "heard again" in caplog.text)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await bot.close()
    await away.stop()


async def test_a_process_that_hears_nothing_ends(server, bot, taken, monkeypatch):
    monkeypatch.setattr(slack, "GIVE_UP", 0.2)
    server.breaks["auth.test"].extend([Refusal("invalid_auth")] * 1000)
    with pytest.raises(Deaf):
        async with asyncio.timeout(60):
            await bot.run(taken)


async def test_no_token_and_no_word_is_in_the_log(server, bot, taken, caplog):
    caplog.set_level(logging.DEBUG)
    server.breaks["apps.connections.open"].append(Refusal("invalid_auth"))
    server.breaks["chat.postMessage"].extend([CUT_BEFORE, BROKEN, Refusal("invalid_blocks")])
    async with listening(server, bot, taken):
        server.ack, taken.failing = 1.0, [ValueError("canary-bird")]
        server.says("canary-bird")
        await one(server, bot, taken)
        for _ in range(3):
            with pytest.raises((Passing, RuntimeError)) as failed:
                await bot.send(outgoing(Reply(verbatim("canary-bird"))))
            assert "canary" not in repr(failed.value)
    logged = "\n".join(
        f"{each.getMessage()} {each.exc_text}" for each in caplog.records if each.name.startswith(("slack", "adapters"))
    )
    assert logged
    assert not any(secret in logged for secret in ("canary", "xoxb", "xapp", "/socket/"))


# --- what we answer


async def test_a_reply_arrives_as_people_see_it(server, bot):
    card = Card("D1", "D1 · Acme", ((text("noun", kind="customer"), verbatim("<!channel> & *Co*")),))
    ts = await bot.send(outgoing(replace(HELP, card=card)))
    [message] = server.sent
    assert (message["ts"], message["channel"], message["unfurl_links"]) == (ts, "D7", False)
    assert people_see(message) == ("deal\nD1 · Acme\ncustomer: <!channel> & *Co*\n", [])
    assert list(buttons_of(message)) == ["Won", "Undo"]
    assert message["text"] == "deal · D1 · Acme"


async def test_who_wrote_has_a_chat_and_who_did_not_gets_one(server, bot, taken, hearing):
    server.says("hi")
    await one(server, bot, taken)
    await bot.send(outgoing())
    assert not server.calls["conversations.open"]
    await bot.send(outgoing(place=Place("slack", "T1:U8")))
    await bot.send(outgoing(place=Place("slack", "T1:U8")))
    assert server.calls["conversations.open"] == 1
    assert [each["channel"] for each in server.sent] == ["D7", "D8", "D8"]


async def test_a_message_is_edited_in_place_and_one_that_is_gone_is_posted_anew(server, bot):
    ts = await bot.send(outgoing())
    assert await bot.send(outgoing(Reply(verbatim("done")), edits=ts)) == ts
    assert people_see(server.edits[0])[0] == "done"
    assert await bot.send(outgoing(edits="1.1")) == server.sent[-1]["ts"]


async def test_an_hourglass_stands_on_a_message_until_it_is_answered(server, bot, taken, hearing):
    ts = server.says("forecast")["ts"]
    await one(server, bot, taken)
    await bot.busy(AMY)
    assert server.reactions == [("D7", ts, "hourglass_flowing_sand")]
    await bot.send(outgoing(answers=ts))
    await until(lambda: not server.reactions)
    await bot.busy(AMY)
    assert not server.reactions, "nothing waits there any more"


async def test_an_answer_that_overtakes_the_hourglass_takes_it_away(server, bot, taken, hearing):
    server.breaks["reactions.add"].append(Slow(0.1))
    ts = server.says("forecast")["ts"]
    await one(server, bot, taken)
    marking = asyncio.create_task(bot.busy(AMY))
    await bot.send(outgoing(answers=ts))
    await marking
    assert not server.reactions


async def test_a_chart_is_a_picture_with_its_words_and_uploaded_once(server, bot):
    server.refuses["D7"].extend([Refusal("invalid_blocks"), too_many(1)])
    chart = Reply(verbatim("Up"), chart=Chart("forecast.png", b"\x89PNG", verbatim("A line that rises")))
    for _ in range(2):
        with pytest.raises(Passing):
            await bot.send(outgoing(chart))
    await bot.send(outgoing(chart))
    [(id, upload)] = server.uploads.items()
    assert (upload["data"], upload["complete"], upload["name"]) == (b"\x89PNG", True, "forecast.png")
    assert {"type": "image", "slack_file": {"id": id}, "alt_text": "A line that rises"} in server.sent[0]["blocks"]


async def test_a_long_reply_goes_out_in_several_and_none_of_them_twice(server, bot):
    long = Reply(verbatim("line\n" * 6000), buttons=HELP.buttons)
    server.refuses["D7"].extend([None, too_many(1)])
    with pytest.raises(Passing):
        await bot.send(outgoing(long))
    await bot.send(outgoing(long))
    words = "\n".join(people_see(each)[0] for each in server.sent)
    assert words.count("line") == 6000
    assert [bool(buttons_of(each)) for each in server.sent] == [False, False, True]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (too_many(7), Passing(7.0)),
        (BROKEN, Passing(0.01, doubtful=True)),
        (Refusal("", 502), Passing(0.01, doubtful=True)),
        (CUT_AFTER, Passing(0.01, doubtful=True)),
        (Refusal("is_archived"), Permanent("is_archived")),
        (Refusal("token_revoked"), Passing(30.0)),
        (Refusal("msg_too_long"), RuntimeError()),
    ],
    ids=lambda each: getattr(each, "error", None) or type(each).__name__,
)
async def test_errors_say_whether_another_try_is_worth_it(server, bot, fault, error, monkeypatch):
    monkeypatch.setattr("adapters._web_api.PAUSE", 0.01)
    server.refuses["D7"].append(fault)
    with pytest.raises(type(error)) as raised:
        await bot.send(outgoing())
    if isinstance(error, Passing):
        assert (raised.value.after, raised.value.doubtful) == (error.after, error.doubtful)
    assert server.calls["chat.postMessage"] == 1, "only the outgoing rows are tried again"


async def test_no_connection_is_not_doubtful():
    away = SlackServer()
    await away.start()
    await away.stop()
    bot = slack.Slack(BOT_TOKEN, APP_TOKEN, away.base_url)
    with pytest.raises(Passing) as raised:
        await bot.send(outgoing())
    assert not raised.value.doubtful
    await bot.close()


# --- the fake itself


def section(words, kind="plain_text"):
    return {"type": "section", "text": {"type": kind, "text": words}}


def button(label, id="a"):
    return {"type": "button", "action_id": id, "text": {"type": "plain_text", "text": label}}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [section("x")] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("\u2060 ")]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("x" * 2999)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "section", "fields": []}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "actions", "elements": [button("x" * 76)]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "actions", "elements": [button("x")] * 2}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": ""}]}, "invalid_blocks"),
    ],
)
def test_it_refuses_what_slack_refuses(message, why):
    with pytest.raises(Invalid, match=why):
        check_message(message)


def test_it_refuses_a_modal_without_a_title():
    with pytest.raises(Invalid):
        check_view({"type": "modal", "blocks": [section("x")]})


@pytest.mark.parametrize(
    "words", ["<!channel>", "hi <@U1>", "<https://evil.example|Acme>", "https://evil.example", "@here"]
)
def test_it_sees_what_acts_in_markup_and_nothing_in_plain_text(words):
    assert people_see({"text": "x", "blocks": [section(words, "mrkdwn")]})[1]
    assert people_see({"text": "x", "blocks": [section(words)]}) == (words, [])


async def test_an_event_that_nobody_takes_is_given_up_after_three_repeats():
    async with SlackServer(repeats=(0.0, 0.01, 0.01)) as server:
        server.says("hi")
        await until(lambda: server.given_up)
        assert server.given_up[0].tries == 4
        server.commands("help")
        await until(lambda: server.failed)
        assert server.failed[0].tries == 1


# --- signed HTTP


@pytest.fixture
async def public(server, taken):
    """The bot behind an address that Slack calls."""
    bot = slack.Slack(BOT_TOKEN, "", server.base_url, commands=set(MENU), http=SignedHttp(SECRET))
    web = Web("127.0.0.1", 0, well, bot.pages)
    loops = [asyncio.create_task(each) for each in (bot.run(taken), web.run())]
    server.request_url = f"http://127.0.0.1:{web.port}/slack/events"
    async with ClientSession() as session:
        await is_served(server.request_url)
        yield session, server.request_url
    for each in loops:
        each.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    await bot.close()
    await web.close()


async def well():
    raise Unavailable


async def test_what_slack_signs_is_taken_and_acknowledged(public, server, taken):
    server.says("new deal Acme 30k")
    server.commands("deal Birch 5k")
    server.shortcut("task")
    await until(lambda: len(taken) == 2 and server.views)
    server.submits(next(iter(server.views.values())), {"subject": "", "name": "", "due": None})
    await until(lambda: len(server.delivered) == 4)
    assert server.delivered[-1].answer["response_action"] == "errors"
    assert {each.said for each in taken} == {"new deal Acme 30k", "/deal Birch 5k"}


async def test_what_could_not_be_taken_by_http_comes_again(public, server, taken):
    taken.failing = [Unavailable()]
    server.says("hi")
    await until(lambda: server.delivered)
    assert (server.delivered[0].tries, len(taken)) == (2, 1)


BODY = json.dumps({"type": "event_callback", "event": {}})
OLD = str(DATE)


@pytest.mark.parametrize(
    ("stamp", "signature", "body"),
    [
        (None, "v0=" + "0" * 64, BODY),
        (None, "v0=\u00e4", BODY),
        (None, "", BODY),
        ("abc", "v0=0", BODY),
        (OLD, sign(OLD, BODY), BODY),
        (None, None, BODY + " "),
        (None, "v0=0", b"\xff\xfe"),
    ],
)
async def test_what_slack_did_not_sign_is_not_looked_at(public, taken, stamp, signature, body):
    session, url = public
    stamp = stamp or str(int(time.time()))
    signed = sign(stamp, BODY) if signature is None else signature
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signed, "Content-Type": "application/json"}
    async with session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 403
    assert not taken


async def test_what_is_too_big_is_not_read(public):
    session, url = public
    async with session.post(url, data=io.BytesIO(b"x" * 1_100_000)) as answer:
        assert answer.status == 413


# --- forms and the App Home


async def test_a_shortcut_opens_a_form_and_what_is_filled_in_comes_as_one(server, bot, taken, hearing):
    server.shortcut("task")
    await until(lambda: server.views)
    [view] = server.views.values()
    assert [each["block_id"] for each in view["blocks"]] == ["subject", "name", "due", "priority"]
    filled = {"subject": "send the quote", "name": "Acme", "due": "friday", "priority": "high"}
    server.submits(view, filled)
    incoming = await one(server, bot, taken)
    assert incoming.said == Filled("task", tuple(filled.items()))
    assert incoming.place == AMY
    assert server.delivered[-1].answer is None, "the form closes"


async def test_a_form_opened_on_a_message_holds_its_words_who_wrote_them_and_where(server, bot, taken, hearing):
    server.people["U8"] = {"real_name": "Bob Stone"}
    message = server.says("Acme wants a <https://acme.example|quote>", user="U8", channel="C1")
    server.shortcut("log", message=message)
    await until(lambda: server.views)
    [view] = server.views.values()
    assert view["blocks"][1]["element"]["initial_value"] == "Acme wants a quote"
    server.submits(view, {"name": "Acme", "text": "wants a quote", "due": None})
    note = (await one(server, bot, taken)).said.note
    assert note == f"Bob Stone · https://acme.slack.com/archives/C1/p{message['ts'].replace('.', '')}"


async def test_a_mistake_in_a_form_stands_under_its_field_and_nothing_is_taken(server, bot, taken, hearing):
    server.people["U7"] = {"locale": "zh-CN"}
    server.shortcut("task")
    await until(lambda: server.views)
    [view] = server.views.values()
    server.submits(view, {"subject": "", "name": "Acme", "due": "never ever"})
    await until(lambda: len(server.delivered) == 2)
    answer = server.delivered[-1].answer
    assert answer["response_action"] == "errors" and set(answer["errors"]) == {"subject", "due"}
    assert "无法" in answer["errors"]["due"] or "不" in answer["errors"]["due"]
    assert not taken
    server.submits(view, {"subject": "call", "name": "Acme", "due": None})
    assert (await one(server, bot, taken)).said.fields[0] == ("subject", "call"), "the same form, put right"


async def test_a_quick_log_is_a_sentence(server, bot, taken, hearing):
    server.shortcut("quick")
    await until(lambda: server.views)
    server.submits(next(iter(server.views.values())), {"text": "new deal Acme 30k"})
    assert (await one(server, bot, taken)).said == "new deal Acme 30k"


async def test_the_app_home_shows_a_reply_and_the_way_back(server, bot, taken, hearing):
    server.opens_home()
    opened = await one(server, bot, taken)
    assert (opened.said, opened.place) == (HOME, replace(AMY, thread="home"))
    await bot.send(outgoing(place=opened.place))
    assert not server.sent and list(buttons_of(server.homes["U7"])) == ["Won", "Undo", "Home"]
    server.presses_at_home("Undo")
    assert (await one(server, bot, taken, many=2)).place == opened.place
    server.presses_at_home("Home")
    assert (await one(server, bot, taken, many=3)).said == HOME


# --- forms that hold a record

HELD = {"stage": "proposal", "amount": "$30,000", "close_date": "2027-03-31", "owner": "Amy", "text": ""}
EDIT = Reply(
    text("edit-how", ref="D1", kind="deal"),
    form=Form("edit-deal", "D1", HELD),
)


async def opened(server, bot, taken):
    """The form that a press opens."""
    await bot.send(outgoing())
    server.presses()
    await one(server, bot, taken)
    await bot.send(outgoing(EDIT))
    [view] = server.views.values()
    return view


async def test_a_press_that_is_answered_with_a_form_opens_it_with_what_the_record_holds(server, bot, taken, hearing):
    view = await opened(server, bot, taken)
    assert view["title"]["text"] == "Edit D1"
    shown = {"stage": "proposal", "amount": "$30,000", "close_date": "2027-03-31", "owner": "Amy", "text": None}
    assert held(view) == shown
    stages = [each["text"]["text"] for each in view["blocks"][0]["element"]["options"]]
    assert stages == ["lead", "qualified", "proposal", "negotiation", "won", "lost"]
    assert len(server.sent) == 1, "the words are for those who have no form"


async def test_only_what_was_changed_in_a_form_comes_back(server, bot, taken, hearing):
    view = await opened(server, bot, taken)
    server.submits(view, HELD | {"stage": "won", "amount": "45k", "text": None})
    changed = (("stage", "won"), ("amount", "45k"))
    assert (await one(server, bot, taken, many=2)).said == Filled("edit-deal", changed, about="D1")


async def test_a_form_that_is_saved_as_it_was_closes_and_one_with_a_mistake_stays(server, bot, taken, hearing):
    view = await opened(server, bot, taken)
    same = server.submits(view, HELD)
    wrong = server.submits(view, HELD | {"amount": "a lot", "owner": ""})
    await until(lambda: same.acked.is_set() and wrong.acked.is_set())
    assert (same.answer, wrong.answer["response_action"]) == (None, "errors")
    assert wrong.answer["errors"] == {
        "amount": "I cannot read an amount in that. For example: 30k, or €5,000.",
        "owner": "Owner: this cannot be left empty.",
    }
    assert len(taken) == 1


async def test_a_form_that_comes_too_late_to_be_opened_is_said_in_words(server, bot, taken, hearing, monkeypatch):
    monkeypatch.setattr(slack, "FRESH", -1.0)
    await bot.send(outgoing())
    server.presses()
    await one(server, bot, taken)
    await bot.send(outgoing(EDIT))
    assert not server.views
    monkeypatch.setattr(slack, "FRESH", 5.0)
    server.breaks["views.open"].append(Refusal("expired_trigger_id"))
    server.presses(0)
    await one(server, bot, taken, many=2)
    await bot.send(outgoing(EDIT))
    assert [each["text"].startswith("What should change in D1?") for each in server.sent] == [False, True, True]


async def test_a_trigger_opens_a_form_for_who_pressed_and_nobody_else(server, bot, taken, hearing):
    await bot.send(outgoing())
    server.presses()
    await one(server, bot, taken)
    await bot.send(outgoing(EDIT, place=Place("slack", "T1:U8")))
    assert not server.views and server.sent[-1]["channel"] == "D8"


async def test_a_forms_mistakes_are_said_in_the_language_that_was_chosen(server, bot, taken, hearing):
    await bot.send(replace(outgoing(), language="zh"))
    server.shortcut("task")
    await until(lambda: server.views)
    [view] = server.views.values()
    assert view["title"]["text"] == "新任务"
    server.submits(view, {"subject": "", "name": "", "due": None})
    await until(lambda: len(server.delivered) == 2)
    assert not server.delivered[-1].answer["errors"]["subject"].isascii()
