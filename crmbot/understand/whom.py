"""Whom an action is for: the name within the words of a task."""

import re
from functools import cache
from itertools import takewhile

from crmbot.understand.bag import FAR
from crmbot.understand.lexicon import any_of, table, words
from crmbot.understand.names import clean, doubt_about, is_organisation, is_person
from crmbot.understand.spans import one_ref
from crmbot.understand.tidy import HAN, has_han


def whom_in(subject: str) -> str | None:
    """`send quote to Hooli`, 给李总打电话: the person or organisation an action is for."""
    subject = subject[:FAR]
    for found in _candidates(subject):
        name = clean(found)
        if name and not one_ref().fullmatch(name) and not is_everyday(name) and doubt_about(name) < 0.1:
            return name
    return None


def _candidates(subject: str) -> list[str]:
    if has_han(subject):
        said = [each["who"] for pattern in _han_whom() for each in pattern.finditer(subject)]
        listed = [found for each in said if (found := _han_name(each))]
        if listed:
            return listed
    towards: list[str] = []
    if direct := _DIRECT.match(subject):
        towards.append(_extent(subject, direct.end(), direct=True))
    towards += [_extent(subject, each.end(), direct=False) for each in _TOWARDS.finditer(subject)]
    return [each for each in towards if each]


_CALLS = (
    "call|ring|phone|email|e-mail|text|message|ping|meet|visit|contact|whatsapp|dm|nudge|chase|see|ask|mail"
    "|calling|emailing|meeting|visiting|texting|phoning"
)
_DIRECT = re.compile(
    rf"(?:please\s+|to\s+|quickly\s+)?(?:{_CALLS}|invoice|thank|remind|congratulate|send|give|show|pay|update|answer|follow\s+up"
    r"|pitch|brief|wish|tell|help|onboard|train|survey|poke)\s+(?:back\s+|up\s+|again\s+)?(?=\S)",
    re.I,
)
_PERSON_VERB = re.compile(rf"(?:{_CALLS})\b", re.I)
_TOWARDS = re.compile(r"(?<![\w])(?:with|w/|to|for|from|at|@|of|about|on|re)\s+(?:the\s+)?(?=\S)", re.I)
_WORD = re.compile(r"[^\s,;:!?()]+")


def _extent(subject: str, at: int, *, direct: bool) -> str:
    """A name from here on: capitals as long as they last, or a word or two in small letters."""
    said = [found[0] for found in _WORD.finditer(re.split(r"[,;:!?()]", subject[at:], maxsplit=1)[0])][:5]
    if not said:
        return ""
    if _capital(said[0]):
        return " ".join(_capitals(said))
    if direct and _PERSON_VERB.match(subject) and (several := _small_letters(said)):
        return several
    if said[0].casefold().rstrip(".") in _TITLES and said[1:]:
        return " ".join(said[:2])
    if (
        is_everyday(said[0])
        or not said[0][0].isalpha()
        or (not direct and said[0].casefold() in words("names", "never"))
    ):
        return ""
    name = said[:2] if len(said) == 2 and re.fullmatch(r"\d{1,2}", said[1]) else said[:1]  # orbit 9
    form = next((number for number, word in enumerate(said[1:3], 2) if word.rstrip(".") in words("names", "forms")), 0)
    if form:
        name = said[:form]
    elif direct and len(said) == 2 and said[1].isalpha() and not is_everyday(said[1]):
        name = said
    if direct and not _PERSON_VERB.match(subject) and len(_WORD.findall(subject)) > 1 + len(name):
        return " ".join(name) if _GOES_ON.search(subject) else ""
    return " ".join(name)


def _small_letters(said: list[str]) -> str:
    """ "visit open door housing": several words without capitals, up to one that goes on with the sentence."""
    taken = list(takewhile(lambda word: word.isalpha() and word not in words("names", "function") | _LINKS, said))
    if not 2 <= len(taken) <= 4 or is_everyday(taken[-1]) or not all(word.islower() for word in taken):
        return ""
    return " ".join(taken) if len(taken) == len(said) or said[len(taken)] in _LINKS else ""


_LINKS = frozenset(["about", "re", "for", "on", "to", "at", "from", "with", "in", "regarding", "and", "by", "of"])
_TITLES = frozenset(["mr", "mrs", "ms", "dr", "prof", "miss", "mister", "sir"])
_GOES_ON = re.compile(r"\s(?:about|re|for|on|to|the|a|an|regarding)\b")


def _capital(word: str) -> bool:
    """Ann, 7-Eleven, 21Vianet."""
    return word[0].isupper() or (word[0].isdigit() and any(each.isupper() for each in word[1:]))


def _capitals(said: list[str]) -> list[str]:
    """Ann Poe, Bank of Ulm: until a word in small letters that joins no capitals, or a possessive."""
    taken: list[str] = []
    for number, word in enumerate(said):
        joins = word in ("&", "of", "de", "van", "von") and said[number + 1 : number + 2] and _capital(said[number + 1])
        if not (_capital(word) or (taken and joins)):
            break
        taken.append(word)
        if word.endswith("'s"):
            break
    return taken


def is_everyday(name: str) -> bool:
    bare = name.casefold().removesuffix("'s")
    if name[:1].isupper():
        return bare in words("names", "never") and bare not in words("names", "real")
    return bare in _everyday() or bare.rstrip("s") in _everyday() or bare in words("names", "never")


@cache
def _everyday() -> frozenset[str]:
    listed = " ".join(table("common").values()).split()
    return frozenset([*listed, *words("facts", "nouns"), *words("words", "do"), *words("facts", "things")])


_CALLED = "(?:follow up|call|meet|email|check|visit|ping)(?:一下|下)?"  # follow up一下顺丰


@cache
def _han_whom() -> tuple[re.Pattern[str], ...]:
    digits = any_of({known for known in words("names", "organisations") if known[0].isdigit()})
    name = rf"(?P<who>(?:{digits}|[A-Za-z][A-Za-z0-9.&'-]*(?:\s(?-i:[A-Z])[A-Za-z0-9.&'-]*)*)?{HAN}{{0,8}}?)"
    after = any_of(words("facts", "acts"))
    return tuple(
        re.compile(pattern, re.I)
        for pattern in (
            rf"(?:给|跟(?!进)|和|与|同|向|找|陪|为|替|帮|约|请|让|对|催|问|提醒|通知){name}(?:那边|那里|这边)?(?={after}|的|\s|,|$|[\"“「《])",
            rf"(?:{_CALLED}|联系|拜访|回复|回访|约见|会见|走访|拜会|致电|跟进|打电话给|电话|通知|答复|催促|催|见|找|发邮件给|打给|问候|问)(?:一下|下|客户)?{name}(?:那边|那里|这边)?(?={after}|的|\s|,|关于|$|[\"“「《])",
            rf"(?:给|到|向){name}(?=$|[\s,])",
            rf"回{name}(?:的)?(?:个|一个|一下)?(?:电话|邮件|微信|消息|信息|话)",
            rf"(?:去|到|在){name}(?:那边|那里|公司)?(?={after}|\s|,|$)",
            rf"^(?:续签|续约|签下|搞定|拿下|对接){name}(?=$|的|\s|,)",
            rf"(?:^|要|得)把{name}(?:那边|那里)?的(?:合同|报价|方案|发票|付款|订单|尾款|样品|资料|需求|货)",
            rf"^{name}(?:那边|那里)?的(?:合同|报价|方案|发票|付款|续约|订单|尾款|样品|资料|项目|需求|演示|会议|电话)",
        )
    )


def _han_name(said: str) -> str:
    name = clean(said)
    name = name.removeprefix("一下").removeprefix("一下")
    if not name or len(name) < 2:
        return ""
    name = _leading_verb().sub("", name)
    if titled := _titled().match(name):
        return titled[0]
    if is_person(name) or is_organisation(name) or not has_han(name):
        return name
    return (
        name if 2 <= len(name) <= 6 and name not in words("facts", "nouns") and not _holds_verb().search(name) else ""
    )


@cache
def _leading_verb() -> re.Pattern[str]:
    return re.compile(rf"^{any_of(each for each in words('words', 'do') if len(each) > 1 and has_han(each))}(?=..)")


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(rf"{any_of(words('names', 'surnames'))}{any_of(words('names', 'titles'))}")


@cache
def _holds_verb() -> re.Pattern[str]:
    return re.compile(any_of(words("facts", "acts") | words("facts", "nouns")), re.I)
