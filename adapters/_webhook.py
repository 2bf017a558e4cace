"""What Telegram sends to a public address, for teams that prefer that to polling: with the secret, or not looked at."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters._body import body_of
from adapters._updates import Raw

PATH = "/telegram"
HEADER = "x-telegram-bot-api-secret-token"


class Webhook:
    """A page of the bot's web server; a proxy with a certificate stands before it, at `url`."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret
        self._take: Callable[[Raw], Awaitable[bool]] | None = None
        self.page = Route(PATH, self._answer, methods=["POST"])

    def begin(self, take: Callable[[Raw], Awaitable[bool]]) -> None:
        """`take` says whether the update is committed: what is not, Telegram sends again."""
        self._take = take

    async def _answer(self, request: Request) -> Response:
        said = request.headers.get(HEADER, "")
        if not hmac.compare_digest(said.encode(), self.secret.encode()):
            return Response(status_code=403)
        data = await body_of(request)
        if isinstance(data, Response):
            return data
        update = _update(data)
        if update is None:
            return Response(status_code=400)
        if self._take is None:
            return Response(status_code=503)
        return Response(status_code=200 if await self._take(update) else 503)


def _update(data: bytes) -> Raw | None:
    try:
        said: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and isinstance(said.get("update_id"), int) else None
