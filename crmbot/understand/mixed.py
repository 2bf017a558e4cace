"""English verbs and nouns within Chinese grammar, put in Chinese: send个survey给Ann is 发个问卷给Ann."""

import re
from functools import cache

from crmbot.understand.lexicon import any_of, table
from crmbot.understand.tidy import HAN, has_han

LONGEST = 120


def in_chinese(text: str) -> str:
    """`text` with the English of its grammar in Chinese, or as it was; words of what is said or named stay."""
    if len(text) > LONGEST or not _LOWER.search(text) or not has_han(text):
        return text
    said = _standing().sub(lambda found: _meant("standing", found[1]) + found[2], text)
    said = _nouns().sub(lambda found: _meant("nouns", found[0]), said)
    said = _LISTED.sub("列表", _DOUBLED.sub("", said))
    said = _made().sub(lambda found: _meant("made", found[0]), said)
    said = _verbs().sub(_verb_meant, said)
    return _HANDED.sub(r"把\2\1\3", said)


def as_typed(said: str, text: str) -> str:
    """What is quoted of a sentence in the words of `text`, as it was before `in_chinese`."""
    for kind, english in (("nouns", _nouns()), ("verbs", _verbs())):
        for found in english.finditer(text):
            if said in text:
                return said
            meant = _verb_meant(found) if kind == "verbs" else _meant(kind, found[0])
            said = said.replace(meant, found[0], 1)
    return said


_LOWER = re.compile("[a-z]{3}")
_LISTED = re.compile("(?<=[单户务办子动人机])\\s*list(?![a-z])")  # 任务list
_DOUBLED = re.compile(r"(?:工单|单子|商机|客户|联系人|任务|活动)\s*(?=[CDTKMR]-?\d)")  # ticket K5
_GRAMMAR = re.compile("[给到的把那这个了成所条我]")  # "show 赵磊's deals" is English, with a name
_HANDED = re.compile(r"^([转移推])(?:一下)?\s*([^给到成,]{2,16}?)\s*([给到])(?=.)")  # 转K7给小唐 is 把K7转给小唐


def _verb_meant(found: re.Match[str]) -> str:
    return _meant("verbs", found["verb"] or found["first"]) + (found["tail"] or "")


def _meant(kind: str, said: str) -> str:
    return str(table("mixed", kind)[" ".join(said.casefold().split())])


@cache
def _verbs() -> re.Pattern[str]:
    """At the beginning in small letters, or before a word that only follows verbs; 掉 and 一下 say nothing more."""
    verbs = any_of(table("mixed", "verbs"))
    tail = r"\s*(?:掉了?|一下|下(?![个周月])|(?P<tail>了|个|一个|一条|一份|份|给|到|成|为)|(?=吧|$))"
    return re.compile(rf"(?P<verb>(?i:{verbs}))(?:{tail})|^(?P<first>{verbs})(?={HAN}|\s+[^a-z\s].*{_GRAMMAR.pattern})")


@cache
def _made() -> re.Pattern[str]:
    return re.compile(rf"(?i:{any_of(table('mixed', 'made'))})(?=\s*(?:个|一个|一条|一张))")


@cache
def _nouns() -> re.Pattern[str]:
    """Written small: a capital begins a name. After 的 a noun of ours stands without the space."""
    return re.compile(any_of(table("mixed", "nouns")))


@cache
def _standing() -> re.Pattern[str]:
    standing, nouns = any_of(table("mixed", "standing")), any_of(table("mixed", "nouns"))
    return re.compile(rf"({standing})\s*的?\s*({nouns})")
