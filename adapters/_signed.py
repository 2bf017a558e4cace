"""What Slack sends to a public address, for teams that prefer that to Socket Mode: signed, or not looked at."""

import asyncio

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters._body import body_of

PATH = "/slack/events"
METHODS = ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]  # unsigned, all are answered alike


class SignedHttp:
    """A page of the bot's web server; a proxy with a certificate stands before it."""

    def __init__(self, secret: str) -> None:
        self._verifier = SignatureVerifier(secret)
        self._bolt: AsyncApp | None = None
        self.page = Route(PATH, self._answer, methods=METHODS)

    async def serve(self, bolt: AsyncApp) -> None:
        """Until it is cancelled."""
        self._bolt = bolt
        await asyncio.Event().wait()

    async def _answer(self, request: Request) -> Response:
        data = await body_of(request)
        if isinstance(data, Response):
            return data
        try:
            body, headers = data.decode(), dict(request.headers)
            if not self._verifier.is_valid_request(body, headers):
                return Response(status_code=403)
        except (ValueError, TypeError, OverflowError):  # a time that is no number, a signature or body that is no text
            return Response(status_code=403)
        if self._bolt is None:
            return Response(status_code=503)
        try:
            heard = AsyncBoltRequest(body=body, headers={**headers})
        except (ValueError, TypeError, AttributeError, KeyError):  # signed, and yet nothing that Slack would say
            return Response(status_code=400)
        told = await self._bolt.async_dispatch(heard)
        return Response(told.body, told.status, media_type="application/json" if told.body else None)
