"""Who is meant: reading a person, an organisation or both out of the words left for them."""

import re
from functools import cache

from crmbot.understand.lexicon import any_of, words
from crmbot.understand.tidy import HAN, has_han, without_marks

Whom = dict[str, str]


def read_whom(said: str, records: str = "customers") -> tuple[Whom, float]:
    """`name` and `company` in `said`, and how much doubt there is about them (0 none, 1 it is nobody).

    `records` names the list of record words ("deal", 客户) that may stand beside a name and are no part of it.
    """
    whom, doubt = _read_whom(said, records)
    return whom, max(doubt, 0.55) if _SOMEBODY.match(said) else doubt


_SOMEBODY = re.compile(  # "a nice guy", "my landlord" are nobody's names
    r"[\s,:;]*(?:an?|some|another|(?:my|our|his|her|their)(?!\s+(?:customer|contact|client|prospect|friend)\s))\s+[a-z]"
)


def _read_whom(said: str, records: str) -> tuple[Whom, float]:
    parts = [part for each in segments(said) if (part := clean(each, records))]
    if not parts:
        return {}, 1.0
    if company_first := _of(parts[0]):
        return _ordered(*company_first, parts[1:])
    name, company = _at(parts[0])
    doubt = 0.0 if len(parts) < 4 else 0.1
    if not company:
        company, more = _company(parts[1:])
        doubt += more
    return _both(name, company, doubt)


def read_name(said: str, records: str = "customers") -> tuple[str, float]:
    """One name as it stands, and how much doubt there is that it is one."""
    name = clean(said, records)
    return name, doubt_about(name)


def segments(said: str) -> list[str]:
    """`Ann Poe, CTO - Hooli` and `王伟 华为` taken apart."""
    rough = re.split(r"\s*[,;、|\n\x00]\s*|\s+[-–—/]\s+|\s*[(\[]\s*|\s*[)\]]\s*", said)
    return [part for each in rough for part in _HAN_SPACE.split(each) if part.strip()]


# 王伟 华为 and 王伟 Huawei are two, Tony 王 is one.
_HAN_SPACE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fffA-Za-z])|(?<=[A-Za-z])\s+(?=[\u3400-\u9fff]{2})")


def clean(said: str, records: str = "customers") -> str:
    """Without articles, `'s`, 的, record words and outer punctuation."""
    grammar = _cleaning(records)
    name = without_marks(said)
    while (shorter := without_marks(grammar.sub("", name))) != name:
        name = shorter
    return name


@cache
def _cleaning(records: str) -> re.Pattern[str]:
    nouns = any_of(words("records", records))
    led = words("records", records) | (words("records", "customers") if records == "deals" else set())
    before = any_of(words("names", "outer") | words("names", "articles") | led)
    return re.compile(rf"^{before}(?:\s+|(?={HAN}|$))|(?:\s+|(?<={HAN})){nouns}$|'s?$|的$|^的", re.I)


def doubt_about(name: str) -> float:
    """0 for what may well be a name, 1 for what cannot be one."""
    if not name or not re.search(r"[^\W\d_]", name) or len(name) > 80:
        return 1.0
    said = re.findall(r"[a-z0-9'&.+-]+", name.casefold())
    if any(word in words("names", "never") and not _bears(name, word) for word in said) or _never_han().search(name):
        return 1.0
    if _STRANGE.search(name):
        return 0.7
    if len(said) > 4 or len(re.findall(r"[\u3400-\u9fff]", name)) > 10:
        return 0.35 if len(said) < 7 and len(name) < 40 else 0.7
    if _CUT_OFF.search(name):
        return 0.55
    if _swallowed().search(name):
        return 0.3
    if len(said) > 3 and name.islower():
        return 0.15
    return 0.0


@cache
def _swallowed() -> re.Pattern[str]:
    """Words that belong to what happened, not to a name."""
    return re.compile(any_of(words("names", "swallowed")), re.I)


def _bears(name: str, word: str) -> bool:
    """Will, May, Hope: names too, written with a capital; and any noun is, beside another word: Harbor Coffee."""
    if word.capitalize() not in name:
        return False
    if word in words("names", "real"):
        return True
    others = set(re.findall(r"[a-z0-9'&.+-]+", name.casefold())) - words("names", "never")
    return bool(others) and word not in words("names", "function")


# A name that begins or ends with a preposition, or is one Han character, is a piece of something else.
_CUT_OFF = re.compile(
    rf"(?:^|\s)(?:to|and|with|of|in|on|by|for|at)$|^(?:at|in|to|of|by|on|and|or)\s|^{HAN}$|^[把将被]", re.I
)
# Code, an address, or a ref of ours within other words.
_STRANGE = re.compile(
    rf"[?!;{{=]|https?:|--|@\w+\.\w|(?<![A-Za-z0-9])[CDTKMR]-?\d+(?![\w])\s|(?:\s|{HAN})[CDTKMR]-?\d+(?!\w)", re.I
)


@cache
def _never_han() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words("names", "never")) if has_han(word)))


def is_pronoun(said: str) -> bool:
    """Whether it points at somebody or something that was spoken of before."""
    return " ".join(without_marks(said).casefold().split()) in words("names", "pronouns") | words("names", "pointers")


def is_person(name: str) -> bool:
    """Whether a Chinese name looks like a person's: a common surname and one or two more, or a form of address."""
    if re.search(any_of(words("names", "titles")) + "$", name):
        return True
    if is_colleague(name):
        return True
    return bool(re.fullmatch(rf"{_surname()}[\u3400-\u9fff]{{1,2}}", name)) and not is_organisation(name)


def is_colleague(name: str) -> bool:
    """小林, 老陈: how one calls those one works with."""
    return bool(re.fullmatch(r"[小老阿][\u3400-\u9fff]", name)) and name not in words("names", "organisations")


def is_organisation(name: str) -> bool:
    return name.casefold() in words("names", "organisations") or bool(_organisation().search(name))


@cache
def _organisation() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(words('names', 'forms'))})\.?$", re.I)


def is_surname(name: str) -> bool:
    return name in words("names", "surnames")


@cache
def _surname() -> str:
    return any_of(words("names", "surnames"))


def _at(said: str) -> tuple[str, str]:
    """`ann from hooli`, `bob @ initech` as person and organisation."""
    halves = re.split(rf"\s*@\s*|\s+(?:{any_of(words('names', 'at'))})\s+", said, maxsplit=1, flags=re.I)
    if len(halves) == 2 and all(halves):
        return without_role(halves[0]), clean(without_role(halves[1]))
    return without_role(said), ""


def _of(said: str) -> tuple[str, str] | None:
    """华为的王伟 and 腾讯李总 as person and organisation."""
    if found := re.fullmatch(r"(.{2,}?)(?:那边|那里)?的(.{2,})", said):
        return found[2], found[1]
    titled = re.fullmatch(rf"([\u3400-\u9fffA-Za-z]{{2,}}?)({_surname()}{any_of(words('names', 'titles'))})", said)
    if titled := titled or _joined().fullmatch(said):
        return titled[2], titled[1]
    return None


@cache
def _joined() -> re.Pattern[str]:
    """腾讯张伟: an organisation and a person without a word between them."""
    forms = any_of(word for word in words("names", "forms") if has_han(word))
    known = any_of(word for word in words("names", "organisations") if has_han(word))
    return re.compile(rf"([\u3400-\u9fff]{{2,}}?{forms}|{known})({_surname()}[\u3400-\u9fff]{{1,2}})")


def _ordered(name: str, company: str, rest: list[str]) -> tuple[Whom, float]:
    return _both(without_role(name), company, 0.1 if rest else 0.0)


def _company(parts: list[str]) -> tuple[str, float]:
    """The organisation among the words after the name; roles in between are dropped."""
    for part in parts:
        role, organisation = _at(part)
        if organisation:
            return organisation, 0.0
        if role := clean(role):
            return role, 0.0 if len(parts) < 3 else 0.05
    return "", 0.0


def without_role(said: str) -> str:
    """小米采购经理 is 小米, and CTO nobody; but 王经理 stays as he is called."""
    shorter = without_marks(_role().sub("", said))
    if shorter and re.fullmatch(_surname(), shorter):
        return said
    return shorter


@cache
def _role() -> re.Pattern[str]:
    roles = any_of(words("names", "roles"))
    return re.compile(rf"(?:^|[\s,]+|(?<={HAN}))(?:(?:the|our|their|a)\s+)?{roles}$|^{roles}$", re.I)


def _both(name: str, company: str, doubt: float) -> tuple[Whom, float]:
    if not name:
        name, company = company, ""
    if company and _turned(name, company):
        name, company = company, name
    whom = {"name": name} | ({"company": company} if company and company.casefold() != name.casefold() else {})
    return whom, min(1.0, doubt + max(map(doubt_about, whom.values())))


def _turned(name: str, company: str) -> bool:
    """Whether the organisation was said first."""
    if is_organisation(name) and not is_organisation(company):
        return True
    return has_han(name) and has_han(company) and is_person(company) and not is_person(name)
