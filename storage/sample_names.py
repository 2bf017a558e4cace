"""Names, numbers and addresses of a company that does not exist: combined by rule, a few of them common as in life."""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import TypeVar

from crmbot.names import fold

T = TypeVar("T")


def _words(said: str) -> list[str]:
    return said.split()


HEADS = _words("Hool Nor Vel Zen Quan Bright Tal Oro Lum Mer Kest Pry Sol Fen Dray Ast Cor Wyn")
ENDS = _words("i vex tra mont ora dyne field lio wick mark sen bury")
TRADES = _words("Systems Logistics Foods Energy Health Textiles Media Robotics Partners Tools Paper Marine")
LEGAL = ("", "", "", " Ltd", " Inc", " GmbH")
GIVEN = _words("Maria James Anna David Sofia Peter Emma Lucas Nora Paul Ines Tom Grace Ivan Ella Hugo Ruth Karl Owen")
FAMILY = _words("Lopez Walker Novak Berg Costa Miller Rossi Keller Dubois Hansen Moore Silva Fischer Nilsen Blake")

HEADS_ZH = _words("智 恒 瑞 华 云 启 嘉 远 博 鼎 盛 佳")
ENDS_ZH = _words("达 信 通 和 泰 安 联 腾 捷 源")
TRADES_ZH = _words("科技 物流 医疗 食品 能源 教育 机械 贸易 软件 建材")
CITIES_ZH = ("", "", "", "杭州", "深圳", "上海", "成都", "武汉")
LEGAL_ZH = ("", "", "有限公司")
FAMILY_ZH = _words("王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 林lin 何he")
GIVEN_ZH = _words("伟wei 芳fang 敏min 静jing 强qiang 磊lei 洋yang 婷ting 杰jie 丽li 晓xiao 文wen 明ming 雪xue")
AREAS = ("212", "303", "415", "617")


@dataclass(frozen=True, slots=True)
class Named:
    """A customer's name, its letters in an email address, and whether they read Chinese."""

    name: str
    letters: str
    chinese: bool


def common(rng: Random, choices: list[T]) -> T:
    """One of them; the second half as often as the first, the third a third as often: Zipf's law."""
    return rng.choices(choices, cum_weights=_zipf(len(choices)))[0]


@cache
def _zipf(number: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, number + 1)))


def organisations(rng: Random, number: int, chinese: float) -> list[Named]:
    """Acme first; no two of one name, though many share a word."""
    found = {"acme": Named("Acme", "acme", False)}
    while len(found) < number:
        made = _organisation_zh(rng) if rng.random() < chinese else _organisation(rng)
        found.setdefault(fold(made.name), made)
    return list(found.values())


def _organisation(rng: Random) -> Named:
    word = common(rng, HEADS) + common(rng, ENDS)
    name = f"{word} {common(rng, TRADES)}" if rng.random() < 0.8 else word
    return Named(name + rng.choice(LEGAL), word.lower(), False)


def _organisation_zh(rng: Random) -> Named:
    word = common(rng, HEADS_ZH) + common(rng, ENDS_ZH)
    return Named(rng.choice(CITIES_ZH) + word + common(rng, TRADES_ZH) + rng.choice(LEGAL_ZH), "office", True)


def person(rng: Random, *, chinese: bool) -> Named:
    """Two of them may well have one name."""
    if not chinese:
        given, family = common(rng, GIVEN), common(rng, FAMILY)
        return Named(f"{given} {family}", f"{given}.{family}".lower(), False)
    family = common(rng, FAMILY_ZH)
    names = [common(rng, GIVEN_ZH) for _ in range(rng.choice((1, 2, 2)))]
    return Named(
        family[0] + "".join(each[0] for each in names), f"{family[1:]}.{''.join(each[1:] for each in names)}", True
    )


def phone(rng: Random, number: int, *, chinese: bool) -> str:
    """The `number`th phone: all of them from ranges that nobody is given."""
    if chinese:
        return f"+861390000{number * 37 % 10_000:04d}"
    if rng.random() < 0.5:
        return f"+447700900{number % 1000:03d}"
    return f"+1{AREAS[number // 100 % len(AREAS)]}55501{number % 100:02d}"


def email(named: Named, number: int) -> str:
    return f"{named.letters}{number}@example.{'cn' if named.chinese else 'com'}"
