"""HTTP over connections that are kept: a request is one write and one read, without a session's objects around it."""

import asyncio
import math
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

IDLE = 30.0  # seconds after which a connection is not trusted any more: the other end may just be closing it
DELAY = 0.25  # seconds until the next address of a host is tried beside the first (RFC 8305)


class Origin(NamedTuple):
    host: str
    port: int
    encrypted: bool


class Answer(NamedTuple):
    status: int
    body: bytes


class Broken(OSError):
    """The connection ended, or what came over it was no HTTP, before the answer was whole."""


class Unreached(OSError):
    """No connection could be made: nothing of the request has left."""


class Connections:
    """Those to any origin that wait for their next request; each carries one request at a time."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._waiting: defaultdict[Origin, deque[Connection]] = defaultdict(deque)

    async def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        connect: float,
        silence: float,
        whole: float = math.inf,
    ) -> Answer:
        """Send JSON, or nothing, and read all of the answer. Redirects are not followed.

        All times are in seconds: to connect; without a byte of the answer; for all of it. Raises `Unreached` and
        `Broken`, and TimeoutError when it was sent and the answer did not come.
        """
        origin, target = _parsed(url)
        connection = self._kept(origin) or await _connected(origin, connect)
        content = b"" if body is None else b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        head = _head(method, target, origin, self._agent)
        answer = await connection.ask(b"".join((head, content, b"\r\n", body or b"")), silence, whole)
        if connection.is_free:
            self._keep(origin, connection)
        return answer

    def close(self) -> None:
        for waiting in self._waiting.values():
            while waiting:
                waiting.pop().close()

    def _kept(self, origin: Origin) -> "Connection | None":
        waiting = self._waiting[origin]
        while waiting:
            connection = waiting.pop()
            if connection.is_free and connection.idle < IDLE:
                return connection
            connection.close()
        return None

    def _keep(self, origin: Origin, connection: "Connection") -> None:
        waiting = self._waiting[origin]
        waiting.append(connection)
        if not waiting[0].is_free or waiting[0].idle >= IDLE:  # the last is taken first, so these are stale
            waiting.popleft().close()


class Connection(asyncio.Protocol):
    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._parser = HttpResponseParser(self)
        self._asked: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []
        self._heard = self._end = self._silence = 0.0
        self.is_free = True

    @property
    def idle(self) -> float:
        """Seconds since something came over it."""
        return self._clock() - self._heard

    async def ask(self, request: bytes, silence: float, whole: float) -> Answer:
        loop = asyncio.get_running_loop()
        self.is_free, self._asked, self._heard = False, loop.create_future(), self._clock()
        self._silence, self._end = silence, self._heard + whole
        self._timer = loop.call_at(min(self._heard + silence, self._end), self._look)
        self._transport.write(request)
        try:
            return await self._asked
        finally:
            self._timer.cancel()
            self._asked = None
            if not self.is_free:  # the rest of its answer would be taken for the next one
                self.close()

    def close(self) -> None:
        self.is_free = False
        self._transport.abort()

    def _look(self) -> None:
        """Whether it has been silent for too long, or takes too long."""
        end = min(self._heard + self._silence, self._end)
        if self._clock() < end:
            self._timer = asyncio.get_running_loop().call_at(end, self._look)
        else:
            self._fail(TimeoutError())

    def _fail(self, error: Exception) -> None:
        if self._asked and not self._asked.done():
            self._asked.set_exception(error)

    # --- called by the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard = self._clock()
        if self._asked is None:
            self.close()  # words that nobody asked for: what comes next cannot be told from them
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._fail(Broken(type(error).__name__))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_free = False
        self._fail(Broken(type(error).__name__))

    # --- called by the parser

    def on_message_begin(self) -> None:
        self.is_free = False
        self._body = []

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and self._asked and not self._asked.done():  # below it the answer is still to come
            self.is_free = self._parser.should_keep_alive()
            self._asked.set_result(Answer(status, b"".join(self._body)))


async def _connected(origin: Origin, seconds: float) -> Connection:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            addresses = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
            sock = await start_connection(addresses, happy_eyeballs_delay=DELAY)
            try:
                tls, name = (_tls(), origin.host) if origin.encrypted else (None, None)
                _, connection = await loop.create_connection(Connection, sock=sock, ssl=tls, server_hostname=name)
            except BaseException:
                sock.close()
                raise
    except (OSError, UnicodeError) as error:
        raise Unreached(type(error).__name__) from None
    return connection


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@lru_cache(maxsize=64)
def _parsed(url: str) -> tuple[Origin, str]:
    parts = urlsplit(url)
    encrypted = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Origin(parts.hostname or "", parts.port or (443 if encrypted else 80), encrypted), target


@lru_cache(maxsize=64)
def _head(method: str, target: str, origin: Origin, agent: str) -> bytes:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    if origin.port != (443 if origin.encrypted else 80):
        host += f":{origin.port}"
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n".encode("ascii")
