"""Every conversation in `dialogues/` is the same on the terminal, on Telegram and on Slack: what people see of it
through the real adapters, and what is stored."""

import asyncio
import io
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from shutil import copyfile

import pytest
from conftest import KEY, Clock
from servers.blocks import buttons_of, people_see
from servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer, held
from servers.telegram import TelegramServer
from test_adapters import legible
from test_dialogues import FILES, perform

import bot
from adapters import slack
from adapters.slack import Slack
from adapters.telegram import Telegram
from adapters.terminal import Terminal
from crmbot.config import Settings
from crmbot.incoming import Sender
from crmbot.people import Role
from crmbot.understand import slash_words
from crmbot.words import MENU
from storage import open_database
from storage.exports import export_to


@dataclass(frozen=True)
class Seen:
    """One of our messages as it stands in a chat: the lines, and what each button is to this channel."""

    lines: tuple[str, ...]
    buttons: dict[str, object]


def read(words, buttons):
    """Without what is laid out in its own way on each channel: columns, blank lines, wide colons."""
    lines = (re.sub(r"[\s·]+", "", re.sub(r"[:：]\s*", ": ", legible(line))).strip() for line in words.split("\n"))
    return Seen(tuple(filter(None, lines)), buttons)


class OnTerminal:
    """One terminal a person; the bot knows them all as one channel."""

    name = "terminal"

    def __init__(self, clock):
        self._clock, self._terminals, self.shown = clock, {}, {}

    async def start(self, take):
        self._take = take

    async def stop(self):
        pass

    def meet(self, who, language):
        sender = Sender("terminal", who, who.title(), language)
        self._terminals[who] = Terminal(sender, io.StringIO(), session=who, clock=self._clock, as_json=True)
        self.shown[who] = []
        return sender

    async def send(self, outgoing):
        who, terminal = outgoing.place.chat, self._terminals[outgoing.place.chat]
        number, drawn = await terminal.send(outgoing), json.loads(terminal._out.getvalue().splitlines()[-1])
        card = drawn["card"] or {"title": "", "facts": []}
        facts = [": ".join(fact) for fact in card["facts"]]
        labels = {label: label for label in drawn["buttons"]}
        self.shown[who].append(read("\n".join([drawn["text"], card["title"], *facts]), labels))
        return number

    async def busy(self, place):
        pass

    async def say(self, who, words):
        incoming = self._terminals[who].receive(words)
        await self._take(incoming)
        return incoming.message_id

    async def edit(self, who, said, words):
        """Nobody can, at a terminal; but a line may say which one it replaces."""
        incoming = self._terminals[who].receive(words)
        await self._take(replace(incoming, message_id=said, edited_of=said))
        return said

    async def press(self, who, label):
        await self.say(who, f"[{label}]")


class OnTelegram(TelegramServer):
    name = "telegram"

    def __init__(self, _):
        super().__init__()
        self.shown, self._ids = {}, {}

    async def start(self, take):
        await super().start()
        self._bot = Telegram("42:x", self.base_url, self.base_file_url)
        self._listening = asyncio.create_task(self._bot.run(take))
        self.send, self.busy = self._bot.send, self._bot.busy

    async def stop(self):
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._bot.close()
        await super().stop()

    def meet(self, who, language):
        id = 1000 + len(self._ids)
        self._ids[who] = {"id": id, "is_bot": False, "first_name": who.title(), "language_code": language}
        self.shown[who] = []
        return Sender("telegram", str(id), who.title())

    def _post(self, given, *rest, **more):
        told = super()._post(given, *rest, **more)
        self._note(self.sent[-1])
        return told

    def _edit(self, shown, given, **news):
        told = super()._edit(shown, given, **news)
        self._note(self.edits[-1])
        return told

    def _note(self, message):
        [who] = [who for who, user in self._ids.items() if user["id"] == message["chat_id"]]
        rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
        labels = [each["text"] for row in rows for each in row]
        self.shown[who].append(read(message["text"], {label: (message, at) for at, label in enumerate(labels)}))

    async def say(self, who, words):
        message = self.says(words, self._ids[who]["id"], self._ids[who])
        await until(lambda: not self.updates)
        return message

    async def edit(self, who, said, words):
        edited = self.edits_words(said, words)
        await until(lambda: not self.updates)
        return edited

    async def press(self, who, label):
        message, index = next(each.buttons[label] for each in reversed(self.shown[who]) if label in each.buttons)
        self.presses(message, index, self._ids[who])
        await until(lambda: not self.updates)


class OnSlack(SlackServer):
    name = "slack"

    def __init__(self, _):
        super().__init__(ack=60.0)
        self.shown = {}

    async def start(self, take):
        await super().start()
        self._bot = Slack(BOT_TOKEN, APP_TOKEN, self.base_url, commands={*MENU, *slash_words()})
        self._listening = asyncio.create_task(self._bot.run(take))
        self.send, self.busy = self._bot.send, self._bot.busy
        await until(lambda: self.connected)

    async def stop(self):
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._bot.close()
        await super().stop()

    def meet(self, who, language):
        user = f"U{who.upper()}"
        self.people[user] = {"real_name": who.title(), "locale": f"{language}-XX"}
        self.shown[who] = []
        return Sender("slack", f"T1:{user}", who.title())

    def _chat_postMessage(self, given):
        told = super()._chat_postMessage(given)
        self._note(self.sent[-1])
        return told

    def _chat_update(self, given):
        told = super()._chat_update(given)
        self._note(self.edits[-1])
        return told

    def _note(self, message):
        words, live = people_see(message)
        assert not live
        ids = {label: (id, message) for label, id in buttons_of(message).items()}
        self.shown[message["channel"][1:].lower()].append(read(words, ids))

    async def say(self, who, words):
        # Slack keeps what begins with a slash for commands: those of the bot come behind its own
        user = f"U{who.upper()}"
        said = self.commands(words[1:], user) if words.startswith("/") else self.says(words, user)
        await until(lambda: not self.under_way)
        return said

    async def edit(self, who, said, words):
        edited = self.edits_words(said, words)
        await until(lambda: not self.under_way)
        return edited

    async def fill(self, who, fields):
        """Into the form that was opened last; the fields left out keep what they hold."""
        view = list(self.views.values())[-1]
        self.submits(view, held(view) | fields, f"U{who.upper()}")
        await until(lambda: not self.under_way)

    async def press(self, who, label):
        id, message = next(each.buttons[label] for each in reversed(self.shown[who]) if label in each.buttons)
        self.presses_id(id, message, f"U{who.upper()}")
        await until(lambda: not self.under_way)


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.001)


@dataclass
class Person:
    """Somebody in a dialogue, who waits for each answer."""

    who: str
    world: "World"
    said: object = None
    numbers: count = field(default_factory=count)

    def say(self, words, edited_of=None):
        channel = self.world.channel
        doing = channel.edit(self.who, edited_of, words) if edited_of else channel.say(self.who, words)
        self.said = self.world.wait(doing)

    def press(self, label):
        self.world.wait(self.world.channel.press(self.who, label))

    @property
    def sees(self):
        last = self.world.channel.shown[self.who][-1]
        return " / ".join([*last.lines, *(f"[{label}]" for label in last.buttons)])


class World:
    """A whole bot on one channel, its loop in a thread of its own, so that dialogues may be performed line by line."""

    def __init__(self, make, database):
        self.clock = Clock()
        self._database = database
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.channel = make(self.clock)

    async def start(self):
        self._bot = bot.running(Settings(), self._database, {self.channel.name: self.channel}, clock=self.clock)
        self.running = await self._bot.__aenter__()
        await self.channel.start(self.running.take)

    async def stop(self):
        await self.channel.stop()
        await self._bot.__aexit__(None, None, None)

    def wait(self, doing):
        async def done():
            said = await doing
            await self.running.settled()
            return said

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(120)

    def open_chat(self, who, role, language):
        sender = self.channel.meet(who, language)
        if role:
            self._database.run(lambda store: store.members.enrol(sender, role, self.clock()))
        return Person(who, self)

    @contextmanager
    def running_bot(self):
        asyncio.run_coroutine_threadsafe(self.start(), self._loop).result(120)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result(120)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine may take longer than Slack would wait; what is late there has tests of its own."""
    monkeypatch.setattr(slack, "ACKNOWLEDGE", 60.0)
    monkeypatch.setattr(slack, "FRESH", 60.0)


@pytest.fixture(autouse=True)
def files(kind_of_database):
    """Three databases side by side: as files they are there at once. The dialogues themselves run on all kinds."""
    if kind_of_database != "sqlite":
        pytest.skip("on SQLite alone")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dialogue_is_the_same_on_every_channel(path, empty, compiled, tmp_path, kind_of_database):
    lines = path.read_text("utf-8").splitlines()
    told = {}
    for make in (OnTerminal, OnTelegram, OnSlack):
        name = make.name
        copyfile(empty.removeprefix("sqlite:///"), tmp_path / f"{name}.db")
        database = open_database(f"sqlite:///{tmp_path / f'{name}.db'}", key=KEY)
        database.engine.update_execution_options(compiled_cache=compiled)
        stored = io.StringIO()
        with World(make, database).running_bot() as world:
            seen = list(perform(lines, world.open_chat, lambda person: person.sees))
        export_to(database, "all", "json", None, stored)
        database.close()
        told[name] = seen, json.loads(stored.getvalue())
    seen, stored = told["terminal"]
    assert told["telegram"][0] == told["slack"][0] == seen
    assert told["telegram"][1] == told["slack"][1] == stored
    assert any(line.startswith("bot: ") for line in seen)
    assert any(stored.values()) or path.stem.startswith(("alerts", "schedules"))  # which are in no export


def test_what_a_form_changes_on_slack_words_change_elsewhere(empty, compiled, tmp_path, kind_of_database):
    """[Edit] opens the form there; on the others it says how to put it, and that is what they say."""
    changes = (
        ("D1", {"amount": "45k", "close_date": "31 march"}, ("D1 is now 45k", "D1 closes on 31 March")),
        ("D1", {"stage": "proposal"}, ("D1 to proposal",)),
        ("T1", {"due": "friday", "priority": "urgent"}, ("push T1 to friday", "T1 is urgent")),
        ("C1", {"phone": "+44 20 7946 0958"}, ("C1 phone +44 20 7946 0958",)),
    )
    told = {}
    for make in (OnTerminal, OnTelegram, OnSlack):
        name, stored, shown = make.name, io.StringIO(), []
        copyfile(empty.removeprefix("sqlite:///"), tmp_path / f"{name}.db")
        database = open_database(f"sqlite:///{tmp_path / f'{name}.db'}", key=KEY)
        database.engine.update_execution_options(compiled_cache=compiled)
        with World(make, database).running_bot() as world:
            amy = world.open_chat("amy", Role.REP, "en")
            for words in ("new deal Acme 30k", "remind me tomorrow at 3pm to call Ann"):
                amy.say(words)
            for ref, fields, words in changes:
                amy.say(ref)
                amy.press("Edit")
                if name == "slack":
                    world.wait(world.channel.fill("amy", fields))
                else:
                    assert words[0].replace(" ", "")[:2] in amy.sees and "Sayitinoneline" in amy.sees
                    for each in words:
                        amy.say(each)
                amy.say(ref)
                shown.append(amy.sees)
        export_to(database, "all", "json", None, stored)
        database.close()
        told[name] = shown, json.loads(stored.getvalue())
    assert told["slack"] == told["telegram"] == told["terminal"]
    [deal, moved, task, _] = told["slack"][0]
    assert "Amount:$45,000" in deal and "Stage:proposal" in moved and "Fri27Nov" in task and "urgent" in task
