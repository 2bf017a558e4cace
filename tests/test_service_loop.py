"""Enquiry → claim → answer → close → survey → 2 stars → alarm → call back → better now? → a survey page for one who is
on neither platform: on both platforms, with a bot that is killed."""

import asyncio
import random
import re
import socket
import sqlite3
from contextlib import closing, nullcontext, suppress
from signal import SIGKILL, SIGTERM

import pytest
from aiohttp import ClientError, ClientSession
from campaign import START, _bot, _until
from servers.blocks import buttons_of, people_see
from servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer
from servers.telegram import TelegramServer, user
from sqlmodel import select

from crmbot.reply import text
from crmbot.words import say
from storage import Survey, Ticket, open_database
from storage.tables import Interaction, Task

BOSS, ANN, EVE = 2001, 3001, 3002
NAMES = {BOSS: "Boss", ANN: "Ann", EVE: "Eve"}
PEOPLE = {id: user(id, name) for id, name in NAMES.items()}
STEPS = 11


class Gone(LookupError):
    """No such button is to be seen: after a press that seemed to fail, it had been taken and the card shows it."""


class OnTelegram(TelegramServer):
    """What Boss and Ann read, and what they do."""

    owner = f"telegram:{BOSS}"
    failed = ()  # presses come again, as all does

    def __init__(self):
        super().__init__(duplicates=0.3, seed=4)

    @property
    def starts(self):
        """It grows when a bot begins to listen."""
        return self.calls["getUpdates"]

    @property
    def settings(self):
        base = f'base_url = "{self.base_url}"\nbase_file_url = "{self.base_file_url}"'
        return f'[telegram]\ntoken = "42:service"\n{base}\n'

    @property
    def texts(self):
        return [each["text"] for each in self.sent]

    def reads(self, who, words):
        """The newest message of that chat that holds these words as it stands now."""
        found = [each for (where, _), each in self.messages.items() if where == who and words in each.get("text", "")]
        return found[-1] if found else None

    def press(self, who, words, label):
        message = self.reads(who, words) or {}
        rows = message.get("reply_markup", {}).get("inline_keyboard", ())
        labels = [each["text"] for row in rows for each in row]
        if label not in labels:
            raise Gone(label)
        self.presses(message, labels.index(label), PEOPLE[who])

    def writes(self, who, said):
        self.says(said, who, PEOPLE[who])

    def replies(self, who, words, said):
        message = self.reads(who, words)
        answered = {"message_id": message["message_id"], "date": 0, "chat": {"id": who, "type": "private"}}
        self.says(said, who, PEOPLE[who], reply_to_message=answered | {"from": self.me, "text": "…"})

    def forge(self, message):
        """Another customer presses Ann's button, in a chat of their own."""
        data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        self.presses_data(data, {"chat_id": EVE, "message_id": 1}, PEOPLE[EVE])


class OnSlack(SlackServer):
    owner = "slack:T1:UBOSS"

    def __init__(self):
        super().__init__(duplicates=0.2, holds=True, repeats=(0.1, 0.5, 1.0), seed=4)
        self.people = {f"U{name.upper()}": {"real_name": name, "locale": "en-US"} for name in NAMES.values()}

    @property
    def starts(self):
        return self.hellos

    @property
    def settings(self):
        return f'[slack]\nbot_token = "{BOT_TOKEN}"\napp_token = "{APP_TOKEN}"\nbase_url = "{self.base_url}"\n'

    @property
    def texts(self):
        return [people_see(each)[0] for each in self.sent]

    def reads(self, who, words):
        there = [each for (where, _), each in self.messages.items() if where == self.direct(slack(who))]
        found = [each for each in there if not each.get("user") and words in people_see(each)[0]]
        return found[-1] if found else None

    def press(self, who, words, label):
        message = self.reads(who, words) or {}
        buttons = buttons_of(message)
        if label not in buttons:
            raise Gone(label)
        self.presses_id(buttons[label], message, slack(who))

    def writes(self, who, said):
        self.says(said, slack(who))

    def replies(self, who, words, said):
        self.says(said, slack(who), thread=self.reads(who, words)["ts"])

    def forge(self, message):
        data = next(iter(buttons_of(message).values()))
        self.presses_id(data, {"channel": self.direct(slack(EVE)), "ts": message["ts"]}, slack(EVE))


def slack(who):
    return f"U{NAMES[who].upper()}"


@pytest.mark.long
@pytest.mark.parametrize("platform", [OnTelegram, OnSlack])
async def test_the_loop_closes_though_the_bot_is_killed_at_its_steps(platform, tmp_path, request):
    kills = range(STEPS) if request.config.getoption("--campaign", default=False) else (3, 5)
    async with platform() as server:
        server.doubts, server.posting = 0, set()  # questions of which the bot cannot know whether they have arrived
        config = settings(tmp_path, server)
        await act(server, config, set(kills))
    check(server, tmp_path)


def script(server):
    """What somebody does, and what is seen then."""
    return [
        (lambda: server.writes(ANN, "the export is broken"), lambda: server.reads(BOSS, "K1 waits for us")),
        (lambda: server.press(BOSS, "K1 waits for us", "Claim"), lambda: server.reads(BOSS, "Boss has it now")),
        (
            lambda: server.replies(BOSS, "Boss has it now", "Fixed in 2.1"),
            lambda: server.reads(ANN, "Fixed in 2.1") and server.reads(BOSS, "waits for the customer"),
        ),
        (
            lambda: server.press(BOSS, "waits for the customer", "Close"),
            lambda: server.reads(ANN, "how content are you"),
        ),
        (lambda: forge(server), lambda: server.reads(EVE, say(text("button-gone"), "en"))),
        (lambda: server.press(ANN, "how content", "2"), lambda: server.reads(ANN, "What went wrong?")),
        (lambda: server.press(ANN, "What went wrong?", "Too slow"), lambda: server.reads(ANN, "the team has it")),
        (lambda: server.press(BOSS, "gave 2 of 5", "Call back"), lambda: server.reads(ANN, "Is it better now?")),
        (lambda: server.press(ANN, "Is it better", "Yes, thanks"), lambda: server.reads(ANN, "Good to hear")),
        (lambda: server.writes(BOSS, "survey link for C1"), lambda: server.reads(BOSS, "A survey page for Ann")),
        (lambda: on_page(server), lambda: server.reads(BOSS, "gave 1 of 5")),
    ]


async def act(server, config, kills):
    """Each step waits for what the one before it brought; after some of them the bot is killed and started again."""
    chance, steps = random.Random(4), script(server)
    assert len(steps) == STEPS
    at, done, unsure = 0, False, False
    while at < STEPS:
        await asyncio.to_thread(a_day_later, server, config.parent / "crm.db")
        async with _bot(config, server, SIGKILL if kills else SIGTERM) as (alive, _):
            while at < STEPS:
                do, seen = steps[at]
                failed = len(server.failed)
                if not done:
                    with suppress(Gone) if unsure else nullcontext():
                        do()
                    unsure = False
                done = at in kills
                if done:  # killed at once: the next bot goes on from there
                    kills.discard(at)
                    await asyncio.sleep(chance.uniform(0, 0.1))
                    break
                await _until(seen, alive, START)
                assert seen(), (at, server.texts)
                at += 1
        unsure = done and await failed_there(server, failed)
        done = done and not unsure


async def failed_there(server, before):
    """A press that nobody acknowledged: whoever sees that it failed presses again."""
    await asyncio.sleep(0.2)
    return len(server.failed) > before


def a_day_later(server, file):
    """Killed while it sent a question, the bot does not know whether it has arrived, and asks again a day later."""
    if not file.exists():
        return
    with closing(sqlite3.connect(file)) as database, database:
        lost = "EXISTS (SELECT 1 FROM outgoing WHERE tried_at IS NOT NULL AND sent_at IS NULL AND occasion LIKE ?)"
        for kind, column in (("survey", "send_at"), ("better", "again_at")):
            now = f"UPDATE survey SET {column} = strftime('%Y-%m-%d %H:%M:%f000') WHERE token_key IS NULL AND {lost}"
            server.doubts += database.execute(now, (f"{kind}/%",)).rowcount


def forge(server):
    server.writes(EVE, "hello")
    server.forge(server.reads(ANN, "how content are you"))


def on_page(server):
    """In a browser, by somebody who sends it again when nothing comes back."""
    found = server.reads(BOSS, "A survey page for Ann")
    words = found["text"] if isinstance(server, TelegramServer) else people_see(found)[0]
    task = asyncio.create_task(answer(re.search(r"http://127\S+", words)[0]))
    server.posting.add(task)


async def answer(url):
    async with ClientSession() as browser:
        while True:
            with suppress(ClientError, OSError):
                async with browser.post(url, data={"score": "1", "words": "never again"}) as page:
                    if page.status in (200, 410):
                        return
            await asyncio.sleep(0.1)


def check(server, folder):
    asked = [each for each in server.texts if "how content are you" in each]
    assert len([each for each in asked if each.startswith("K1")]) <= 1
    assert len(asked) == 1 or server.doubts
    assert len([each for each in server.texts if "gave 1 of 5" in each]) >= 1
    database = open_database(f"sqlite:///{folder / 'crm.db'}")
    try:
        with database.reading() as store:
            survey, by_page = store.session.exec(select(Survey).order_by(Survey.id)).all()
            assert (survey.score, survey.comment, survey.better) == (2, "slow", True)
            assert (by_page.score, by_page.comment) == (1, "never again")
            ticket = store.session.exec(select(Ticket).where(Ticket.id == 1)).one()
            assert (ticket.status, ticket.customer.name) == ("closed", "Ann")
            said = [row.text for row in store.session.exec(select(Interaction).where(Interaction.ticket_id == 1))]
            assert said == ["the export is broken", "Fixed in 2.1"]
            assert len(store.session.exec(select(Task)).all()) == 1
    finally:
        database.close()


def settings(folder, server):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    config = folder / "config.toml"
    config.touch(mode=0o600)
    config.write_text(
        f'[database]\nurl = "sqlite:///{folder / "crm.db"}"\n[access]\nowners = ["{server.owner}"]\n'
        '[service]\nquiet = ""\nsurvey_after_hours = 0\nask_again_days = 0\n'
        f'[web]\nport = {port}\npublic_url = "http://127.0.0.1:{port}"\n{server.settings}'
    )
    return config
