"""The survey page: what stands on it, and who keeps what is answered there; `adapters/` draws it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from crmbot.reply import Text

LONGEST = 2000  # characters of a comment
State = Literal["open", "answered", "over"]


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """`open`: it may be answered here, or what was answered here be changed. `language`: the customer's, if known.

    Whoever may not answer reads neither the question nor what was answered.
    """

    state: State
    language: str = ""
    question: Text | None = None
    score: int | None = None
    words: str = ""


class SurveyPages(Protocol):
    """Found by the token of the link. `pass_`: what the browser was given that answered first; it alone may change it.

    Both raise `Unavailable`.
    """

    async def look(self, token: str, pass_: str) -> SurveyPage | None:
        """Changes nothing; nothing, if there is no such token."""
        ...

    async def answer(self, token: str, pass_: str, score: int, words: str) -> str:
        """What the browser may change it with from then on; "" if it is not accepted."""
        ...
