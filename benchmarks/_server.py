"""A Bot API that costs next to nothing: just what both bots call, and a note of when each reply arrived.

The load is made in the same process, so that saying a message and hearing its answer take no request of their own.
"""

import asyncio
import contextlib
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any
from urllib.parse import parse_qsl

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
NUMBER = {name: re.compile(rb'"?%s"?[=:] ?(-?\d+)' % name.encode()) for name in ("offset", "limit", "timeout")}
ME = {"id": 42, "is_bot": True, "first_name": "bench", "username": "benchbot"}
NESTED = ("reply_markup",)


@dataclass(eq=False)
class Heard:
    """What came of the messages said since the last `begin`: seconds from being on offer until the reply arrived."""

    said: int = 0
    took: list[float] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)  # when, by time.perf_counter
    uncalled: int = 0  # replies that no message was waiting for


class Server:
    """One bot's Telegram. `heard` is called with the chat of each reply."""

    def __init__(self) -> None:
        self.round_trip = 0.0
        self.heard: Callable[[int], None] = lambda _: None
        self.tally = Heard()
        self.polls = 0
        self.last_text = ""
        self.asked: defaultdict[int, deque[float]] = defaultdict(deque)  # chat → when its unanswered messages were said
        self._updates: deque[tuple[int, bytes]] = deque()
        self._numbers, self._ids = count(1), count(1)
        self._waiting: asyncio.Future[None] | None = None
        self._answered = asyncio.Event()

    async def start(self) -> None:
        self._listener = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0)
        port = self._listener.sockets[0].getsockname()[1]
        self.base_url, self.base_file_url = (f"http://127.0.0.1:{port}/{path}" for path in ("bot", "file/bot"))

    def stop(self) -> None:
        self._listener.close()

    def begin(self) -> Heard:
        self.tally = Heard()
        return self.tally

    @property
    def unanswered(self) -> int:
        return sum(map(len, self.asked.values()))

    async def settled(self) -> None:
        """Every message is answered."""
        while self.unanswered:
            self._answered.clear()
            await self._answered.wait()

    def forget(self) -> None:
        """What was not answered will not be waited for any more."""
        self.asked.clear()

    def say(self, chat: int, words: str) -> None:
        who = {"id": chat, "is_bot": False, "first_name": f"User {chat}", "language_code": "en"}
        place = {"id": chat, "type": "private", "first_name": who["first_name"]}
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": place,
            "from": who,
            "text": words,
        }
        number = next(self._ids)
        self._updates.append((number, json.dumps({"update_id": number, "message": message}).encode()))
        self.tally.said += 1
        self.asked[chat].append(time.perf_counter())
        self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    async def answer(self, method: str, body: bytes) -> bytes:
        match method:
            case "getUpdates":
                return await self._get_updates(body)
            case "sendMessage" | "editMessageText":
                result = self._send(body)
                if self.round_trip:
                    await asyncio.sleep(self.round_trip)
                return b'{"ok":true,"result":' + json.dumps(result).encode() + b"}"
            case "getMe":
                return json.dumps({"ok": True, "result": ME}).encode()
        return b'{"ok":true,"result":true}'  # setMyCommands, deleteWebhook, sendChatAction, answerCallbackQuery

    async def _get_updates(self, body: bytes) -> bytes:
        self.polls += 1
        self._wake()  # the poll that was open until now
        offset = _number("offset", body, 0)
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        if not self._updates:
            self._waiting = asyncio.get_running_loop().create_future()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._waiting, _number("timeout", body, 0))
        page = islice(self._updates, _number("limit", body, 100))
        return b'{"ok":true,"result":[' + b",".join(update for _, update in page) + b"]}"

    def _send(self, body: bytes) -> dict[str, Any]:
        given = _given(body)
        chat, now = int(given["chat_id"]), time.perf_counter()
        self.last_text = given["text"]
        if self.asked[chat]:
            self.tally.took.append(now - self.asked[chat].popleft())
            self.tally.arrived.append(now)
        else:
            self.tally.uncalled += 1
        self._answered.set()
        self.heard(chat)
        place = {"id": chat, "type": "private", "first_name": f"User {chat}"}
        sent = {"message_id": next(self._numbers), "from": ME, "chat": place, "date": int(time.time())}
        markup = {"reply_markup": given["reply_markup"]} if "reply_markup" in given else {}
        return sent | {"text": given["text"]} | markup


class Connection(asyncio.Protocol):
    """Keep-alive HTTP/1.1 with one request at a time, as both clients speak it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._read = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        need = int(length[1]) if length else 0
        if not end or len(body) < need:
            return
        self._read = body[need:]
        method = head[: head.index(b"\r\n")].split(b" ")[1].rpartition(b"/")[2].decode()
        task = asyncio.ensure_future(self._answer(method, body[:need]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, method: str, body: bytes) -> None:
        answer = await self._server.answer(method, body)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
        self._transport.write(head + answer)  # type: ignore[attr-defined]  # a TCP transport


def _number(name: str, body: bytes, default: int) -> int:
    found = NUMBER[name].search(body)
    return int(found[1]) if found else default


def _given(body: bytes) -> dict[str, Any]:
    """One bot speaks JSON, the other forms with JSON in them."""
    if body.startswith(b"{"):
        given: dict[str, Any] = json.loads(body)
        return given
    form: dict[str, Any] = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return form | {name: json.loads(form[name]) for name in NESTED if name in form}
