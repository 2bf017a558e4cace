"""Who is meant: reading a person, an organisation or both out of the words left for them."""

import re
from functools import cache

from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.tidy import HAN, has_han, without_marks

Whom = dict[str, str]


def read_whom(said: str, records: str = "customers") -> tuple[Whom, float]:
    """`name` and `company` in `said`, and how much doubt there is about them (0 none, 1 it is nobody).

    `records` names the list of record words ("deal", 客户) that may stand beside a name and are no part of it.
    """
    whom, doubt = _read_whom(said, records)
    return whom, max(doubt, 0.55) if _SOMEBODY.match(said) or _WITHIN.search(said) else doubt


_SOMEBODY = re.compile(  # "a nice guy", "my landlord" are nobody's names
    r"[\s,:;]*(?:an?|some|another|(?:my|our|his|her|their)(?!\s+(?:customer|contact|client|prospect|friend)\s))\s+[a-z]"
)


_WITHIN = re.compile(r"[\u3400-\u9fff](?:里面?|上面|当中)(?:那|这|的|(?=[A-Za-z]))")  # 游戏里那个boss


def _read_whom(said: str, records: str) -> tuple[Whom, float]:
    parts = [part for each in segments(_SPACED_OF.sub("的", said)) if (part := clean(each, records))]
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


_SPACED_OF = re.compile(r"\s+的\s*")  # Grab 的 Melissa


def read_name(said: str, records: str = "customers") -> tuple[str, float]:
    """One name as it stands, and how much doubt there is that it is one."""
    name = clean(said, records)
    return name, doubt_about(name)


def segments(said: str) -> list[str]:
    """`Ann Poe, CTO - Hooli` and `王伟 华为` taken apart."""
    return [part for each in _APART.split(said) for part in _HAN_SPACE.split(each) if part.strip()]


_APART = re.compile(r"\s*[,;、|\n\x00]\s*|\s+[-–—/]\s+|\s*[(\[]\s*|\s*[)\]]\s*")


# 王伟 华为 and 王伟 Huawei are two, Tony 王 is one.
_HAN_SPACE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fffA-Za-z])|(?<=[A-Za-z])\s+(?=[\u3400-\u9fff]{2})")


def clean(said: str, records: str = "customers") -> str:
    """Without articles, `'s`, 的, record words and outer punctuation."""
    grammar = _cleaning(records)
    name = without_marks(said)
    while (shorter := without_marks(grammar.sub("", name))) != name:
        if name in words("names", "organisations") or _our_noun_and_trade().fullmatch(name):
            break  # 美的, Deal House
        name = shorter
    return name


@cache
def _cleaning(records: str) -> re.Pattern[str]:
    nouns = any_of(words("records", records))
    led = words("records", records) | (words("records", "customers") if records == "deals" else set())
    before = any_of(words("names", "outer") | words("names", "articles") | led)
    return re.compile(
        rf"^{before}(?:\s+|(?={HAN}|$)|(?<={HAN})(?=[\dA-Za-z]))|(?:\s+|(?<={HAN})){nouns}$|'s?$|\s(?:pls|please|plz|thx)$|(?<=[A-Za-z\d])了$|的$|^的",
        re.I,
    )


def doubt_about(name: str) -> float:
    """0 for what may well be a name, 1 for what cannot be one."""
    if not name or name[0] == "#" or not _LETTER.search(name) or len(name) > 80:
        return 1.0
    if name in words("words", "add"):
        return 1.0  # 存一下
    if _our_noun_and_trade().fullmatch(name):
        return 0.3 if name.islower() and not has_han(name) else 0.05
    said = _LATIN_WORD.findall(name.casefold())
    if len(said) > 3 and name.islower() and _RUNS_ON.search(name):
        return 0.35  # "gig sold out in minutes"
    joins = {word.casefold() for word in _JOINS.findall(name)}
    nobody = words("names", "never")
    never = [word for word in said if word in nobody and word not in joins and not _bears(name, word)]
    if has_han(name) and _never_han().search(_without_our_noun(DAY_IN_NAME.sub("", name, count=1))):
        return 1.0
    if never and (len(said) < 3 or not words("names", "function").isdisjoint(never)):
        return 1.0
    if never and _CUT_OFF.search(name):
        return 1.0
    if never and _GOES_ON.search(name):
        return 0.6
    if never:
        return (
            0.05 if len(never) < len(said) - 1 and len(never) < 3 and said[-1] not in never else 0.6
        )  # "open door housing" is written without capitals
    if _PERIOD.search(name) or ":" in name:
        return 0.7
    if _impossible_day().search(name):
        return 0.5  # "closing 30 Feb"
    if _STRANGE.search(name):
        return 0.7
    if len(said) > 4 or (len(name) > 10 and len(_ONE_HAN.findall(name)) > 10):
        return 0.35 if len(said) < 7 and len(name) < 40 else 0.7
    if _CUT_OFF.search(name) or (has_han(name) and _ends_in_adverb().search(name)):
        return 0.55
    if doubt := _everyday_doubt(name):
        return doubt
    if _swallowed().search(name):
        return 0.3
    if len(said) > 3 and name.islower():
        return 0.15
    return 0.0


def _without_our_noun(name: str) -> str:
    """好任务科技: a noun of ours between the first sign of a company and its form."""
    found = _noun_within().fullmatch(name)
    return found[1] + found[2] if found else name


@cache
def _noun_within() -> re.Pattern[str]:
    nouns = any_of(word for word in words("names", "nouns") if has_han(word))
    forms = any_of(word for word in words("names", "forms") if has_han(word))
    return re.compile(rf"({HAN}(?<![新建加查看把给跟和与的]){{1,2}}){nouns}({HAN}{{0,2}}{forms})")


_RUNS_ON = re.compile(r"\s(?:in|out|up|off|on|over|by|than|after|before)\s")


@cache
def _ends_in_adverb() -> re.Pattern[str]:
    """腾讯基本拿下了, and the name is 腾讯; one sign alone may end a name."""
    listed = any_of(word for word in words("names", "adverbs") | words("names", "unsure") if len(word) > 1)
    return re.compile(
        rf"{listed}$|^(?:更新|修改|删除|取消|关闭|新建|添加|提醒|见了|问了|拜访了|去了|找了|约了|聊了|跑了)|(?:那边|这边|那里){HAN}|说[A-Za-z]|报错$|的工$"
    )


DAY_IN_NAME = re.compile(  # 明天科技, but 明天科技园见
    "(?:[今明昨]天|周末)(?=(?:科技|传媒|网络|软件|集团|文化|教育|实业|餐饮|服饰|家居|物流|贸易)(?![园馆城会展课局]))"
)
_LATIN_WORD = re.compile(r"[a-z0-9'&.+-]+")
_LETTER = re.compile(r"[^\W\d_]")
_ONE_HAN = re.compile(HAN)


def _everyday_doubt(name: str) -> float:
    """ "power", "half moon": everyday words in small letters may be a name, but nobody acts on it unasked.

    Nor on small letters around capitals ("predict Callum", "Ann twice"), or on a name that goes on ("kestrel to buy").
    """
    said = _SPELT.findall(name)
    small = [word.islower() and word in _everyday() for word in said]
    if said and all(small):
        return 0.12 if re.search(r"\d", name) else 0.5 if len(said) == 1 else 0.3
    if _GOES_ON.search(name):
        return 0.15
    if any(word[0].isupper() for word in said):
        led = said[0].islower() and said[0] not in _PARTICLES and name.startswith(said[0])
        return 0.25 if led or small[-1] else 0.0
    return 0.12 if any(small[:1]) else 0.0


_SPELT = re.compile(r"[A-Za-z']+")
_GOES_ON = re.compile(r"\s(?:to|for|about|wants?|needs?|says?|as)\s|[a-z]\s(?:and|or)\s[A-Z][a-z]+$")
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "del",
        "della",
        "di",
        "du",
        "la",
        "le",
        "el",
        "al",
        "van",
        "von",
        "der",
        "den",
        "ten",
        "ter",
        "bin",
        "ibn",
        "the",
    ]
)


@cache
def _everyday() -> frozenset[str]:
    return frozenset(" ".join(table("common").values()).split()) - words("names", "given")


_PERIOD = re.compile(
    r"\s(?:(?:last|this|next)\s+(?:week|month|quarter|year)|today|yesterday|tomorrow)$|^20\d\d年度?$", re.I
)


@cache
def _our_noun_and_trade() -> re.Pattern[str]:
    """Deal House, pipeline coffee, 漏斗咖啡: a noun of ours, and what such a company is or trades in."""
    nouns, trades = any_of(words("names", "nouns")), any_of(words("names", "trades") | words("names", "forms"))
    return re.compile(rf"(?:the\s+)?{nouns}\s*{trades}(?:\s+{trades})?", re.I)


@cache
def _impossible_day() -> re.Pattern[str]:
    months = any_of(meanings("when", "months"))
    return re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+{months}\b|\b{months}\s+\d{{1,2}}\b", re.I)


@cache
def _swallowed() -> re.Pattern[str]:
    """Words that belong to what happened, not to a name."""
    return re.compile(any_of(words("names", "swallowed")), re.I)


def _bears(name: str, word: str) -> bool:
    """Will, May, Hope: names too, written with a capital; and any noun is, beside another word: Harbor Coffee."""
    if word.capitalize() not in name:
        return False
    if word in words("names", "real") or _is_titled(name):
        return True
    others = set(_LATIN_WORD.findall(name.casefold())) - words("names", "never")
    return bool(others) and word not in words("names", "function")


_JOINS = re.compile(
    r"(?<=[a-zà-ÿ] )(?:do|the)(?= [A-ZÀ-Þ])"
)  # Luz do Norte, Winnie the Pooh: elsewhere these words are no part of a name


def _is_titled(name: str) -> bool:
    """Deal Valley Dairy, Ticket To Ride Tours: three words or more, each with a capital, and not all of them ours."""
    said = _SPELT.findall(name)
    if len(said) < 3 or not all(word[0].isupper() for word in said):
        return False
    ours = [words("names", listed) for listed in ("nouns", "function", "never")]
    return sum(len(word) > 2 and not any(word.casefold() in listed for listed in ours) for word in said) > 1


# A name that begins or ends with a preposition, or is one Han character, is a piece of something else.
_CUT_OFF = re.compile(
    rf"(?:^|\s)(?:to|and|with|of|in|on|by|for|at)$|^(?:at|in|to|of|by|on|and|or)\s|^{HAN}$|^[把将被]|^进(?![口出化宝步贤])|{HAN}了$|{HAN}[不没过打对出拿这那]$",
    re.I,
)
# Code, an address, or a ref of ours within other words.
_STRANGE = re.compile(
    rf"^[CDTKMR]-?\d+{HAN}|[?!;{{=]|\d(?:万|千|亿|[kK](?![A-Za-z0-9]))|https?:|--|@\w+\.\w|(?<![A-Za-z0-9])[CDTKMR]-?\d+(?![\w])\s|(?:\s|{HAN})[CDTKMR]-?\d+(?!\w)",
    re.I,
)


@cache
def _never_han() -> re.Pattern[str]:
    listed = any_of(word for word in words("names", "never") if has_han(word))
    return re.compile(rf"{listed}|^{HAN}?(?:{any_of(words('names', 'alone'))}|{any_of(words('names', 'wares'))})$")


def is_pronoun(said: str) -> bool:
    """Whether it points at somebody or something that was spoken of before."""
    plain = " ".join(without_marks(said).casefold().split())
    return plain in words("names", "pronouns") or plain in words("names", "pointers")


def is_person(name: str) -> bool:
    """Whether a Chinese name looks like a person's: a common surname and one or two more, or a form of address."""
    if re.fullmatch(NOBODY, name):
        return False
    if _addressed().search(name) or is_colleague(name):
        return True
    if name in words("names", "places"):
        return False
    return bool(_full_name().fullmatch(name)) and not is_organisation(name)


NOBODY = "周[一二三四五六日天末]|季度|单子|成交|管道|管线"  # words of ours that begin with a surname


@cache
def _addressed() -> re.Pattern[str]:
    return re.compile(any_of(words("names", "titles")) + "$")


@cache
def _full_name() -> re.Pattern[str]:
    return re.compile(rf"{_surname()}[\u3400-\u9fff]{{1,2}}")


def is_colleague(name: str) -> bool:
    """小林, 老陈: how one calls those one works with."""
    return bool(_FAMILIAR.fullmatch(name)) and name not in words("names", "organisations")


_FAMILIAR = re.compile(r"[小老阿](?:[\u3400-\u9fff]|[A-Z][a-z]{1,11})")


def is_organisation(name: str) -> bool:
    return (
        name.casefold() in words("names", "organisations")
        or _organisation().search(name) is not None
        or _our_noun_and_trade().fullmatch(name) is not None
    )


@cache
def _organisation() -> re.Pattern[str]:
    return re.compile(
        rf"[^\s](?:{any_of(words('names', 'forms'))})\.?$|\s(?:{any_of(words('names', 'forms'))})\.?$", re.I
    )


def is_surname(name: str) -> bool:
    return name in words("names", "surnames")


@cache
def _surname() -> str:
    return any_of(words("names", "surnames"))


def _at(said: str) -> tuple[str, str]:
    """`ann from hooli`, `bob @ initech` as person and organisation."""
    halves = _at_word().split(said, maxsplit=1)
    if len(halves) == 2 and all(halves):
        return without_role(halves[0]), clean(without_role(halves[1]))
    return without_role(said), ""


@cache
def _at_word() -> re.Pattern[str]:
    return re.compile(rf"\s*@\s*|\s+(?:{any_of(words('names', 'at'))})\s+", re.I)


def _of(said: str) -> tuple[str, str] | None:
    """华为的王伟 and 腾讯李总 as person and organisation."""
    if not has_han(said):
        return None
    if found := _OWNED.fullmatch(said) or _titled_after().fullmatch(said) or _joined().fullmatch(said):
        return found[2], "" if found[1] in words("names", "roles") else found[1]
    return None


_OWNED = re.compile(r"(.{2,}?)(?:那边|那里)?的(.{2,})")


@cache
def _titled_after() -> re.Pattern[str]:
    return re.compile(rf"([\u3400-\u9fffA-Za-z]{{2,}}?)({_surname()}{any_of(words('names', 'titles'))})")


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
        if led := _led_by_role().match(part):
            return clean(led[1]), 0.0
        role, organisation = _at(part)
        if organisation:
            return organisation, 0.0
        if role := clean(role):
            return role, 0.0 if len(parts) < 3 else 0.05
    return "", 0.0


@cache
def _led_by_role() -> re.Pattern[str]:
    """Head of Procurement at Hooli."""
    return re.compile(
        rf"(?:(?:the|our|their|a)\s+)?{any_of(words('names', 'roles'))}\s+(?:at|@|of|from|with)\s+(.+)", re.I
    )


def without_role(said: str) -> str:
    """小米采购经理 is 小米, and CTO nobody; but 王经理 stays as he is called."""
    if titled := _role_before_title().fullmatch(said):
        return titled[1]
    shorter = without_marks(_role().sub("", said))
    if shorter and (is_surname(shorter) or re.fullmatch(HAN, shorter)):  # 楼老板: whatever stands before a title
        return said
    return shorter


@cache
def _role_before_title() -> re.Pattern[str]:
    """采购王经理."""
    roles, titles = any_of(words("names", "roles")), any_of(words("names", "titles"))
    return re.compile(rf"{roles}\s*({_surname()}{titles})")


@cache
def _role() -> re.Pattern[str]:
    roles = any_of(words("names", "roles"))
    return re.compile(rf"(?:^|[\s,]+|(?<={HAN}))(?:(?:the|our|their|a)\s+)?{roles}$|^{roles}$", re.I)


def _both(name: str, company: str, doubt: float) -> tuple[Whom, float]:
    if not name:
        name, company = company, ""
    if company and _turned(name, company):
        name, company = company, name
    if company and _thing_beside(name, company):
        doubt += 0.15  # 格力 中央空调改造: what it is about, perhaps
    whom = {"name": name} | ({"company": company} if company and company.casefold() != name.casefold() else {})
    return whom, min(1.0, doubt + max(map(doubt_about, whom.values())))


def _thing_beside(name: str, company: str) -> bool:
    """Whether a long word in Chinese beside an organisation is nobody."""
    other = name if is_organisation(company) else company if is_organisation(name) else ""
    return len(other) > 4 and bool(_ALL_HAN.fullmatch(other)) and not is_person(other) and not is_organisation(other)


_ALL_HAN = re.compile(r"[\u3400-\u9fff]+")


def _turned(name: str, company: str) -> bool:
    """Whether the organisation was said first."""
    if is_organisation(name) and not is_organisation(company):
        return not company.islower() or name.islower()  # "Acme Ltd, website relaunch" names nobody else
    return has_han(name) and has_han(company) and is_person(company) and not is_person(name)
