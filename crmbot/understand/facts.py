"""Facts in any order: what a sentence says besides its command, such as amount, closing day, owner and name."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from crmbot.understand.bag import Facts
from crmbot.understand.faults import read_fault
from crmbot.understand.readers import READERS, take_impossible_days
from crmbot.understand.rest import leftover, read_for, read_the_rest, thing_left
from crmbot.understand.spans import zone_of
from crmbot.understand.story import read_tail
from crmbot.understand.subjects import read_subject
from crmbot.understand.titles import rest_is_title

TAILS = ("text", "reason")


def read_facts(
    said: str,
    wanted: frozenset[str],
    now: datetime,
    records: str,
    *,
    apart: bool = False,
    own: frozenset[str] = frozenset(),
    months_first: bool = False,
) -> tuple[dict[str, Any], float]:
    """What `said` says for the slots in `wanted`, with `whom` for name and company; and the doubt about it.

    `apart`: a comma stands before it, so that a story may begin without saying whom it is about. `months_first`: 7/8 is
    in July, as the message around it tells.
    """
    found, doubt = _read(said, wanted, now, zone_of(now), records, apart, own, months_first)
    return dict(found), doubt


@lru_cache(maxsize=16)  # the phrases that fit one message often leave the same facts
def _read(
    said: str,
    wanted: frozenset[str],
    now: datetime,
    zone: str,
    records: str,
    apart: bool,
    own: frozenset[str],
    months_first: bool,
) -> tuple[dict[str, Any], float]:
    """By `zone` too: one moment is equal in all zones, but not the same day."""
    facts = Facts(said, now, apart=apart, wanted=wanted, months_first=months_first)
    take_impossible_days(facts)
    tail = next((slot for slot in TAILS if slot in wanted), None)
    if tail and wanted & {"tail", "story"}:
        read_tail(facts, tail, wanted, records)
        return facts.found, facts.doubt
    if "subject" in wanted:
        read_subject(facts, wanted)
        return facts.found, facts.doubt
    if "fault" in wanted:
        read_fault(facts, wanted)
        return facts.found, facts.doubt
    for reader in _readers(wanted):
        reader(facts)
    if "named" in wanted:
        rest_is_title(facts)
        return facts.found, facts.doubt
    if wanted & {"figure", "figure_for", "spend", "spend_on", "revenue"}:
        return facts.found, facts.doubt
    if "whom" in wanted:
        read_the_rest(facts, wanted, records)
    elif "for" in wanted:
        read_for(facts, records, own)
    else:
        if "title" in wanted:
            thing_left(facts)
        leftover(facts, own)
    return facts.found, facts.doubt


@cache
def _readers(wanted: frozenset[str]) -> tuple[Callable[[Facts], None], ...]:
    """The readers of these facts, in their order; where somebody is named, a ref is read with the name."""
    return tuple(
        reader for slot, reader in READERS.items() if slot in wanted and (len(slot) > 1 or "whom" not in wanted)
    )
