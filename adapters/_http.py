"""The HTTP client behind `telegram.Bot`: aiohttp, since the library's own costs a millisecond more a message."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar
from urllib.request import getproxies, proxy_bypass

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from yarl import URL

# The library hands its own marker over for "not said": it is no number.
Seconds = Any


class NotSent(NetworkError):
    """No connection could be made: nothing of the request has reached the platform."""


class Aiohttp(BaseRequest):
    """One session, opened by the first request; after `shutdown` the next request opens another."""

    __slots__ = ("_connect", "_proxies", "_read", "_session", "_upload", "_whole")

    _JSON: ClassVar = {"Content-Type": "application/json"}

    def __init__(self, *, read: float = 10, connect: float = 5, upload: float = 30, whole: float | None = 60) -> None:
        self._read = read
        self._connect = connect
        self._upload = upload  # seconds to wait for an answer when the request carries files
        self._whole = whole  # seconds for all of it: against an answer that trickles in for ever
        self._session: ClientSession | None = None
        self._proxies = getproxies()  # looked up once: a session that trusts the environment does it per request

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        """Nothing: the first request opens the session."""

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    async def call(self, url: str, parameters: Mapping[str, object], read_timeout: Seconds = None) -> Any:
        """Post plain JSON values and give the plain result: an eighth of the CPU of the library's own objects."""
        data = RequestData([RequestParameter(name, value, None) for name, value in parameters.items()])
        return await self.post(url, data, read_timeout=read_timeout or self._read)

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
        files = bool(request_data and request_data.contains_files)
        default = self._upload if files else self._read
        read = default if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        connect = self._connect if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout
        session, body = self._session or self._open(), _body(request_data, files)
        # errors are told by their class alone, without a cause: addresses hold the bot's token
        try:
            async with session.request(
                method,
                _parsed(url),
                data=body,
                headers=self._JSON if request_data and not files else None,
                timeout=_timeout(self._whole and max(self._whole, read or 0), connect, read),
                proxy=self._proxy(url),
            ) as answer:
                return answer.status, await answer.read()
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (ClientError, OSError, ValueError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """As the library does, but without writing an answer that is no JSON to the log."""
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None

    def _open(self) -> ClientSession:
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=30),  # who sends is bounded elsewhere
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
        )
        return self._session

    def _proxy(self, url: str) -> str | None:
        if not self._proxies:
            return None
        target = _parsed(url)
        return None if proxy_bypass(target.host or "") else self._proxies.get(target.scheme)


_parsed = lru_cache(maxsize=64)(URL)


@lru_cache(maxsize=16)
def _timeout(total: float | None, connect: float | None, read: float | None) -> ClientTimeout:
    return ClientTimeout(total=total, sock_connect=connect, sock_read=read)


def _body(data: RequestData | None, files: bool) -> bytes | FormData | None:
    if data is None:
        return None
    if not files:
        return json.dumps(data.parameters).encode()
    form = FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
