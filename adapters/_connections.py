"""HTTP over connections that are kept: a request is one write and one read, without a session's objects around it."""

import asyncio
import math
import socket
import ssl
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote, urlsplit

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

IDLE = 30.0  # seconds after which a connection is closed: the other end may be about to
LOOKUP = 30.0  # seconds for the addresses of a host: where a name server is away, the next is asked after five
KNOWN = 60.0  # seconds that they are used for
PLAIN = "/:;,@!$&'()*+=~%-._"  # what stays as it is in an address, with letters and digits
BESIDE = 0.25  # seconds until the next address is tried beside the first (RFC 8305)


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
    """Those to any origin; each carries one request at a time, and waits for the next when that is answered."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._all: set[Connection] = set()
        self._waiting: defaultdict[Origin, deque[Connection]] = defaultdict(deque)
        self._known: dict[Origin, tuple[float, Sequence[Any]]] = {}  # their addresses, and until when
        self._looking: defaultdict[Origin, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tidying: asyncio.TimerHandle | None = None
        self._closed = 0  # times

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
        `Broken`, TimeoutError when it was sent and the answer did not come, and ValueError for what is no address.
        """
        origin, head = _parsed(method, url, self._agent)
        content = b"" if body is None else b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        connection = self._kept(origin) or await self._connected(origin, connect)
        answer = await connection.ask(b"".join((head, content, b"\r\n", body or b"")), silence, whole)
        if connection.is_free:
            self._waiting[origin].append(connection)
            if not self._tidying:
                self._tidying = asyncio.get_running_loop().call_later(IDLE, self._tidy)
        return answer

    def close(self) -> None:
        """End all of them, also what they are doing; the next request makes others."""
        self._closed += 1
        self._waiting.clear()
        for each in list(self._all):
            each.close()
        if self._tidying:
            self._tidying.cancel()
            self._tidying = None

    def _kept(self, origin: Origin) -> "Connection | None":
        waiting = self._waiting[origin]
        while waiting:
            connection = waiting.pop()
            if connection.is_usable and connection.idle < IDLE:
                return connection
            connection.close()
        return None

    def _tidy(self) -> None:
        self._tidying = None
        for waiting in self._waiting.values():
            while waiting and waiting[0].idle >= IDLE:  # the last is taken first
                waiting.popleft().close()
        if oldest := [waiting[0].idle for waiting in self._waiting.values() if waiting]:
            self._tidying = asyncio.get_running_loop().call_later(max(IDLE - max(oldest), 0.01), self._tidy)

    async def _connected(self, origin: Origin, seconds: float) -> "Connection":
        closed = self._closed
        try:
            addresses = await self._addresses(origin)
            async with asyncio.timeout(seconds):
                connection = await _to(origin, addresses, self._lost)
        except (OSError, UnicodeError, RuntimeError) as error:  # the last as uvloop and aiohappyeyeballs raise it
            self._known.pop(origin, None)
            raise Unreached(type(error).__name__) from None
        if closed != self._closed or not connection.is_usable:  # it may have ended as soon as it was made
            connection.close()
            raise Unreached("closed")
        self._all.add(connection)
        return connection

    async def _addresses(self, origin: Origin) -> Sequence[Any]:
        loop = asyncio.get_running_loop()
        async with self._looking[origin]:
            until, addresses = self._known.get(origin, (0.0, ()))
            if loop.time() >= until:
                async with asyncio.timeout(LOOKUP):
                    addresses = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
                self._known[origin] = loop.time() + KNOWN, addresses
        return addresses

    def _lost(self, connection: "Connection") -> None:
        self._all.discard(connection)
        waiting = self._waiting[connection.origin]
        if connection in waiting:
            waiting.remove(connection)


class Connection(asyncio.Protocol):
    """`lost` is called when it has ended, whoever ended it."""

    _transport: asyncio.Transport | None = None

    def __init__(self, origin: Origin, lost: "Callable[[Connection], None]") -> None:
        self.origin = origin
        self._told = lost
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._parser = HttpResponseParser(self)
        self._asked: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []
        self._headed = self._measured = False
        self._heard = self._end = self._silence = 0.0
        self.is_free = True

    @property
    def idle(self) -> float:
        """Seconds since something came over it."""
        return self._clock() - self._heard

    @property
    def is_usable(self) -> bool:
        return self.is_free and self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, silence: float, whole: float) -> Answer:
        assert self._transport
        loop = asyncio.get_running_loop()
        self.is_free, self._asked, self._heard = False, loop.create_future(), self._clock()
        self._silence, self._end = silence, self._heard + whole
        self._timer = loop.call_at(min(self._heard + silence, self._end), self._look)
        try:
            self._transport.write(request)
            return await self._asked
        except BaseException:
            self.is_free = False  # although the answer may have come at the same moment: nobody will keep it
            raise
        finally:
            self._timer.cancel()
            self._asked = None
            if not self.is_free:  # the rest of its answer would be taken for the next one
                self.close()

    def close(self) -> None:
        self.is_free = False
        if self._transport:
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

    def _answer(self) -> None:
        if self._asked and not self._asked.done():
            self._asked.set_result(Answer(self._parser.get_status_code(), b"".join(self._body)))
        self._body = []

    # --- called by the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._heard = self._clock()

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
        if error is None and self._headed and not self._measured:
            self._answer()  # its end is the end of the answer
        self._fail(Broken(type(error).__name__))
        self._told(self)

    # --- called by the parser

    def on_message_begin(self) -> None:
        self.is_free = self._headed = self._measured = False
        self._body = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._measured |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200 and self._asked and not self._asked.done():  # below, it is to come yet
            self.is_free = self._parser.should_keep_alive()
            self._answer()


async def _to(origin: Origin, addresses: Sequence[Any], lost: Callable[[Connection], None]) -> Connection:
    loop = asyncio.get_running_loop()
    sock = await start_connection(addresses, happy_eyeballs_delay=BESIDE)
    connection = Connection(origin, lost)
    encrypted: dict[str, Any] = {}
    if origin.encrypted:
        encrypted = {"ssl": _tls(), "server_hostname": origin.host, "ssl_shutdown_timeout": 1.0}
    try:
        await loop.create_connection(lambda: connection, sock=sock, **encrypted)
    except BaseException:
        connection.close()  # the socket is the transport's by now: closed here, another would get its number
        raise
    return connection


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@lru_cache(maxsize=64)
def _parsed(method: str, url: str, agent: str) -> tuple[Origin, bytes]:
    """Whom to ask, and the head of the request but for what its body needs. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of the web")
    encrypted = parts.scheme == "https"
    name = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    usual = 443 if encrypted else 80
    origin = Origin(name, parts.port or usual, encrypted)
    target = quote(parts.path or "/", safe=PLAIN) + ("?" + quote(parts.query, safe=PLAIN + "?") if parts.query else "")
    host = f"[{name}]" if ":" in name else name
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {host}" if origin.port == usual else f"Host: {host}:{origin.port}",
        f"User-Agent: {agent}",
        "Accept: */*",
        "Accept-Encoding: identity",
    ]
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Authorization: Basic {b64encode(secret.encode()).decode()}")
    return origin, "".join(f"{line}\r\n" for line in lines).encode("ascii")
