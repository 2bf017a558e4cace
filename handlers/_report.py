"""What every report has: figures for machines, a reply for people, and perhaps something to compare with next time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crmbot.money import Money, canonical
from crmbot.reply import Finished, Reply, Text, verbatim
from storage import Store

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` are plain enough for JSON; amounts are canonical decimals beside their currency."""

    analysis: str
    figures: Mapping[str, Any]
    reply: Reply
    keep: Callable[[Store], None] = lambda _: None
    basis: str = ""  # the facts it rests on, where its words change by themselves with each day

    @property
    def finished(self) -> Finished:
        return Finished(self.reply, self.keep, self.basis)


def said_sums(sums: Mapping[str, int]) -> str:
    """`$30,000 + €1,000`: currencies never mix."""
    return " + ".join(str(Money(minor, currency)) for currency, minor in sorted(sums.items())) or NOTHING


def plain_sums(sums: Mapping[str, int]) -> dict[str, str]:
    return {currency: canonical(Money(minor, currency)) for currency, minor in sorted(sums.items())}


def count(number: int) -> Text:
    return verbatim(str(number))
