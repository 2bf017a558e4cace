"""Names of people and companies: when two are the same, near the same, or certainly not."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from types import ModuleType

HAN = r"\u3400-\u9fff\U00020000-\U0002fa1f"
LEGAL = re.compile(
    r"(?:\b(?:incorporated|inc|limited|ltd|llc|llp|corporation|corp|company|co|gmbh|ag|sarl|sa|srl|spa|bv|nv|oy|ab|as"
    r"|plc|pty|pte|kk|lp)\b\.?)+\s*$"
)
LEGAL_HAN = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|股份公司|公司)$")
TITLE = re.compile(
    rf"^(?:(?:mr|mrs|ms|dr|prof)\.?\s+)|(?<=[{HAN}])(?:总经理|经理|老师|先生|女士|小姐|主任|总监|总|工)$"
)
BRACKETED = re.compile(rf"^([{HAN}]+)\(([{HAN}]+)\)([{HAN}]*)$")
NOT_LETTERS = re.compile(r"[\W_]+")
WORD = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
HAS_HAN = re.compile(f"[{HAN}]")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
SAME, CLEAR, NEAR = 100.0, 92.0, 80.0
LEADING = 93.0  # "Acme" for "Acme Robotics"
SHORT_WORD, LONG_WORD = 3, 9  # letters of a word in which somebody slips at all, and twice: Studio A is not Studio B


def _plain(name: str) -> str:
    return in_one_script(unicodedata.normalize("NFKC", name).casefold().strip())


def in_one_script(words: str) -> str:
    """Chinese in simplified characters: 台積電 and 台积电 are one name."""
    return _simplifying()(words) if HAS_HAN.search(words) else words


@cache
def _simplifying() -> Callable[[str], str]:
    from opencc import OpenCC  # 7 MB, which those who write no Chinese do without

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@lru_cache(4096)
def fold(name: str) -> str:
    """The form in which two spellings of one name are equal: 智云科技(杭州) and 杭州智云科技有限公司 are."""
    plain = _plain(name)
    plain = LEGAL_HAN.sub("", BRACKETED.sub(r"\2\1\3", LEGAL_HAN.sub("", plain)))
    plain = LEGAL.sub("", plain).strip(" ,.") or plain
    return NOT_LETTERS.sub(" ", plain).strip()[:191] or plain[:191]


def untitled(name: str) -> str:
    """A name without Mr or 总, to look a person up by."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return TITLE.sub("", _plain(name)) or plain


def is_person(name: str) -> bool:
    """Whether a bare name is more likely a person's than a company's."""
    plain = in_one_script(unicodedata.normalize("NFKC", name).strip())
    if TITLE.search(plain.casefold()):
        return True
    if HAS_HAN.search(plain):
        return len(plain) in (2, 3) and plain[0] in SURNAMES and not LEGAL_HAN.search(plain)
    words = plain.split()
    return len(words) in (2, 3) and all(w.isalpha() and w.istitle() for w in words) and fold(plain) == plain.casefold()


def likeness(said: str, known: str) -> float:
    """0–100: how likely `said` means the one called `known`. Names that differ in a digit are different."""
    ours, theirs = fold(said), fold(known)
    if ours == theirs:
        return SAME
    if _digits(ours) != _digits(theirs):
        return LEADING if _leads(ours, theirs) and not _digits(ours) else 0.0
    if _leads(ours, theirs):
        return LEADING
    if HAS_HAN.search(ours) and HAS_HAN.search(theirs):
        return _han_likeness(ours, theirs)
    if min(len(ours), len(theirs)) < 4:  # one letter of three is another name
        return 0.0
    if ours.startswith(theirs + " "):  # "Acme Corporatio" for "Acme Corporation"
        whole = _resemblance(_plain(said), _plain(known))
        if whole >= CLEAR:
            return whole
    lead = " ".join(theirs.split()[: len(ours.split())])  # "Umbrela" for "Umbrella Systems"
    sorted_words = float(_rapidfuzz().fuzz.token_sort_ratio(ours, theirs))
    score = max(_resemblance(ours, theirs), sorted_words, 0.95 * _resemblance(ours, lead))
    return score if score < CLEAR or _slipped(ours, theirs) else CLEAR - 1  # "Granite Medical", "Granite Media"


def _slipped(ours: str, theirs: str) -> bool:
    """Whether only slips of the pen tell the names apart, in the words as they stand or swapped."""
    one, other = ours.split(), theirs.split()
    if "".join(one) == "".join(other):  # Coca-Cola and Cocacola
        return True
    if len(one) == len(other) and all(map(is_slip, sorted(one), sorted(other))):
        return True
    return len(one) <= len(other) and all(map(is_slip, one, other))


def is_slip(one: str, other: str) -> bool:
    """Whether both are one word, in one of which somebody slipped once, or twice if it is long."""
    shortest = min(len(one), len(other))
    if one == other or shortest < SHORT_WORD:
        return one == other
    return bool(_rapidfuzz().distance.OSA.distance(one, other) <= (2 if shortest >= LONG_WORD else 1))


def _resemblance(one: str, other: str) -> float:
    """0–100: how much of both stands in the other, in order."""
    return float(_rapidfuzz().fuzz.ratio(one, other))


@cache
def _rapidfuzz() -> ModuleType:
    import rapidfuzz  # 3 MB, which nobody needs until a name is not quite one that is known

    return rapidfuzz


def _han_likeness(ours: str, theirs: str) -> float:
    """A short Chinese name that differs in a character is another one; a part of a long one may be meant."""
    if len(ours) >= 2 and ours in theirs:
        return 85.0
    return _resemblance(ours, theirs) if min(len(ours), len(theirs)) >= 4 else 0.0


def _leads(ours: str, theirs: str) -> bool:
    if theirs.startswith(ours + " "):
        return True
    return bool(HAS_HAN.search(ours)) and len(ours) >= 2 and len(theirs) >= 4 and theirs.startswith(ours)


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())


def grams(name: str) -> set[str]:
    """What a name is found by: `=` whole words, `^` beginnings, and runs of three letters or two characters."""
    found: set[str] = set()
    for word in WORD.findall(fold(name)):
        found.update(_han_grams(word) if HAS_HAN.match(word) else _latin_grams(word))
    return found


def whole_words(name: str) -> set[str]:
    return {gram for gram in grams(name) if gram.startswith("=")}


def _latin_grams(word: str) -> Iterable[str]:
    yield "=" + word[:7]
    yield "^" + word[:2]
    yield from (word[at : at + 3] for at in range(len(word) - 2))


def _han_grams(word: str) -> Iterable[str]:
    yield "=" + word[:7]
    yield "^" + word[0]
    yield from (word[at : at + 2] for at in range(len(word) - 1))
