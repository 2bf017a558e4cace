"""Facts in any order: what a sentence says besides its command, such as amount, closing day, owner and name."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from crmbot.money import Figure, find_money
from crmbot.phone import find_phones
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.names import clean, doubt_about, is_organisation, is_person, read_name, read_whom, without_role
from crmbot.understand.spans import (
    EMAIL,
    period_shape,
    read_owner,
    read_period,
    read_ref,
    read_stage,
    ref_shape,
    zone_of,
)
from crmbot.understand.tidy import HAN, has_han, without_marks
from crmbot.when import Told, find_when, month_first

TAILS = ("text", "reason")
FAR = 600  # facts stand near the beginning; what is longer is prose
_GONE = "\x00"  # stands for what has been read already


@dataclass(slots=True)
class Facts:
    """The words still to be read, what they have said so far, and how much doubt there is about it."""

    said: str
    now: datetime
    found: dict[str, Any] = field(default_factory=dict)
    doubt: float = 0.0
    apart: bool = False

    def take(self, slot: str, value: Any, start: int, end: int) -> None:
        self.found.setdefault(slot, value)
        self.said = self.said[:start] + _GONE * (end - start) + self.said[end:]

    def doubtful(self, doubt: float) -> None:
        self.doubt = 1 - (1 - self.doubt) * (1 - doubt)


def read_facts(
    said: str, wanted: frozenset[str], now: datetime, records: str, *, apart: bool = False
) -> tuple[dict[str, Any], float]:
    """What `said` says for the slots in `wanted`, with `whom` for name and company; and the doubt about it.

    `apart`: a comma stands before it, so that a story may begin without saying whom it is about.
    """
    found, doubt = _read(said, wanted, now, zone_of(now), records, apart)
    return dict(found), doubt


@lru_cache(maxsize=16)  # the phrases that fit one message often leave the same facts
def _read(
    said: str, wanted: frozenset[str], now: datetime, zone: str, records: str, apart: bool
) -> tuple[dict[str, Any], float]:
    """By `zone` too: one moment is equal in all zones, but not the same day."""
    facts = Facts(said, now, apart=apart)
    tail = next((slot for slot in TAILS if slot in wanted), None)
    if tail and wanted & {"tail", "story"}:
        _read_tail(facts, tail, wanted, records)
        return facts.found, facts.doubt
    for slot, reader in _READERS.items():
        if slot in wanted:
            reader(facts)
    if "whom" in wanted:
        _read_the_rest(facts, wanted, records)
    elif "for" in wanted:
        _read_for(facts, records)
    else:
        if "title" in wanted:
            _thing_left(facts)
        _leftover(facts)
    return facts.found, facts.doubt


# One reader for each slot that can be told by its shape or by the words before it


def _text(facts: Facts) -> None:
    if found := re.search(
        rf"(?:^|[\s,;.{_GONE}])(?:{any_of(words('facts', 'note'))})\s*[:：]?\s*(?P<value>.+)$", facts.said, re.I
    ):
        facts.take("text", without_marks(found["value"]), found.start(), found.end())


def _labels(facts: Facts) -> None:
    """`Name: Ann Poe, Company: Hooli`, in one line or several."""
    labels = meanings("facts", "labels")
    for found in re.finditer(
        rf"(?:^|(?<=[\s,;{_GONE}]))({any_of(labels)})(?:\s*[:=]|\s+is\s|\s*是)\s*([^,;{_GONE}]+?)"
        rf"(?=\s*(?:[,;{_GONE}]|$|\s(?:{any_of(labels)})\s*[:=]))",
        facts.said,
        re.I,
    ):
        slot = labels[found[1].casefold()]
        if slot in ("name", "company", "title"):
            facts.take(slot, clean(found[2]), found.start(), found.end())
        elif slot == "owner" and (owner := read_owner(found[2])):
            facts.take(slot, owner, found.start(), found.end())


def _title(facts: Facts) -> None:
    if found := re.search(
        r"\"([^\"]{1,80})\"|“([^”]{1,80})”|[「『]([^」』]{1,80})[」』]|《([^》]{1,80})》", facts.said
    ):
        facts.take("title", without_marks(next(filter(None, found.groups()))), found.start(), found.end())
    elif found := re.search(
        rf"(?:{any_of(words('facts', 'titled'))})\s*([^,;{_GONE}]{{1,60}}?)(?=\s*(?:[,;{_GONE}]"
        rf"|$|的(?:{any_of(words('records', 'deals'))})|\s(?:{any_of(words('facts', 'stops'))})"
        rf"(?![\w])))",
        facts.said,
        re.I,
    ):
        facts.take("title", without_marks(found[1]), found.start(), found.end())


def _tags(facts: Facts) -> None:
    tags = re.findall(r"(?<![\w&])#([^\W\d][\w-]*)", facts.said)
    if tags:
        facts.found["tags"] = tags
        facts.said = re.sub(r"(?<![\w&])#([^\W\d][\w-]*)", lambda tag: _GONE * len(tag[0]), facts.said)


def _email(facts: Facts) -> None:
    if found := re.search(
        rf"(?:(?:{any_of(words('facts', 'email'))})\s*(?:is|:|是|为)?\s*)?<?({EMAIL})>?", facts.said, re.I
    ):
        facts.take("email", found[1], found.start(), found.end())


def _phone(facts: Facts) -> None:
    for start, end, phone in find_phones(facts.said, zone_of(facts.now)):
        cue = re.search(
            rf"(?:{any_of(words('facts', 'phone'))})\s*(?:is|no\.?|number|:|是|为)?\s*:?\s*$", facts.said[:start], re.I
        )
        facts.take("phone", phone, cue.start() if cue else start, end)
        return


def _owner(facts: Facts) -> None:
    me = any_of(words("owners", "me"))
    who = rf"(?P<who>{me}|@?[A-Z][\w.-]*(?:\s[A-Z][\w-]+)?(?![\w])|@?[\w.-]+|[\u3400-\u9fff]{{1,4}})"
    cue = any_of(words("owners", "before"))
    # Case tells where a name ends, so only the words before it may be written either way.
    if (found := re.search(rf"(?i:{cue})\s*:?\s*{who}", facts.said)) and (owner := read_owner(found["who"])):
        facts.take("owner", owner, found.start(), found.end())


def _stage(facts: Facts) -> None:
    stages, noun = any_of(meanings("stages")), any_of(words("records", "stages"))
    before = rf"(?:(?:{noun})\s*(?:is|:|=|to|为|是)?|(?<![A-Za-z])(?:in|at)(?:\s+the)?|处于|在)\s*"
    for pattern in (
        rf"(?:{before})(?P<stage>{stages})(?:\s*(?:{noun}))?",
        rf"(?P<stage>{stages})\s*(?:{noun})",
        rf"(?:^|[,;{_GONE}])\s*(?P<stage>{stages})\s*(?=$|[,;{_GONE}])",
    ):
        if found := re.search(pattern, facts.said, re.I):
            facts.take("stage", read_stage(found["stage"]), found.start(), found.end())
            return


def _bare_stage(facts: Facts) -> None:
    if "stage" not in facts.found and (found := re.search(any_of(meanings("stages")), facts.said, re.I)):
        facts.take("stage", read_stage(found[0]), found.start(), found.end())


def _period(facts: Facts) -> None:
    cue = rf"(?:(?:{any_of(words('facts', 'closing'))})\s*(?:in|on|by|during|for)?\s*|(?:in|for|from|during)\s+)?"
    if found := re.search(rf"{cue}(?P<period>{period_shape()})", facts.said, re.I):
        if period := read_period(found["period"]):
            facts.found |= period
        facts.take("period", None, found.start(), found.end())


def _close_date(facts: Facts) -> None:
    told = max(_days(facts, past=False), key=lambda each: (_has_cue(facts.said, each), each.sure), default=None)
    if told and (told.sure or _has_cue(facts.said, told)) and not _names_someone(facts.said, told):
        start, end = _with_cues(facts.said, told)
        facts.take("close_date", told.iso("close_date"), start, end)


def _days(facts: Facts, *, past: bool) -> tuple[Told, ...]:
    return _days_in(facts.said[:FAR], facts.now, zone_of(facts.now), past)


@lru_cache(maxsize=16)  # asked for several times within one message
def _days_in(said: str, now: datetime, zone: str, past: bool) -> tuple[Told, ...]:
    """By `zone` too: one moment is equal in all zones, but not the same day."""
    return tuple(find_when(said, now=now, past=past, months_first=month_first(said, zone)))


def _names_someone(said: str, told: Told) -> bool:
    """ "Friday Media" is no Friday."""
    return (
        bool(re.match(r"\s[A-Z][a-z]", said[told.end :]))
        and said[told.start : told.end].istitle()
        and not _has_cue(said, told)
    )


def _has_cue(said: str, told: Told) -> bool:
    return _with_cues(said, told) != (told.start, told.end)


def _with_cues(said: str, told: Told) -> tuple[int, int]:
    before = _closing_before().search(said, 0, told.start)
    after = _closing_after().match(said, told.end)
    return before.start() if before else told.start, after.end() if after else told.end


@cache
def _closing_before() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?:to|will|should|预计|计划|争取|大概|希望)\s*)?(?:{any_of(words('facts', 'closing'))})\s*"
        rf"(?:date|日期|时间)?\s*(?:is|by|on|in|at|around|:|为|是|在|到)*\s*$",
        re.I,
    )


@cache
def _closing_after() -> re.Pattern[str]:
    return re.compile(
        rf"\s*(?:能|可以|会|应该能)?(?:{any_of(words('facts', 'closing'))})(?:下来|掉|单|约|合同|的)?", re.I
    )


def _amount(facts: Facts) -> None:
    figures = [each for each in find_money(facts.said[:FAR]) if each.sureness or _bare(facts.said, each)]
    if len(figures) > 1 and not facts.said[: figures[0].start].strip(f" ,:{_GONE}"):
        del figures[0]  # "new deal 3M 40k": a name that is a figure
    best = max(figures, key=lambda each: each.sureness, default=None)
    if best:
        start, end = _with_about(facts.said, best)
        facts.take("amount", best.said, start, end)


def _bare(said: str, figure: Figure) -> bool:
    """Whether a number without unit or currency stands alone: "Acme 5000, …" but not "50 licences" nor "Studio 54"."""
    alone = re.match(rf"\s*(?:$|[,;.{_GONE}]|(?:{any_of(words('facts', 'stops'))})(?![\w]))", said[figure.end :], re.I)
    cue = re.search(rf"(?:{any_of(words('money', 'about'))})\s*:?\s*$", said[: figure.start], re.I)
    return bool(alone) and (bool(cue) or len(re.sub(r"\D", "", said[figure.start : figure.end])) > 2)


def _with_about(said: str, figure: Figure) -> tuple[int, int]:
    about = any_of(words("money", "about"))
    before = re.search(rf"(?:\s*(?:{about})\s*:?)+\s*$", said[: figure.start], re.I)
    after = re.match(rf"(?:\s*(?:{about}))+", said[figure.end :], re.I)
    return before.start() if before else figure.start, figure.end + (after.end() if after else 0)


# The rest of the sentence: who it is about, and what is sold


def _read_the_rest(facts: Facts, wanted: frozenset[str], records: str) -> None:
    rest = _without_counts(facts.said, keep="title" in wanted)
    if letters := wanted & {"C", "D"}:
        _ref(facts, "".join(sorted(letters)))
        rest = facts.said
    if "title" in wanted and "title" not in facts.found:
        rest = _thing(facts, rest)
    given = {slot: facts.found[slot] for slot in ("name", "company") if slot in facts.found}
    if not re.search(r"\w", rest.replace(_GONE, "")):
        return
    rest = _before_verbs(facts, _hedges().sub(lambda hedge: _GONE * len(hedge[0]), rest))
    whom, doubt = read_whom(rest, records)
    if records == "deals" and "company" in whom and _thrown_in(whom, rest):
        doubt = max(doubt, 0.2)
    if given:
        led = re.match(rf"[\s,:;]*[^\s{_GONE}]", facts.said)  # "new client: Hooli, contact is Ann"
        company = {"company": whom["name"]} if led and set(given) == {"name"} == set(whom) else {}
        whom, doubt = company, doubt if company or not given.get("name") else 0.0
    facts.doubtful(doubt if whom or not facts.found else min(doubt, 0.3))
    facts.found |= {slot: value for slot, value in whom.items() if slot not in facts.found}


@cache
def _hedges() -> re.Pattern[str]:
    """ "probably", 预计: no part of a name."""
    return re.compile(any_of(words("facts", "hedges")), re.I)


def _thrown_in(whom: dict[str, str], rest: str) -> bool:
    """Whether the company is a word after a comma that may well be something else: "Redstone, laptops"."""
    company = whom["company"]
    if is_organisation(company) or re.search(rf"(?:@|\b(?:at|from|of|with))\s*(?:the\s+)?{re.escape(company)}", rest):
        return False
    if has_han(company):
        return not is_person(whom["name"])
    return company.islower() and not whom["name"].islower()


def _ref(facts: Facts, letters: str) -> None:
    if found := re.search(ref_shape(letters), facts.said, re.I):
        facts.take("ref", read_ref(found[0], letters), found.start(), found.end())


def _before_verbs(facts: Facts, rest: str) -> str:
    """ "Hooli wants 20 seats": the name ends where the story begins."""
    rest = re.sub(rf"^[\s,:;{_GONE}]+", "", rest)
    if found := _verb().search(rest, 1):
        facts.doubtful(0.08)
        return rest[: found.start()]
    return rest


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{any_of(words('names', 'verbs'))})", re.I)


def _without_counts(said: str, *, keep: bool) -> str:
    """ "50 seats" is neither a name nor an amount; with `keep` it stays where it is what is sold: "for 50 seats"."""
    count = r"(?<![\w.])\d+\s*(?:x\s+)?(?:[a-z][a-z-]+|[个套台位人份席件辆年箱家][^\s,;\x00]*)"
    guard = rf"(?:{any_of(words('facts', 'for'))})\s*$" if keep else None

    def dropped(found: re.Match[str]) -> str:
        sold = guard and (
            re.search(guard, said[: found.start()], re.I)
            or re.match(rf"\s*(?:{any_of(words('facts', 'for'))})", said[found.end() :], re.I)
        )
        return found[0] if sold else _GONE * len(found[0])

    return re.sub(count, dropped, said)


def _thing(facts: Facts, rest: str) -> str:
    """Takes "THING for CUSTOMER" and "CUSTOMER for THING" apart; with nobody else, "for X" is the customer."""
    halves = re.split(rf"(?:^|\s+|(?<={HAN}))(?:{any_of(words('facts', 'for'))})\s*", rest, maxsplit=1, flags=re.I)
    if len(halves) < 2:
        return rest
    first, second = (
        without_marks(re.split(rf"[,;{_GONE}]", half.strip(f" ,;:{_GONE}"), maxsplit=1)[0]) for half in halves
    )
    if not clean(first, "deals"):
        return halves[1]
    if not second:
        return halves[0]
    thing_first, doubt = _is_thing(first, second)
    thing, customer = (first, halves[1]) if thing_first else (second, halves[0])
    facts.doubtful(doubt)
    facts.found["title"] = re.sub(rf"^(?:{any_of(words('names', 'articles'))})\s+", "", thing, flags=re.I)
    return customer


def _thing_left(facts: Facts) -> None:
    """给绿洲建个商机，收银系统，8万: with the customer read before, words on their own are what is sold."""
    clauses = [found for found in re.finditer(rf"[^,;{_GONE}]+", facts.said) if re.search(r"[^\W\d]", found[0])]
    if "title" not in facts.found and len(clauses) == 1 and doubt_about(thing := clean(clauses[0][0])) == 0:
        facts.doubtful(0.05)
        facts.take("title", thing, *clauses[0].span())


def _is_thing(first: str, second: str) -> tuple[bool, float]:
    """Whether the first of the two is what is sold, and how doubtful that is."""
    for sign in (r"^(?:an?\s|\d)", rf"(?:{any_of(words('facts', 'things'))})$", r"^[a-z]"):
        flags = re.I if sign != r"^[a-z]" else 0
        one, other = (bool(re.search(sign, half, flags)) for half in (first, second))
        if one != other:
            return one, 0.0 if sign != r"^[a-z]" else 0.08
    return False, 0.15


def _read_for(facts: Facts, records: str) -> None:
    """In lists a name needs "for", "with" or "at" before it."""
    if found := re.search(rf"(?:^|[\s{_GONE}])(?:{any_of(words('facts', 'of'))})\s+([^,;{_GONE}]+)", facts.said, re.I):
        name, doubt = read_name(found[1], records)
        facts.doubtful(doubt)
        facts.take("name", name, found.start(), found.end())
    _leftover(facts)


def _leftover(facts: Facts) -> None:
    """Words nobody has read make the whole less sure."""
    rest = re.findall(r"[A-Za-z0-9']+|[\u3400-\u9fff]", facts.said.casefold())
    strange = [word for word in rest if word not in words("facts", "harmless")]
    facts.doubtful(min(0.9, 0.25 * len(strange)))


# A story after the whom: notes and reasons


def _read_tail(facts: Facts, tail: str, wanted: frozenset[str], records: str) -> None:
    """`ann @ hooli yesterday, keen on 20 seats`: whom and when, and all that follows word for word."""
    _when_here(facts, wanted)
    if "tail" in wanted:
        if not _subject_ref(facts, wanted) and not _nobody(facts, tail):
            _subject(facts, wanted, records, tail)
        _when_here(facts, wanted)
    _when_at_the_end(facts, wanted)
    story = _introductions(tail).sub("", facts.said) if re.search(r"\w", facts.said) else ""
    story = re.sub(rf"^[\s,:;.!\-–—>{_GONE}]+|[\s,;:{_GONE}]+$", "", story)
    if not re.search(r"\w", story):
        return
    if re.match(r"(?:and|or|with)\s", story, re.I):
        facts.doubtful(0.15)  # a second person, or a name cut in two
    facts.found[tail] = story.replace(_GONE, "")
    _facts_of_story(facts, story, wanted)


@cache
def _introductions(tail: str) -> re.Pattern[str]:
    """ "about", 关于 and the like before a note, "because" before a reason."""
    return re.compile(
        rf"^(?:[\s,:;.!\-–—{_GONE}]*(?:{any_of(words('facts', tail))})(?:\s+|\s*[:：,]\s*|(?={HAN}|\x00|$)))+", re.I
    )


def _subject_ref(facts: Facts, wanted: frozenset[str]) -> bool:
    letters = "".join(sorted(wanted & {"C", "D"}))
    found = letters and re.match(
        rf"[\s,:;{_GONE}]*(?:(?:{any_of(words('facts', 'with'))})\s*)?(?:the\s+)?"
        rf"(?:{any_of(words('records', 'deals') | words('records', 'customers'))}\s*)?({ref_shape(letters)})",
        facts.said,
        re.I,
    )
    if not found:
        return False
    facts.take("ref", read_ref(found[1], letters), found.start(), found.end())
    return True


def _nobody(facts: Facts, tail: str) -> bool:
    """ "called, wants 20 seats", "met them": whom it is about is known from the talk, or asked for."""
    if found := _pronoun(tail).match(facts.said):
        facts.take("unnamed", True, 0, found.end())
    elif facts.apart or _outcome().match(facts.said.lstrip(f" {_GONE}")):
        facts.found["unnamed"] = True
    return "unnamed" in facts.found


@cache
def _pronoun(tail: str) -> re.Pattern[str]:
    """Deals may be "it" too; what somebody saw or called so is none."""
    listed = words("names", "pronouns") | (words("names", "pointers") if tail == "reason" else set())
    after = words("names", "verbs") | words("facts", "text") | _day_words()
    return re.compile(
        rf"[\s,:;{_GONE}]*(?:(?:{any_of(words('facts', 'with'))})\s*)?{any_of(listed)}"
        rf"(?=\s*(?:$|[,;.:!{_GONE}]|(?:the|an?)\s|{any_of(after)}))",
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
    led = re.match(rf"[\s,:;{_GONE}]*(?:(?:{any_of(words('facts', 'with'))})(?:\s+|(?={HAN})))?", facts.said, re.I)
    start = led.end() if led else 0
    end = _end_of_whom(facts, start, tail)
    if not without_marks(facts.said[start:end].replace(_GONE, "")):
        return
    whom, doubt = read_whom(facts.said[start:end].replace(_GONE, " "), records)
    facts.doubtful(doubt)
    facts.found |= whom if "whom" in wanted else {"name": whom["name"]} if whom else {}
    facts.said = _GONE * end + facts.said[end:]


def _end_of_whom(facts: Facts, start: int, tail: str) -> int:
    """Where the name ends: at punctuation, a day, a verb, or where capitals stop."""
    said = facts.said
    ends = [len(said)]
    if mark := re.compile(r"[,;:!?(。]|(?<![DMS]r)(?<!Mrs|Inc|Ltd)(?<!Ms|St|Co)(?<!Prof)\.\s|\s[-–—]+\s|\s->").search(
        said, start
    ):
        ends.append(mark.start())
        role = re.compile(
            rf",\s*(?:{any_of(words('names', 'roles'))})\s*(?:(?:at|@|from|of)\s+[\w&.-]+(?:\s[A-Z][\w&.-]+)*)?", re.I
        ).match(said, mark.start())
        if role:
            ends = [role.end()]
    if verb := _boundary(tail).search(said, start + 1):
        ends.append(verb.start())
    if has_han(said[start : start + 3]) and (space := re.compile(r"(?<=[\u3400-\u9fff])\s").search(said, start)):
        ends.append(space.start())
    for told in _days(facts, past=True):
        if told.sure and told.start > start:
            ends.append(told.start)
            break
    end = min(ends)
    if capitals := re.compile(
        r"[A-Z][\w.&'-]*(?:\s+(?:(?:from|at|of|@|de|van|von|&|and)\s+)?[A-Z0-9][\w.&'-]*)*(?=\s+(?!(?:from|at|of|@|w/)\s|de\s|van\s|von\s|&)[a-z0-9])"
    ).match(said, start):
        end = min(end, capitals.end())
    return end


@cache
def _boundary(tail: str) -> re.Pattern[str]:
    listed = words("names", "verbs") | words("facts", tail) - (words("facts", "with") if tail == "text" else set())
    return re.compile(rf"\s*(?:{any_of(listed)}|~|\d)", re.I)


# When it took place, and what is to be done next


def _when_here(facts: Facts, wanted: frozenset[str]) -> None:
    """A day beside the verb of contact or the name; after a comma only one that is past beyond doubt."""
    if "when" not in wanted or "when" in facts.found:
        return
    lead = re.match(rf"[\s,:;{_GONE}]*", facts.said)
    at = lead.end() if lead else 0
    apart = (facts.apart and not facts.found) or bool(lead and re.search(r"[,;:]", lead[0]))
    for told in _days(facts, past=True):
        if told.start <= at < told.end and told.first > facts.now.date() and not apart:
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
    for told in _days(facts, past=True):
        if told.end < len(facts.said.rstrip()) or not told.sure or _next_step(facts.said):
            continue
        before = facts.said[: told.start].strip(f" {_GONE}")
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
    ahead = [each for each in _days(facts, past=False) if each.start == told.start]
    return not ahead or ahead[0].first <= facts.now.date()


_EDGE = re.compile(r"\b(?:end|mid|early|late|eo[mqy])\b|[底末初]|中旬", re.I)
_AHEAD = re.compile(r"^(?:by|before|until|till|til|due|for|next|coming)\b|(?:前|之前|以前)$", re.I)


def _next_step(said: str) -> bool:
    return bool(re.search(f"{any_of(words('facts', 'next'))}|{any_of(words('facts', 'deciding'))}", said, re.I))


def _facts_of_story(facts: Facts, story: str, wanted: frozenset[str]) -> None:
    """Amount, closing day and next step in a note; the words stay in the note too."""
    told = Facts(story[:FAR], facts.now)
    if "amount" in wanted:
        figures = [each for each in find_money(told.said) if each.sureness > 1]
        if best := max(figures, key=lambda each: each.sureness, default=None):
            facts.found["amount"] = best.said
    for clause in _clauses(told):
        slot = _day_of(clause)
        if slot not in wanted or slot in facts.found:
            continue
        if day := next((each for each in _days(clause, past=False) if _is_next(each, clause, slot)), None):
            facts.found[slot] = day.iso(slot)


def _day_of(clause: Facts) -> str:
    """What a day to come stands for in a clause: a decision's closes the deal, any other is for the next step."""
    if re.search(any_of(words("facts", "next")), clause.said, re.I):
        return "due"
    return "close_date" if re.search(any_of(words("facts", "deciding")), clause.said, re.I) else "due"


def _is_next(told: Told, clause: Facts, slot: str) -> bool:
    if not told.sure or told.last < clause.now.date():
        return False
    if slot == "close_date" or re.search(any_of(words("facts", "next")), clause.said, re.I):
        return True
    said = clause.said[told.start : told.end]  # "budget for Q3", 年底换系统: a plan of theirs, no appointment
    return (
        told.first == told.last
        and told.first >= clause.now.date()
        and (bool(_AHEAD.search(said)) or not _EDGE.search(said))
    )


def _clauses(facts: Facts) -> Iterator[Facts]:
    for clause in re.split(r"[,;。]|\.\s|\s(?=大概|约)|\sand\s", facts.said):
        yield Facts(clause, facts.now)


_READERS: dict[str, Callable[[Facts], None]] = {
    "note": _text,
    "title": _title,
    "tags": _tags,
    "email": _email,
    "phone": _phone,
    "labels": _labels,
    "owner": _owner,
    "period": _period,
    "close_date": _close_date,
    "amount": _amount,
    "stage": _stage,
    "any_stage": _bare_stage,
}

__all__ = ["Facts", "doubt_about", "read_facts", "without_role"]
