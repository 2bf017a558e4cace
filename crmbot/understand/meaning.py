"""What a message means, and how long one message may be thought about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SURE = 0.97  # a phrase that means one thing
PLAUSIBLE = 0.75  # a phrase that often means something else: the bot asks before it acts


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message means: an intent, its slots as plain JSON values, how surely, and further commands in it.

    A period's `offset` of -3 are the last three; with `alone` it is the third one back: March, said in June.
    `impossible`: words that say a day or an amount that cannot be, by which of the two it is.
    """

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    also: tuple["Understood", ...] = ()
    impossible: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, Any]:
        """The slots that labels know of: `alone` is for handlers."""
        return {name: value for name, value in self.slots.items() if name != "alone"}


UNKNOWN = Understood("unknown", confidence=0.0)


@dataclass(slots=True)
class Patience:
    """Letters still to be read of one message, over all its readings: a heap of sentences is not read in every way.

    What people write takes at most a few hundred; a place is matched in a tenth of the time that a letter is read in.
    """

    left: int = 2_000

    def spend(self, letters: int) -> None:
        self.left -= letters


def acts(intent: str) -> bool:
    """Whether something is done by it, and not only shown."""
    return not intent.endswith((".show", ".find", ".list", "help", ".report", ".history"))
