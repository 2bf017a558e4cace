"""What analyses said before: for whoever asks again, and for the next one to compare with."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from crmbot.reply import Reply
from storage.outbox import REPLY
from storage.secrets import Keys
from storage.tables import Analysis

ANALYSIS = Analysis.__table__  # type: ignore[attr-defined]  # SQLModel hides its table


class Analyses:
    """What was said about one thing that was asked, by whose records it was found: `about` names both."""

    def __init__(self, connection: Connection, keys: Keys, about: str) -> None:
        self._connection = connection
        self._keys = keys
        self._key = keys.digest("analysis.key", about)

    def said(self, since: datetime, language: str, fits: Callable[[Mapping[str, Any]], bool]) -> Reply | None:
        """The reply of one made since then, if its figures fit."""
        rows = self._made(ANALYSIS.c.at >= since, ANALYSIS.c.language == language, ANALYSIS.c.reply.is_not(None))
        for row in self._connection.execute(rows):
            if fits(self._figures(row.figures)):
                return REPLY.validate_json(self._keys.open("analysis.reply", self._key, row.reply))
        return None

    def before(self, moment: datetime, limit: int = 20) -> Iterator[Mapping[str, Any]]:
        """The figures of those made until then, the latest first."""
        for row in self._connection.execute(self._made(ANALYSIS.c.at <= moment).limit(limit)):
            yield self._figures(row.figures)

    def keep(self, figures: Mapping[str, Any], reply: Reply, language: str, now: datetime, fresh: datetime) -> None:
        """The pictures of what was said before `fresh` are let go."""
        old = update(ANALYSIS).where(ANALYSIS.c.at < fresh, ANALYSIS.c.reply.is_not(None)).values(reply=None)
        self._connection.execute(old)
        values = {
            "key": self._key,
            "language": language,
            "at": now,
            "reply": self._keys.seal("analysis.reply", self._key, REPLY.dump_json(reply)),
            "figures": self._keys.seal("analysis.figures", self._key, json.dumps(figures).encode()),
        }
        self._connection.execute(insert(ANALYSIS), values)

    def _made(self, *which: Any) -> Select[Any]:
        made = select(ANALYSIS.c.reply, ANALYSIS.c.figures).where(ANALYSIS.c.key == self._key, *which)
        return made.order_by(ANALYSIS.c.at.desc(), ANALYSIS.c.id.desc())

    def _figures(self, sealed: bytes) -> Mapping[str, Any]:
        figures: Mapping[str, Any] = json.loads(self._keys.open("analysis.figures", self._key, sealed))
        return figures
