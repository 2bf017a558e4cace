"""The HTTP client behind `telegram.Bot`: the library's own costs a millisecond more a message."""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pydantic_core import to_json
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from adapters._connections import Connections, Unreached

if TYPE_CHECKING:
    from aiohttp import ClientSession, FormData

# The library hands its own marker over for "not said": it is no number.
Seconds = Any
JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """No connection could be made: nothing of the request has reached the platform."""


class Request(BaseRequest):
    """Files, and all that has a proxy to go through, travel by aiohttp; the rest over connections of our own.

    Both are opened by the first request that needs them, also after a `shutdown`.
    """

    __slots__ = ("_connect", "_connections", "_proxies", "_read", "_session", "_upload", "_whole")

    def __init__(self, *, read: float = 10, connect: float = 5, upload: float = 30, whole: float = 60) -> None:
        self._read = read
        self._connect = connect
        self._upload = upload  # seconds to wait for an answer when the request carries files
        self._whole = whole  # seconds for all of it: against an answer that trickles in for ever
        self._connections = Connections(self.USER_AGENT)
        self._session: ClientSession | None = None
        self._proxies = getproxies()  # looked up once: a session that trusts the environment does it per request

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        """Nothing: the first request connects."""

    async def shutdown(self) -> None:
        self._connections.close()
        session, self._session = self._session, None
        if session:
            await session.close()

    async def call(self, url: str, parameters: Mapping[str, object], read_timeout: Seconds = None) -> Any:
        """Post plain JSON values and give the plain result: an eighth of the CPU of the library's own objects."""
        status, answer = await self._carry("POST", url, to_json(parameters), self._connect, read_timeout or self._read)
        if not 200 <= status <= 299:
            await _Answered(status, answer).post(url)  # raises what the library makes of it
        return self.parse_json_payload(answer)["result"]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        connect_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        pool_timeout: Seconds = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        files = request_data if request_data and request_data.contains_files else None
        default = self._upload if files else self._read
        read = default if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout or math.inf
        connect = self._connect if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout or math.inf
        plain = to_json(request_data.parameters) if request_data and not files else None
        return await self._carry(method, url, files or plain, connect, read)

    async def _carry(
        self, method: str, url: str, content: bytes | RequestData | None, connect: float, read: float
    ) -> tuple[int, bytes]:
        """Errors are told by their class alone, without a cause: addresses hold the bot's token."""
        whole = max(self._whole, read)
        try:
            if isinstance(content, RequestData) or (self._proxies and self._proxy(url)):
                return await self._by_session(method, url, content, connect, read, whole)
            return await self._connections.request(method, url, content, connect=connect, silence=read, whole=whole)
        except Unreached as error:
            raise NotSent(str(error)) from None
        except TimeoutError:
            raise TimedOut from None
        except (OSError, ValueError, RuntimeError) as error:  # the last as uvloop's transports raise it
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """As the library does, but without writing an answer that is no JSON to the log."""
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None

    async def _by_session(
        self, method: str, url: str, content: bytes | RequestData | None, connect: float, read: float, whole: float
    ) -> tuple[int, bytes]:
        from aiohttp import ClientConnectorError, ClientError, ClientTimeout, ConnectionTimeoutError

        session = self._session = self._session or _opened(self.USER_AGENT)
        seconds = (None if math.isinf(each) else each for each in (whole, connect, read))
        total, sock_connect, sock_read = seconds
        try:
            async with session.request(
                method,
                url,
                data=_form(content) if isinstance(content, RequestData) else content,
                headers=JSON if isinstance(content, bytes) else None,
                timeout=ClientTimeout(total=total, sock_connect=sock_connect, sock_read=sock_read),
                proxy=self._proxy(url),
            ) as answer:
                return answer.status, await answer.read()
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from None
        except ClientError as error:
            if isinstance(error, TimeoutError):
                raise TimedOut from None
            raise NetworkError(type(error).__name__) from None

    def _proxy(self, url: str) -> str | None:
        scheme, host = _scheme_and_host(url)
        return None if proxy_bypass(host) else self._proxies.get(scheme)


@lru_cache(maxsize=64)
def _scheme_and_host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or ""


def _opened(agent: str) -> "ClientSession":
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector

    connector = TCPConnector(limit=0, keepalive_timeout=30)  # who sends is bounded elsewhere
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar(), headers={"User-Agent": agent})


def _form(data: RequestData) -> "FormData":
    from aiohttp import FormData

    form = FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


class _Answered(BaseRequest):
    """An answer that is there already, for the library to say what it means."""

    __slots__ = ("_answer",)
    read_timeout = None

    def __init__(self, status: int, answer: bytes) -> None:
        self._answer = status, answer

    async def initialize(self) -> None:
        """Nothing: there is nothing to ask."""

    async def shutdown(self) -> None:
        """Nothing to end."""

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        return self._answer

    parse_json_payload = staticmethod(Request.parse_json_payload)
