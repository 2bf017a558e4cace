"""The same sentence in plainer words, tried when it is not surely understood as it stands."""

import re
from collections.abc import Iterator
from functools import cache

from crmbot.understand.lexicon import any_of, table, words
from crmbot.understand.tidy import has_han


def otherwise(text: str) -> Iterator[str]:
    """`text` in plain words, without words that add nothing, and with a show-word at its end moved to the front.

    啥 is 什么; 商机都有哪些 asks for 商机有哪些, and 记录翻一下 for 看一下记录.
    """
    tried = {text}
    plain = _in_plain_words(_TWICE.sub(r"\1", text), has_han(text))
    parted = _GOES_ON.sub(",", _adverbs().sub("", plain))
    for base in dict.fromkeys((plain, parted, _empty().sub("", parted).strip())):
        for said in (base, *_turned(base)):
            if said and said not in tried:
                tried.add(said)
                yield said


# 拜访了林悦然后对方嫌交期太长: what came of it, spoken without a pause.
_GOES_ON = re.compile(
    r"(?<=[\u3400-\u9fff])\s*,?(?:然后|结果)\s*(?=.{3})"
    r"|(?<=[\u3400-\u9fff])(?=(?:对方|人家|[他她]们?)(?:说|想|要|觉得|嫌|还|让|希望|问|对|同意|答应|不|已经|下|明|这|今|有|没))"
)
_TWICE = re.compile(r"([\u3400-\u9fff]{2})\1+")  # 撤销撤销


def _in_plain_words(text: str, han: bool) -> str:
    slang, meant = _slang(han)
    return slang.sub(lambda found: meant[" ".join(found[0].casefold().split())], text)


@cache
def _slang(han: bool) -> tuple[re.Pattern[str], dict[str, str]]:
    """English words within Chinese sentences have tables of their own."""
    meant = table("otherwise", "plain") | (table("otherwise", "beside_han") if han else {})
    return re.compile(any_of(meant), re.I), meant


@cache
def _adverbs() -> re.Pattern[str]:
    """彻底黄了, 总算签了: before what became of a deal."""
    outcomes = any_of(frozenset().union(*(words("words", each) for each in ("won_", "lost_", "signed_"))))
    return re.compile(rf"{any_of(words('names', 'adverbs') | words('names', 'unsure'))}(?={outcomes})")


@cache
def _empty() -> re.Pattern[str]:
    return re.compile(rf"(?<![成首里]){any_of(words('otherwise', 'empty'))}", re.I)


def _turned(text: str) -> Iterator[str]:
    if led := _shown_first().match(text):
        yield text[led.end() :]
    for last, frames in (("last", "turned"), ("asked_last", "turned_asked")):
        if found := _at_the_end(last).fullmatch(text):
            for frame in sorted(words("otherwise", frames)):
                yield frame.format(found["what"])


@cache
def _shown_first() -> re.Pattern[str]:
    return re.compile(rf"{any_of(words('otherwise', 'first'))}(?=..)")


@cache
def _at_the_end(listed: str) -> re.Pattern[str]:
    last = any_of(words("otherwise", listed))
    return re.compile(rf"(?:[把将])?(?P<what>.{{2,40}}?)[\s,]*{last}")
