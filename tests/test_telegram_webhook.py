"""`mode = "webhook"`: what Telegram sends with the secret is taken, all else is turned away."""

import asyncio

import pytest
from aiohttp import ClientSession
from servers.telegram import TelegramServer

from adapters import _configured, telegram
from adapters._webhook import HEADER, Webhook
from adapters.web import Web
from crmbot.config import Settings
from crmbot.errors import BadInput, Unavailable

SECRET = "a-secret-of-24-letters-x"
URL = "https://crm.example.com/telegram"


class Taken(list):
    """A `take` that keeps what it was given; `failing`: it fails so many times first; `slow`: what it waits with."""

    failing = 0
    slow = ""

    def __init__(self):
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, incoming):
        if incoming.said == self.slow:
            self.begun.set()
            await self.go_on.wait()
        if self.failing:
            self.failing -= 1
            raise Unavailable
        self.append(incoming.said)
        return ()


@pytest.fixture
async def taken(monkeypatch):
    """The bot with its page, running; `taken.post` is what Telegram, or anybody, does."""
    monkeypatch.setattr(telegram, "CALL", 0.01)
    taken, webhook = Taken(), Webhook(URL, SECRET)
    async with TelegramServer() as server, ClientSession() as session:
        bot = telegram.Telegram("42:SECRET-of-the-bot", server.base_url, server.base_file_url, webhook=webhook)
        web = Web("127.0.0.1", 0, None, bot.pages)
        running = [asyncio.create_task(web.run()), asyncio.create_task(bot.run(taken))]

        async def post(data, secret=SECRET):
            given = {"json": data} if isinstance(data, dict) else {"data": data}
            headers = {HEADER: secret} if secret is not None else {}
            async with session.post(f"http://127.0.0.1:{web.port}/telegram", headers=headers, **given) as answer:
                return answer.status

        taken.post, taken.server, taken.bot = post, server, bot
        async with asyncio.timeout(60):
            while not server.webhook:
                await asyncio.sleep(0.01)
        yield taken
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await web.close()
        await bot.close()


def update(number, words, chat=7):
    chat = {"id": chat, "type": "private", "first_name": "Ann"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": {**chat, "is_bot": False}}
    return {"update_id": number, "message": message | {"text": words}}


async def test_telegram_is_told_where_to_send_and_what_it_sends_is_taken(taken):
    assert (taken.server.webhook, taken.server.secret) == (URL, SECRET)
    assert [await taken.post(update(n, f"word {n}")) for n in (1, 2)] == [200, 200]
    assert taken == ["word 1", "word 2"]
    assert not taken.server.calls["getUpdates"]


async def test_what_is_not_committed_is_not_acknowledged(taken):
    taken.failing = 1
    assert await taken.post(update(1, "hello")) == 503
    assert await taken.post(update(1, "hello")) == 200
    assert taken == ["hello"]


async def test_a_slow_chat_holds_up_no_other_and_keeps_its_order(taken):
    taken.slow = "slow"
    first = asyncio.create_task(taken.post(update(1, "slow")))
    async with asyncio.timeout(60):
        await taken.begun.wait()
        assert await taken.post(update(2, "of another chat", chat=8)) == 200
    second = asyncio.create_task(taken.post(update(3, "after it")))
    assert await taken.post(update(4, "of a third", chat=9)) == 200
    taken.go_on.set()
    assert [await first, await second] == [200, 200]
    assert taken == ["of another chat", "of a third", "slow", "after it"]


async def test_a_new_secret_is_told_though_the_address_is_the_same(taken):
    bot = telegram.Telegram(
        "42:SECRET-of-the-bot",
        taken.server.base_url,
        taken.server.base_file_url,
        webhook=Webhook(URL, "another-secret-xx"),
    )
    running = asyncio.create_task(bot.run(taken))
    async with asyncio.timeout(60):
        while taken.server.secret == SECRET:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await bot.close()


@pytest.mark.parametrize(
    ("data", "secret", "status"),
    [
        (update(1, "x"), None, 403),
        (update(1, "x"), "", 403),
        (update(1, "x"), SECRET[:-1], 403),
        (update(1, "x"), "ü" * 24, 403),
        (b"no json", SECRET, 400),
        (b"[1]", SECRET, 400),
        (b'{"update_id": "1"}', SECRET, 400),
        (b"[" * 100_000, SECRET, 400),
        (b"x" * 1_000_001, SECRET, 413),
    ],
)
async def test_what_nobody_of_telegram_sends_is_turned_away(taken, data, secret, status):
    assert await taken.post(data, secret) == status
    assert taken == []


async def test_a_webhook_that_telegram_forgot_is_set_again(taken):
    taken.server.webhook = False
    async with asyncio.timeout(60):
        while not taken.server.webhook:
            await asyncio.sleep(0.01)


def settings(**more):
    return Settings.model_validate({"telegram": {"token": "42:x", "mode": "webhook", **more}})


@pytest.mark.parametrize(
    "more", [{}, {"webhook_url": URL}, {"webhook_url": "http://x/telegram", "webhook_secret": SECRET}]
)
def test_a_webhook_needs_an_address_and_a_secret(more):
    with pytest.raises(BadInput, match="mode webhook needs"):
        _configured.telegram_of(settings(**more))


def test_the_address_may_be_that_of_the_web_table():
    said = settings(webhook_secret=SECRET)
    said.web = Settings.model_validate({"web": {"public_url": "https://crm.example.com/"}}).web
    assert _configured._webhook(said).url == URL
