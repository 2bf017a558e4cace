"""The bot's own small web server: is it well (`/healthz`, `/metrics`), and the pages that others bring along."""

import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from crmbot.errors import BadInput, Unavailable
from crmbot.signs import Signs

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
Ask = Callable[[], Awaitable[Signs]]


class Web:
    """Served beside the channels, in the same loop."""

    patience = 0.0

    def __init__(self, host: str, port: int, signs: Ask, pages: Sequence[BaseRoute] = ()) -> None:
        try:
            self._socket = socket.create_server((host, port), family=_family(host))
        except OSError as error:
            raise BadInput(f"web: cannot listen on {host}:{port}: {error.strerror}") from error
        self._server = _Server(
            uvicorn.Config(
                app_of(signs, pages),
                http="h11",  # whatever else is installed: it is strict, and few requests come
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
            )
        )

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    async def run(self, take: object = None, page_done: object = None) -> None:
        await self._server.serve([self._socket])

    async def close(self) -> None:
        self._socket.close()


def app_of(signs: Ask, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """`pages` are routes of other subjects, surveys say."""

    async def healthz(_: Request) -> Response:
        try:
            ills = (await signs()).ills
        except Unavailable:
            ills = ["the database is away"]
        return JSONResponse({"ok": not ills, "ills": ills}, 503 if ills else 200)

    async def metrics(_: Request) -> Response:
        try:
            found = await signs()
        except Unavailable:
            return PlainTextResponse("the database is away\n", 503)
        registry = CollectorRegistry()
        registry.register(_Metrics(found))
        return Response(generate_latest(registry), media_type=PLAIN)

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics), *pages])


class _Metrics(Collector):
    def __init__(self, signs: Signs) -> None:
        self._signs = signs

    def collect(self) -> Iterator[Metric]:
        signs = self._signs
        heard = GaugeMetricFamily(
            "crmbot_heard_seconds", "Since when the platform was last heard.", labels=["channel"], unit="seconds"
        )
        for channel, since in signs.heard.items():
            heard.add_metric([channel], since.total_seconds())
        yield heard
        for name, words, value in (
            ("due_lag_seconds", "How long the oldest row waits that is due.", signs.due.total_seconds()),
            ("outgoing_lag_seconds", "How long the oldest reply waits to be sent.", signs.unsent.total_seconds()),
            ("outgoing_waiting", "Replies that wait to be sent.", signs.waiting),
            ("outgoing_given_up", "Replies that will never be sent.", signs.given_up),
        ):
            yield GaugeMetricFamily(f"crmbot_{name}", words, value)
        yield CounterMetricFamily("crmbot_failures", "Errors logged since the start.", signs.failures)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the whole process, as without a web server."""
        yield


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
