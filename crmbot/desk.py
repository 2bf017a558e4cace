"""The side of the bot that customers see: how the road reaches it, and what is said of a ticket elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from crmbot.incoming import Filled, Incoming, Place, Press
from crmbot.reply import Post, Reply
from crmbot.service import ServiceRules
from crmbot.understand import Understood

NOTE = "//"  # what stays inside begins so
TICKET = "K"  # how the refs of tickets begin


class Desk(Protocol):
    """What customers may do, and what those who look after their tickets see of it."""

    rules: ServiceRules

    def hear(self, incoming: Incoming, road: Any, now: datetime, *, open: bool) -> Reply | None: ...
    def unreached(self, place: Place, refs: Iterable[str], road: Any) -> Iterable[Post]:
        """What those hear of it who look after them."""
        ...

    def live(self, road: Any, now: datetime) -> Iterable[Post]:
        """The posts of the tickets and deals that were changed by the message being handled."""
        ...


def said_below(said: str | Press | Filled, desk: str) -> Understood | None:
    """A member's words below a ticket's post: for its customer, or a note that stays inside; commands are neither."""
    if desk[:1] != TICKET or not isinstance(said, str) or (said.startswith("/") and not said.startswith(NOTE)):
        return None
    if said.startswith(NOTE):
        return Understood("ticket.update", {"ref": desk, "text": said.removeprefix(NOTE).strip()})
    return Understood("ticket.reply", {"ref": desk, "text": said})
