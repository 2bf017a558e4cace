"""From a sentence to an intent and its slots. Pure: same words, same answer."""

from crmbot.understand.engine import Understood, understand
from crmbot.understand.spans import read

__all__ = ["Understood", "read", "understand"]
