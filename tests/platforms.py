"""What a campaign needs of a platform: traffic with numbers in it, and what became of each."""

import asyncio
import random
import re
import time
from typing import Any

from servers.blocks import buttons_of, people_see
from servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer
from servers.telegram import TelegramServer

from adapters._views import modal

REPEATS = 0.1, 0.5, 1.0  # seconds; the last again and again, for here a bot lives for a second and not for days
BACKLOG = 20  # events under way, from which on people write as little as while the bot is away
AMOUNT = re.compile(r"\$([\d,]+)")


class OnTelegram:
    """Everything comes until it is confirmed, three in ten updates once more after it."""

    chats = range(2001, 2021)
    ordered = listening = True
    rate = 40.0  # messages a second
    longest = 0.8  # seconds a bot may live once it has answered
    excused: frozenset[int] = frozenset()  # what the platform itself gave up
    pressed: frozenset[int] = frozenset()
    failed = 0

    def __init__(self, seed: int) -> None:
        self.sent: list[tuple[str, float]] = []  # what was posted, and when
        self.server = _NotedTelegram(self.sent, duplicates=0.3, seed=seed)

    @property
    def owners(self) -> list[str]:
        return [f"telegram:{chat}" for chat in self.chats]

    @property
    def settings(self) -> str:
        base = f'base_url = "{self.server.base_url}"\nbase_file_url = "{self.server.base_file_url}"'
        return f'[telegram]\ntoken = "42:campaign"\n{base}\n'

    @property
    def starts(self) -> int:
        return self.server.calls["getUpdates"]

    @property
    def idle(self) -> bool:
        return not (self.server.updates or self.server.again)

    def calm(self) -> None:
        """Nothing goes wrong from here on."""

    def say(self, number: int, chat: int, customer: str, chance: random.Random) -> None:
        words = chance.choice((f"new deal {customer} {number}", f"called {customer}, wants sample {number}"))
        self.server.says(words, chat, {"id": chat, "is_bot": False, "first_name": f"User {chat}"})


class _NotedTelegram(TelegramServer):
    def __init__(self, sent: list[tuple[str, float]], **given: Any) -> None:
        super().__init__(**given)
        self._noted = sent

    def _post(self, *given: Any, **more: Any) -> dict[str, Any]:
        told: dict[str, Any] = super()._post(*given, **more)
        self._noted.append((self.sent[-1]["text"], time.monotonic()))
        return told


class OnSlack:
    """Direct messages, mentions told twice, commands, forms and presses; sockets end politely and without a word.

    An event comes again until it is acknowledged, the others never: how slow the machine is excuses nothing.
    """

    chats = range(2001, 2021)
    rate = 15.0
    longest = 0.8
    ordered = False  # what comes again has been overtaken by what came once

    def __init__(self, seed: int) -> None:
        self.sent: list[tuple[str, float]] = []
        self.server = _NotedSlack(self._note, duplicates=0.2, repeats=REPEATS, holds=True, seed=seed)
        self._chance = random.Random(seed)
        self._envelopes: dict[int, list[Any]] = {}  # all that tells of one message, by its number
        self._presses: dict[int, Any] = {}
        self._asked_to_link: Any = None
        self._linked = False  # whether the channel is: before that nothing is done in it
        self._won: set[int] = set()  # the deals whose press was answered
        self._unrest: asyncio.Task[None] | None = None

    @property
    def owners(self) -> list[str]:
        return [f"slack:T1:U{chat}" for chat in self.chats]

    @property
    def settings(self) -> str:
        tokens = f'bot_token = "{BOT_TOKEN}"\napp_token = "{APP_TOKEN}"'
        return f'[slack]\n{tokens}\nbase_url = "{self.server.base_url}"\n'

    @property
    def starts(self) -> int:
        return self.server.hellos

    @property
    def listening(self) -> bool:
        """And keeps up: what is brought at every start and finished at none would be given up in the end."""
        return self.server.connected > 0 and self.server.under_way < BACKLOG

    @property
    def idle(self) -> bool:
        return not self.server.under_way and self.pressed <= self._won

    def say(self, number: int, chat: int, customer: str, chance: random.Random) -> None:
        self._unrest = self._unrest or asyncio.create_task(self._shake())
        self._asked_to_link = self._asked_to_link or self.server.mentions("/link", f"U{self.chats[0]}")
        user, before = f"U{chat}", len(self.server.envelopes)
        kinds = ("message", "mention" if self._linked else "message", "command", "form")
        match chance.choices(kinds, (5, 3, 2, 1)):
            case ["message"]:
                note = f"called {customer}, wants sample {number}"
                self.server.says(chance.choice((f"new deal {customer} {number}", note)), user)
            case ["mention"]:
                self.server.mentions(f"new deal {customer} {number}", user)
            case ["command"]:
                self.server.commands(f"deal {customer} {number}", user)
            case _:
                form = modal("quick", "", "", "en") | {"id": f"V{number}", "hash": "1"}
                self.server.submits(form, {"text": f"new deal {customer} {number}"}, user)
        self._envelopes[number] = self.server.envelopes[before:]

    def calm(self) -> None:
        if self._unrest:
            self._unrest.cancel()

    async def _shake(self) -> None:
        """Connections end all the time."""
        while True:
            await asyncio.sleep(self._chance.expovariate(1.0))
            if self._chance.random() < 0.5:
                self.server.cut()
            else:
                await self.server.disconnect()

    def _note(self, message: dict[str, Any]) -> None:
        """Every fifth new deal is won by a press, once."""
        words, _ = people_see(message)
        if message["channel"].startswith("C"):  # there are counts only; the answer itself goes to who asked
            self._linked = True
            return
        found, labels = AMOUNT.search(words), list(buttons_of(message))
        number = int(found[1].replace(",", "")) if found else 0
        if "Stage: won" in words:  # the answer to a press
            self._won.add(number)
            return
        self.sent.append((words, time.monotonic()))
        if number % 5 == 0 and "Won" in labels and number not in self._presses:
            user = f"U{message['channel'][1:]}"
            self._presses[number] = self.server.presses(message, labels.index("Won"), user)

    @property
    def excused(self) -> frozenset[int]:
        """The commands and forms that failed before the person's eyes: Slack tells of them once."""
        lost = {each.id for each in self.server.failed}
        return frozenset(number for number, told in self._envelopes.items() if {each.id for each in told} <= lost)

    @property
    def pressed(self) -> frozenset[int]:
        """The deals whose press was acknowledged."""
        done = {each.id for each in self.server.delivered}
        return frozenset(number for number, press in self._presses.items() if press.id in done)

    @property
    def failed(self) -> int:
        return len(self.server.failed)


class _NotedSlack(SlackServer):
    def __init__(self, note: Any, **given: Any) -> None:
        super().__init__(**given)
        self._noted = note

    def _chat_postMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = super()._chat_postMessage(given)
        self._noted(self.sent[-1])
        return told

    def _chat_update(self, given: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = super()._chat_update(given)
        self._noted(self.edits[-1])
        return told
