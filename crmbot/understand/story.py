"""A story after the whom: notes and reasons, when it took place, and what is to be done next."""

import re
from collections.abc import Iterator
from functools import cache

from crmbot.money import find_money
from crmbot.understand.bag import FAR, GONE, Facts, days
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.names import read_whom
from crmbot.understand.spans import (
    read_ref,
    ref_shape,
)
from crmbot.understand.tidy import HAN, has_han, without_marks
from crmbot.when import Told


def read_tail(facts: Facts, tail: str, wanted: frozenset[str], records: str) -> None:
    """`ann @ hooli yesterday, keen on 20 seats`: whom and when, and all that follows word for word."""
    _when_here(facts, wanted)
    if "tail" in wanted:
        if not _subject_ref(facts, wanted) and not _nobody(facts, tail):
            _subject(facts, wanted, records, tail)
        _when_here(facts, wanted)
        if "when" in wanted and "when" not in facts.found and (occasion := _OCCASION.match(facts.said)):
            kept, facts.said = facts.said, GONE * occasion.end() + facts.said[occasion.end() :]
            _when_here(facts, wanted)
            if "when" not in facts.found:
                facts.said = kept
    _when_at_the_end(facts, wanted)
    story = _introductions(tail).sub("", facts.said) if re.search(r"\w", facts.said) else ""
    story = re.sub(rf"^[\s,:;.!\-–—>{GONE}]+|[\s,;:{GONE}]+$", "", story)
    if not re.search(r"\w", story):
        return
    if tail == "reason" and story.startswith("给"):
        facts.doubtful(0.5)  # 输给竞品
    if _PUT_OFF.match(story):
        facts.doubtful(0.5)  # 给何静打电话改到明天: what is to be done another day
    if re.match(r"(?:and|or|with)\s", story, re.I):
        facts.doubtful(0.15)  # a second person, or a name cut in two
    facts.found[tail] = story.replace(GONE, "")
    _facts_of_story(facts, story, wanted)


_PUT_OFF = re.compile("(?:改|推|延|挪|提前|推迟|延期)到|取消")


_OCCASION = re.compile(
    rf"[\s{GONE}]*(?:for\s+(?:an?\s+)?(?:quick\s+)?"
    r"(?:coffee|lunch|dinner|breakfast|drinks?|beers?|tea|chat|catch[- ]up)\b|at\s+(?:the|an?|our|their)\s+[a-z]+)",
    re.I,
)


@cache
def _introductions(tail: str) -> re.Pattern[str]:
    """ "about", 关于 and the like before a note, "because" before a reason."""
    return re.compile(
        rf"^(?:[\s,:;.!\-–—{GONE}]*(?:{any_of(words('facts', tail))})(?!得)(?:\s+|\s*[:：,]\s*|(?={HAN}|\x00|$)))+",
        re.I,
    )


def _subject_ref(facts: Facts, wanted: frozenset[str]) -> bool:
    letters = "".join(sorted(wanted & {"C", "D"}))
    if not letters or not (found := _ref_first(letters).match(facts.said)):
        return False
    facts.take("ref", read_ref(found[1], letters), found.start(), found.end())
    return True


@cache
def _ref_first(letters: str) -> re.Pattern[str]:
    return re.compile(
        rf"[\s,:;{GONE}]*(?:(?:{any_of(words('facts', 'with'))})\s*)?(?:the\s+)?"
        rf"(?:{any_of(words('records', 'deals') | words('records', 'customers'))}\s*)?({ref_shape(letters)})",
        re.I,
    )


def _nobody(facts: Facts, tail: str) -> bool:
    """ "called, wants 20 seats", "met them": whom it is about is known from the talk, or asked for."""
    if found := _pronoun(tail).match(facts.said):
        facts.take("unnamed", True, 0, found.end())
    elif facts.apart or _outcome().match(facts.said.lstrip(f" {GONE}")):
        facts.found["unnamed"] = True
    return "unnamed" in facts.found


@cache
def _pronoun(tail: str) -> re.Pattern[str]:
    """Deals may be "it" too; what somebody saw or called so is none."""
    listed = words("names", "pronouns") | (words("names", "pointers") if tail == "reason" else set())
    after = words("names", "verbs") | words("facts", "text") | _day_words()
    return re.compile(
        rf"[\s,:;{GONE}]*(?:(?:{any_of(words('facts', 'with'))})\s*)?{any_of(listed)}"
        rf"(?=\s*(?:$|[,;.:!{GONE}]|(?:the|an?)\s|{any_of(after)}))",
        re.I,
    )


@cache
def _outcome() -> re.Pattern[str]:
    """ "wants 20 seats": a note that begins without a name. As a name, Will has a capital."""
    return re.compile(rf"(?![A-Z])(?i:{any_of(words('facts', 'outcome'))})")


def _day_words() -> frozenset[str]:
    return frozenset(
        [
            *table("when", "days"),
            *meanings("when", "weekdays"),
            *table("when", "parts"),
            "last",
            "on",
            "this",
            "earlier",
            "again",
            "just",
            "at",
            "in",
        ]
    )


def _subject(facts: Facts, wanted: frozenset[str], records: str, tail: str) -> None:
    led = _led_with().match(facts.said)
    start = led.end() if led else 0
    end = _end_of_whom(facts, start, tail)
    if not without_marks(facts.said[start:end].replace(GONE, "")):
        return
    whom, doubt = read_whom(facts.said[start:end].replace(GONE, " "), records)
    facts.doubtful(doubt)
    facts.found |= whom if "whom" in wanted else {"name": whom["name"]} if whom else {}
    facts.said = GONE * end + facts.said[end:]


@cache
def _led_with() -> re.Pattern[str]:
    return re.compile(rf"[\s,:;{GONE}]*(?:(?:{any_of(words('facts', 'with'))})(?:\s+|(?={HAN})))?", re.I)


def _end_of_whom(facts: Facts, start: int, tail: str) -> int:
    """Where the name ends: at punctuation, a day, a verb, or where capitals stop."""
    said = facts.said
    ends = [len(said)]
    if mark := _ENDS_WHOM.search(said, start):
        ends.append(mark.start())
        if role := _role_after().match(said, mark.start()):
            ends = [role.end()]
    verbs = _boundary(tail).finditer(said, start + 1)
    if verb := next((each for each in verbs if not _WITHIN_CAPITALS.match(said, each.start() - 1)), None):
        ends.append(verb.start())
    if has_han(said[start : start + 3]) and (space := _HAN_SPACE.search(said, start)):
        ends.append(space.start())
    if place := _AT_PLACE.search(said, start):
        ends.append(place.start())
    for told in days(facts, past=True):
        if told.sure and told.start > start:
            ends.append(told.start)
            break
    end = min(ends)
    if capitals := _CAPITALS.match(said, start):
        end = min(end, capitals.end())
    return end


_ENDS_WHOM = re.compile(
    r"[,;:!?(。]|(?<![DMS]r)(?<!Mrs|Inc|Ltd)(?<!Ms|St|Co)(?<!Prof)(?<!\.[A-Za-z])\.\s|\s[-–—]+\s|\s->"
)
_AT_PLACE = re.compile(r"\s+at\s+(?:the|an?|our)\s+[a-z]")  # at the expo: a place, and no employer
_WITHIN_CAPITALS = re.compile(r"[a-z]\s+[A-Z][a-z]")  # Will Price
_HAN_SPACE = re.compile(rf"(?<={HAN})\s")
_CAPITALS = re.compile(
    r"[A-Z][\w.&'-]*(?:\s+(?:(?:from|at|of|@|de|van|von|&|and)\s+)?(?:[A-Z0-9][\w.&'-]*|(?:[a-z]\.){2,}[a-z]?\.?))*"
    r"(?=\s+(?!(?:from|at|of|@|w/)\s|de\s|van\s|von\s|&)[a-z0-9])"
)


@cache
def _role_after() -> re.Pattern[str]:
    return re.compile(
        rf",\s*(?:{any_of(words('names', 'roles'))})\s*(?:(?:at|@|from|of)\s+[\w&.-]+(?:\s[A-Z][\w&.-]+)*)?", re.I
    )


@cache
def _boundary(tail: str) -> re.Pattern[str]:
    listed = words("names", "verbs") | words("facts", tail) - (words("facts", "with") if tail == "text" else set())
    return re.compile(
        rf"\s*(?:{any_of(listed)}|~|(?!\d{{1,3}}(?:\s*[,:;!]|\s+(?:but|about|yesterday|today|re|on|at)\b|$))\d+(?![A-Z\d]|-[A-Z]))",
        re.I,
    )


# When it took place, and what is to be done next


def _when_here(facts: Facts, wanted: frozenset[str]) -> None:
    """A day beside the verb of contact or the name; after a comma only one that is past beyond doubt."""
    if "when" not in wanted or "when" in facts.found:
        return
    lead = re.match(rf"[\s,:;{GONE}]*", facts.said)
    at = lead.end() if lead else 0
    spaced = bool(lead and " " in lead[0] and has_han(facts.said))  # a space parts clauses where commas are rare
    apart = (facts.apart and not facts.found) or bool(lead and re.search(r"[,;:]", lead[0]))
    for told in days(facts, past=True):
        if (
            told.start <= at < told.end
            and told.first > facts.now.date()
            and not (apart or spaced)
            and facts.said[told.end : told.end + 1] != "的"
        ):
            facts.doubtful(1.0)  # "lunch with Priya tomorrow" has not taken place
        if told.start <= at < told.end and told.sure and _took_place(facts, told, apart=apart):
            if "noun" in wanted and not _surely_past(facts, told):
                facts.doubtful(0.3)  # "meeting with Ann friday" may be still to come
            facts.take("when", told.iso("when"), told.start, told.end)
        return


def _when_at_the_end(facts: Facts, wanted: frozenset[str]) -> None:
    """ "… about the renewal last friday": the last words of the first clause, or a clause of its own."""
    if "when" not in wanted or "when" in facts.found or len(facts.said) > FAR:
        return
    for told in days(facts, past=True):
        if told.end < len(facts.said.rstrip()) or not told.sure or _next_step(facts.said):
            continue
        before = facts.said[: told.start].strip(f" {GONE}")
        alone = before.endswith((",", ";"))
        if (alone or not re.search(r"[,;。]|\.\s", before)) and _took_place(facts, told, apart=alone or bool(before)):
            facts.take("when", told.iso("when"), told.start, told.end)


def _took_place(facts: Facts, told: Told, *, apart: bool) -> bool:
    """Whether a day is that of the contact: past, and not "by friday"; `apart` from its verb only if surely past."""
    if told.first > facts.now.date():
        return False
    if _surely_past(facts, told):
        return True
    said = facts.said[told.start : told.end]
    return not apart and not _AHEAD.search(said)


def _surely_past(facts: Facts, told: Told) -> bool:
    ahead = [each for each in days(facts, past=False) if each.start == told.start]
    return not ahead or ahead[0].first <= facts.now.date() or (ahead[0].first - facts.now.date()).days > 300


_EDGE = re.compile(r"\b(?:end|mid|early|late|eo[mqy])\b|[底末初]|中旬", re.I)
_AHEAD = re.compile(r"^(?:by|before|until|till|til|due|for|next|coming)\b|(?:前|之前|以前)$", re.I)


def _next_step(said: str) -> bool:
    return bool(_next().search(said) or _deciding().search(said))


@cache
def _next() -> re.Pattern[str]:
    return re.compile(any_of(words("facts", "next")), re.I)


@cache
def _deciding() -> re.Pattern[str]:
    return re.compile(any_of(words("facts", "deciding")), re.I)


def _facts_of_story(facts: Facts, story: str, wanted: frozenset[str]) -> None:
    """Amount, closing day and next step in a note; the words stay in the note too."""
    told = Facts(story[:FAR], facts.now, months_first=facts.months_first)
    if "amount" in wanted:
        figures = [each for each in find_money(told.said) if each.sureness > 1]
        if best := max(figures, key=lambda each: each.sureness, default=None):
            facts.found["amount"] = best.said
    for clause in _clauses(told):
        slot = _day_of(clause)
        if slot not in wanted or slot in facts.found:
            continue
        if day := next((each for each in days(clause, past=False) if _is_next(each, clause, slot)), None):
            facts.found[slot] = day.iso(slot)


def _day_of(clause: Facts) -> str:
    """What a day to come stands for in a clause: a decision's closes the deal, any other is for the next step."""
    if _next().search(clause.said):
        return "due"
    return "close_date" if _deciding().search(clause.said) else "due"


def _is_next(told: Told, clause: Facts, slot: str) -> bool:
    if not told.sure or told.last < clause.now.date():
        return False
    if slot == "close_date" or _next().search(clause.said):
        return True
    said = clause.said[told.start : told.end]  # "budget for Q3", 年底换系统: a plan of theirs, no appointment
    return (
        told.first == told.last
        and told.first >= clause.now.date()
        and (bool(_AHEAD.search(said)) or not _EDGE.search(said))
    )


def _clauses(facts: Facts) -> Iterator[Facts]:
    for clause in re.split(r"[,;。]|\.\s|\s(?=大概|约)|\sand\s", facts.said):
        yield Facts(clause, facts.now, months_first=facts.months_first)
