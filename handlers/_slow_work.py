"""How the bot starts a worker of its own."""

import base64
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmbot.app import App
    from crmbot.config import Settings
    from crmbot.sender import Channel, Delivery
    from crmbot.work import Heard, Process, Start, Work
    from storage import Database

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # chats come first


def slow_work(
    command: Sequence[str],
    settings: "Settings",
    database: "Database",
    app: "App",
    delivery: "Delivery",
    channels: "Mapping[str, Channel]",
) -> "Work":
    """What the jobs of this bot are done by: its own workers are started with `command`."""
    from crmbot.work import Work
    from storage import Engine

    engine = Engine(database, app.clock, app.token)
    return Work(engine, delivery, channels, app.our_bug, _starter(command, settings, database))


def _starter(command: Sequence[str], settings: "Settings", database: "Database") -> "Start | None":
    """How a worker of this bot is started; nothing, if the settings leave the work to others."""
    if not settings.work.worker:
        return None
    told = {
        "url": database.url.render_as_string(hide_password=False),
        "key": base64.b64encode(database.keys.secret).decode(),
        "encrypt_notes": settings.privacy.encrypt_notes,
        "settings": {"bot": settings.bot.model_dump(), "work": settings.work.model_dump()},
    }

    async def start(name: str, heard: "Heard") -> "Process":
        from crmbot.work import Child

        return await Child.start(command, json.dumps(told | {"name": name}), os.environ | ONE_THREAD, heard)

    return start
