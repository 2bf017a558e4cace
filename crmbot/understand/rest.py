"""The rest of a sentence: who it is about, and what is sold."""

import re
from functools import cache

from crmbot.understand.bag import GONE, Facts, take_ref
from crmbot.understand.lexicon import any_of, words
from crmbot.understand.names import clean, doubt_about, is_organisation, is_person, read_name, read_whom
from crmbot.understand.tidy import HAN, has_han, without_marks


def read_the_rest(facts: Facts, wanted: frozenset[str], records: str) -> None:
    rest = _without_counts(facts.said, keep="title" in wanted)
    if letters := wanted & {"C", "D"}:
        take_ref(facts, "".join(sorted(letters)))
        rest = facts.said
    if "title" in wanted and "title" not in facts.found:
        rest = _thing(facts, rest)
    given = {slot: facts.found[slot] for slot in ("name", "company") if slot in facts.found}
    if not re.search(r"\w", rest.replace(GONE, "")):
        return
    rest = _before_verbs(facts, _hedges().sub(lambda hedge: GONE * len(hedge[0]), rest))
    whom, doubt = read_whom(rest, records)
    if records == "deals" and "company" in whom and _thrown_in(whom, rest):
        doubt = max(doubt, 0.2)
    if "name" not in given and "name" in whom:
        whom = {"name": whom["name"]} if given else whom
    elif given:
        led = re.match(rf"[\s,:;]*[^\s{GONE}]", facts.said)  # "new client: Hooli, contact is Ann"
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


def _before_verbs(facts: Facts, rest: str) -> str:
    """ "Hooli wants 20 seats": the name ends where the story begins."""
    rest = rest.lstrip(f" ,:;{GONE}")
    verbs = (each for each in _verb().finditer(rest, 1) if not _WITHIN_CAPITALS.match(rest, each.start() - 1))
    if found := next(verbs, None):
        facts.doubtful(0.08)
        return rest[: found.start()]
    return rest


_WITHIN_CAPITALS = re.compile(r"[a-z]\s+[A-Z][a-z]")  # Will Price


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{any_of(words('names', 'verbs'))})", re.I)


def _without_counts(said: str, *, keep: bool) -> str:
    """ "50 seats" is neither a name nor an amount; with `keep` it stays where it is what is sold: "for 50 seats"."""
    before, after = _sold_for()

    def dropped(found: re.Match[str]) -> str:
        sold = keep and (before.search(said[: found.start()]) or after.match(said, found.end()))
        return found[0] if sold else GONE * len(found[0])

    return _COUNT.sub(dropped, said)


_COUNT = re.compile(
    r"(?<![\w.])\d+\s*(?:x\s+)?(?:(?!(?:for|from|at|with|by|on|in|to|of|and)\b)(?!(?:st|nd|rd|th)\b)(?-i:[a-z])[a-z-]+"
    r"|[个套台位人份席件辆年箱家][^\s,;\x00]*)"
)


@cache
def _sold_for() -> tuple[re.Pattern[str], re.Pattern[str]]:
    sold = any_of(words("facts", "for"))
    return re.compile(rf"(?:{sold})\s*$", re.I), re.compile(rf"\s*(?:{sold})", re.I)


def _thing(facts: Facts, rest: str) -> str:
    """Takes "THING for CUSTOMER" and "CUSTOMER for THING" apart; with nobody else, "for X" is the customer."""
    halves = _for().split(rest, maxsplit=1)
    if len(halves) < 2:
        return rest
    first, second = (
        without_marks(re.split(rf"[,;{GONE}]", half.strip(f" ,;:{GONE}"), maxsplit=1)[0]) for half in halves
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


@cache
def _for() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s+|(?<={HAN}))(?:{any_of(words('facts', 'for'))})\s*", re.I)


def thing_left(facts: Facts) -> None:
    """给绿洲建个商机，收银系统，8万: with the customer read before, words on their own are what is sold."""
    clauses = [found for found in re.finditer(rf"[^,;{GONE}]+", facts.said) if re.search(r"[^\W\d]", found[0])]
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


def read_for(facts: Facts, records: str, own: frozenset[str]) -> None:
    """In lists a name needs "for", "with" or "at" before it."""
    if found := _of().search(facts.said):
        name, doubt = read_name(found[1], records)
        facts.doubtful(doubt)
        facts.take("name", name, found.start(), found.end())
    elif found := _han_of(own).search(facts.said):
        name, doubt = read_name(found["who"], records)
        if (
            doubt < 0.3
            and not _APART_HAN.search(name)
            and name not in _no_names()
            and (is_person(name) or is_organisation(name) or found["of"] or _stands_alone(name))
        ):
            facts.take("name", name, found.start(), found.end())
    leftover(facts, own)


@cache
def _of() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s{GONE}])(?:{any_of(words('facts', 'of'))})\s+([^,;{GONE}]+)", re.I)


_APART_HAN = re.compile(rf"{HAN}\s+{HAN}")  # 马丁 账号被锁


def _stands_alone(name: str) -> bool:
    """三只松鼠未解决的工单: neither a verb nor a question begins it."""
    if not has_han(name) or name in _no_names() or name[0] in "有没还都一几啥什哪出做给好很太真":
        return False
    return not any(name.startswith(verb) for verb in words("words", "do"))


@cache
def _no_names() -> frozenset[str]:
    return frozenset().union(*(words("words", each) for each in ("show", "find", "asking", "asking_report")))


@cache
def _han_of(own: frozenset[str]) -> re.Pattern[str]:
    """腾讯有几个工单, 腾讯的工单: the name before what is asked for."""
    nouns = any_of(each for each in own if has_han(each)) if any(map(has_han, own)) else "的"
    return re.compile(
        rf"(?P<who>(?:{HAN}|[A-Za-z])(?:{HAN}|[A-Za-z0-9 ]){{1,7}}?)(?P<of>那边的?|的|现在|目前|还)?"
        rf"(?=(?:都|一共)?(?:有|几个|多少|哪些|什么)*(?:个|未|没|已|$|{GONE}|{nouns}))",
        re.I,
    )


def leftover(facts: Facts, own: frozenset[str] = frozenset()) -> None:
    """Words nobody has read make the whole less sure; `own` are words that tell of the intent itself."""
    said = facts.said.casefold()
    latin, han = _own(own)
    if han:
        said = han.sub(" ", said)
    rest = _WORDS.findall(said)
    harmless = words("facts", "harmless")
    strange = [word for word in rest if word not in harmless and word not in latin]
    each = 0.12 if "ref" in facts.found and len(facts.wanted) < 6 else 0.25  # a ref says most of it
    facts.doubtful(min(0.9, each * len(strange)))


_WORDS = re.compile(r"[a-z0-9']+|[\u3400-\u9fff]")


@cache
def _own(own: frozenset[str]) -> tuple[frozenset[str], re.Pattern[str] | None]:
    han = [each for each in own | words("facts", "harmless") if has_han(each)]
    latin = frozenset(word for each in own for word in _WORDS.findall(each) if not has_han(word))
    return latin, re.compile("|".join(sorted(map(re.escape, han), key=len, reverse=True))) if han and own else None
