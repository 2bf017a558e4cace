"""What a group of customers is called, what sets it apart, and who in it one would know."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from crmbot.analysis._clusters import Labels
from crmbot.analysis._table import Column, Figures, is_key

ROLES = {
    "recency": re.compile(
        r"recency.*|days_since.*|(days_)?since_last.*|last_(order|visit|purchase)_days|.*(未购|距今).*"
    ),
    "frequency": re.compile(
        r"frequency|(num(ber)?_(of_)?)?(orders|purchases|visits|deals|transactions)|.*(次数|频次|订单数)"
    ),
    "monetary": re.compile(
        r"monetary.*|(total_|annual_)?(amount|spend(ing)?|spent|revenue|sales|value|turnover)|total|.*(金额|消费|收入|销售额)"
    ),
}
# Where each group of customers stands in recency (days since), frequency and money, in spreads from the mean.
STANDING = {
    "champions": (-1.0, 1.3, 1.3),
    "loyal": (-0.6, 0.8, 0.2),
    "big spenders": (0.0, -0.3, 1.3),
    "new": (-1.0, -0.7, -0.6),
    "regulars": (0.0, 0.0, 0.0),
    "at risk": (0.9, 0.6, 0.6),
    "slipping": (0.5, -0.3, -0.3),
    "lost": (1.4, -0.8, -0.8),
}
FEWEST = 5  # rows that make a theme
MARKED = 0.5  # so many spreads from the mean set a group apart


@dataclass(frozen=True)
class Trait:
    """A feature that sets a group apart: its median there and among all, in the feature's own unit."""

    feature: str
    level: Literal["high", "low"]
    median: float
    overall: float


@dataclass(frozen=True)
class Theme:
    """What a group most often has in a column of words, with its share there and among all: what it needs."""

    feature: str
    word: str
    share: float
    overall: float


@dataclass(frozen=True)
class Group:
    """`name` is one of `STANDING` where recency, frequency and money are known, else its traits: "high amount"."""

    label: int
    name: str
    size: int
    share: float  # of all rows, 0 to 1
    center: Mapping[str, float]  # the median of each feature, in its own unit
    traits: tuple[Trait, ...]  # the strongest first
    themes: tuple[Theme, ...]
    value: float | None  # the sum of the column of money, where there is one
    known: tuple[Hashable, ...]  # the three largest by money, else the three most typical


def role_of(name: str) -> str | None:
    plain = re.sub(r"[\s-]+", "_", name.strip()).lower()
    return next((role for role, pattern in ROLES.items() if pattern.fullmatch(plain)), None)


def describe(
    labels: Labels,
    scaled: Figures,
    features: Mapping[str, Figures],
    words: Mapping[str, Column],
    ids: Sequence[Hashable],
) -> tuple[Group, ...]:
    """The groups 0, 1 … of `labels` (−1 belongs to none), the most valuable first named where names compete."""
    means, spreads = scaled.mean(axis=0), scaled.std(axis=0)
    numbers = range(int(labels.max(initial=-1)) + 1)
    standing = np.array(
        [(scaled[labels == at].mean(axis=0) - means) / np.where(spreads > 0, spreads, 1) for at in numbers]
    )
    money = next((column for name, column in features.items() if role_of(name) == "monetary"), None)
    overall = {name: _median(column) for name, column in features.items()}
    names, groups = _names(standing, list(features)), []
    for at in numbers:
        inside = np.flatnonzero(labels == at)
        center = {name: _median(column[inside]) for name, column in features.items()}
        groups.append(
            Group(
                label=at,
                name=names[at],
                size=len(inside),
                share=len(inside) / len(labels),
                center=center,
                traits=_traits(standing[at], center, overall),
                themes=_themes(inside, words),
                value=float(money[inside].sum()) if money is not None else None,
                known=tuple(ids[each] for each in _known(inside, scaled, money)),
            )
        )
    return tuple(groups)


def _median(column: Figures) -> float:
    """Of what is known; NaN where nothing is."""
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else float("nan")


def _names(standing: Figures, features: Sequence[str]) -> list[str]:
    roles = [role_of(feature) for feature in features]
    if len(standing) == 1:
        return ["everyone"]
    if all(role in roles for role in ROLES) and len(standing) <= len(STANDING):
        ours = standing[:, [roles.index(role) for role in ROLES]]
        spread = ours.std(axis=0)
        ours = (ours - ours.mean(axis=0)) / np.where(spread > 0, spread, 1)
        apart = np.linalg.norm(ours[:, None, :] - np.array(list(STANDING.values())), axis=2)
        return [list(STANDING)[at] for at in linear_sum_assignment(apart**2)[1]]
    return _by_traits(standing, features)


def _by_traits(standing: Figures, features: Sequence[str]) -> list[str]:
    """As few traits as tell the groups apart; a number behind where none do."""
    orders = [np.argsort(-np.abs(each), kind="stable") for each in standing]

    def said(at: int, traits: int) -> str:
        marked = [each for each in orders[at][:traits] if abs(standing[at][each]) >= MARKED]
        parts = [f"{'high' if standing[at][each] > 0 else 'low'} {features[each]}" for each in marked]
        return ", ".join(parts) or "typical"

    names = [said(at, 1) for at in range(len(standing))]
    for traits in (2, 3):
        names = [said(at, traits) if names.count(name) > 1 else name for at, name in enumerate(names)]
    return [name if name not in names[:at] else f"{name} {names[:at].count(name) + 1}" for at, name in enumerate(names)]


def _traits(standing: Figures, center: Mapping[str, float], overall: Mapping[str, float]) -> tuple[Trait, ...]:
    names = list(center)
    marked = [at for at in np.argsort(-np.abs(standing), kind="stable") if abs(standing[at]) >= MARKED]
    return tuple(
        Trait(names[at], "high" if standing[at] > 0 else "low", center[names[at]], overall[names[at]])
        for at in marked[:3]
    )


def _themes(inside: Labels, words: Mapping[str, Column]) -> tuple[Theme, ...]:
    """The most frequent word of each column, where it is clearly more frequent here than elsewhere."""
    found = []
    for name, column in words.items():
        seen, counts = np.unique([word for word in column[inside] if word is not None] or [""], return_counts=True)
        word, share = str(seen[counts.argmax()]), float(counts.max() / len(inside))
        overall = float((column == word).mean())
        if word and counts.max() >= FEWEST and share >= 0.4 and share > 1.2 * overall:
            found.append(Theme(name, word, share, overall))
    return tuple(found)


def _known(inside: Labels, scaled: Figures, money: Figures | None) -> Labels:
    if money is not None:
        return inside[np.argsort(-money[inside], kind="stable")[:3]]
    apart = np.linalg.norm(scaled[inside] - scaled[inside].mean(axis=0), axis=1)
    return inside[np.argsort(apart, kind="stable")[:3]]


def themed(words: Mapping[str, Column], rows: int) -> dict[str, Column]:
    """The columns of words that say something about groups: few words, each of them often."""
    few = {name: len(set(column)) for name, column in words.items()}
    return {
        name: words[name]
        for name, count in few.items()
        if 2 <= count <= min(50, rows / 3) and not is_key(name, words[name])
    }
