"""From a sentence to an intent and its slots. Pure: same words, same answer."""

from crmbot.understand.answers import may_be_name, read
from crmbot.understand.engine import understand
from crmbot.understand.meaning import Understood
from crmbot.understand.phrases import slash_words

__all__ = ["Understood", "may_be_name", "read", "slash_words", "understand"]
