"""The event loop that the bot runs on."""

import asyncio
from collections.abc import Coroutine
from typing import Any


def run_loop(serving: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.run`, on uvloop where there is one: a turn of its loop costs half."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(serving)
    else:
        uvloop.run(serving)
