"""From a sentence to an intent and its slots. Pure: same words, same answer."""

from crmbot.understand.answers import read
from crmbot.understand.engine import Understood, understand

__all__ = ["Understood", "read", "understand"]
