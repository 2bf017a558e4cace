"""From a message to what it means: one command, or several side by side."""

from datetime import datetime

from crmbot.understand.meaning import Patience, Understood
from crmbot.understand.sentence import understand_one
from crmbot.understand.several import in_lines, side_by_side
from crmbot.understand.tidy import LONGEST, tidy
from crmbot.understand.traditional import as_typed, simplified


def understand(said: str, *, now: datetime, language: str = "en") -> Understood:
    """What `said` means, by the phrases of all languages; `language` is a hint only.

    `now` is aware and in the person's zone: dates are seen from it, and its zone says how phone numbers are written.
    Below a confidence of 0.5 the intent is `unknown` and there are no slots; from 0.9 on the bot may act unasked.
    """
    typed = said[:LONGEST]
    said = simplified(typed)
    text, patience = tidy(said), Patience()  # for its parts; the whole has its own
    meant = in_lines(said, now, patience) or side_by_side(text, now, patience) or understand_one(text, now, Patience())
    return meant if said == typed else as_typed(meant, tidy(typed))
