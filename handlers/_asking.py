"""A look at what is about to be done, before a yes."""

from collections.abc import Mapping
from typing import Any

from crmbot.dialogue import Asked, Command
from crmbot.reply import Button, Card, Reply, Text, text


def ask_first(
    words: Text, intent: str, slots: Mapping[str, Any], *, card: Card | None = None, instead: tuple[Button, ...] = ()
) -> Asked:
    """Raise it: [Yes], or a typed yes, does `intent` with these slots and `sure`; `instead` are other ways to go on."""
    done = {**slots, "sure": True}
    buttons = (Button(text("button-yes"), intent, done, once=True), *instead, Button(text("button-no"), "cancel", {}))
    return Asked(Reply(words, card, buttons=buttons), unconfirmed=Command(intent, done))
