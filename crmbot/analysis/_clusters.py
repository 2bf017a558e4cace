"""How many groups there are in a cloud of points, on which scale they show, and whether they are there at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances

from crmbot.analysis._table import Figures, Whole

Labels = Whole
Transform = Literal["none", "log", "rank"]
MOST_GROUPS = 8
LOOKED_AT = 700  # points whose distances are all measured
CLEAR = 0.11  # so much better than one cloud of the same spread must the silhouette be
TAIL = 0.02  # of a feature at either end is held at what comes before: a handful of oddities is no group
AS_GOOD = 0.03  # a smaller number of groups is preferred to so little silhouette


@dataclass(frozen=True, eq=False)
class Scale:
    """How a feature is made comparable: a transform, tails held, mean 0, spread 1."""

    transform: Transform
    units: Figures  # log: per column what 1 is; NaN leaves the column as it is
    sorted: Figures  # rank: what was seen, in order
    low: Figures
    high: Figures
    mean: Figures
    spread: Figures

    def apply(self, points: Figures, *, clipped: bool = True) -> Figures:
        moved = _transformed(points, self.transform, self.units, self.sorted)
        if clipped:
            moved = np.clip(moved, self.low, self.high)
        return (moved - self.mean) / self.spread


def scale_of(points: Figures, transform: Transform) -> Scale:
    units, seen = _log_units(points), np.sort(points, axis=0)
    moved = _transformed(points, transform, units, seen)
    low, high = _ends(moved)
    held = np.clip(moved, low, high)
    flat = held.std(axis=0) == 0  # nearly all are equal: only the extremes tell
    low, high = np.where(flat, -np.inf, low), np.where(flat, np.inf, high)
    held = np.clip(moved, low, high)
    spread = held.std(axis=0)
    return Scale(transform, units, seen, low, high, held.mean(axis=0), np.where(spread > 0, spread, 1.0))


def _transformed(points: Figures, transform: Transform, units: Figures, seen: Figures) -> Figures:
    if transform == "none":
        return points
    if transform == "log":
        with np.errstate(invalid="ignore"):  # below zero only in columns that are left as they are
            return np.where(np.isnan(units), points, np.log1p(points / units))
    ranks = [np.searchsorted(seen[:, at], points[:, at], side="right") for at in range(points.shape[1])]
    return np.column_stack(ranks) / len(seen)


def _log_units(points: Figures) -> Figures:
    """The median of what is above zero, for columns that are never negative and lean less as logarithms.

    Below it figures stay as far apart as they are: from one order to two is no larger a step than from ten to eleven.
    """
    units = np.full(points.shape[1], np.nan)
    for at, column in enumerate(points.T):
        if column.min() < 0 or column.max() == 0:
            continue
        unit = np.median(column[column > 0])
        held = np.clip(column, *_ends(column))
        if abs(_skew(np.log1p(held / unit))) < abs(_skew(held)) - 0.1:
            units[at] = unit
    return units


def _ends(points: Figures) -> tuple[Figures, Figures]:
    """Between which all but the tails lie, as they were seen: of few points all but the most extreme."""
    return np.quantile(points, TAIL, axis=0, method="higher"), np.quantile(points, 1 - TAIL, axis=0, method="lower")


def _skew(column: Figures) -> float:
    spread = column.std()
    return float((((column - column.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Choice:
    """The scale and the number of groups that show best, the silhouette of each number, and whether it is no chance."""

    scale: Scale
    count: int
    silhouettes: Mapping[int, float]
    clear: bool


def choose(points: Figures, *, counts: Sequence[int], seed: int) -> Choice:
    """Compares each scale and number of groups with the same fit on single clouds of the same spread and correlation.

    The silhouette alone favours two halves of a single skewed cloud; what counts is how far it exceeds what such a
    cloud gives by chance (the idea of SigClust, Liu et al. 2008, and of the gap statistic, Tibshirani et al. 2001).
    """
    random = np.random.default_rng(seed)
    points = points if len(points) <= LOOKED_AT else points[random.choice(len(points), LOOKED_AT, replace=False)]
    clouds = [one_cloud(points, random) for _ in range(2 if len(points) > 150 else 10)]
    transforms: list[Transform] = ["none" if np.isnan(_log_units(points)).all() else "log", "rank"]
    found, excess = {}, {}
    for transform in transforms:
        found[transform] = silhouettes(scale_of(points, transform).apply(points), counts, starts=4)
        by_chance = [silhouettes(scale_of(cloud, transform).apply(cloud), counts, starts=2) for cloud in clouds]
        for count in counts:
            excess[transform, count] = found[transform][count] - max(each[count] for each in by_chance)
    transform, count = _best(excess, transforms, counts)
    return Choice(scale_of(points, transform), count, found[transform], excess[transform, count] >= CLEAR)


def _best(
    excess: Mapping[tuple[Transform, int], float], transforms: Sequence[Transform], counts: Sequence[int]
) -> tuple[Transform, int]:
    """Three groups or more where the data bear them: a business can do little with two."""
    many = [each for each in product(transforms, counts) if each[1] >= 3 and excess[each] >= CLEAR]
    among = many or list(product(transforms, counts))
    top = max(excess[each] for each in among)
    return min((each for each in among if excess[each] >= top - AS_GOOD), key=lambda each: each[1])


def silhouettes(scaled: Figures, counts: Sequence[int], *, starts: int) -> dict[int, float]:
    """The mean silhouette (Rousseeuw 1987) of K-means with each number of groups."""
    distances, different = pairwise_distances(scaled), len(np.unique(scaled, axis=0))
    labels = {n: KMeans(min(n, different), n_init=starts, random_state=0).fit_predict(scaled) for n in counts}
    return {count: silhouette(distances, of) for count, of in labels.items()}


def silhouette(distances: Figures, labels: Labels) -> float:
    members = np.eye(labels.max() + 1)[labels]
    sizes = members.sum(axis=0)
    if len(sizes) < 2:
        return 0.0
    sums, rows = distances @ members, np.arange(len(labels))
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / np.maximum(sizes, 1)
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    return float(
        np.where((sizes[labels] > 1) & (larger > 0), (other - own) / np.where(larger > 0, larger, 1), 0).mean()
    )


def one_cloud(points: Figures, random: np.random.Generator) -> Figures:
    """As many points of a single cloud with the spread, correlation and skew of `points`."""
    powers = [_taming(column) for column in points.T]
    tame = np.column_stack([there(column) for (there, _), column in zip(powers, points.T, strict=True)])
    tame = np.clip(tame, *_ends(tame))
    spread = np.atleast_2d(np.cov(tame.T))
    cloud = random.multivariate_normal(tame.mean(axis=0), spread, len(points), method="eigh", check_valid="ignore")
    free = [back(column) for (_, back), column in zip(powers, cloud.T, strict=True)]
    return np.column_stack([_as_seen(column, seen) for column, seen in zip(free, points.T, strict=True)])


def _as_seen(column: Figures, seen: Figures) -> Figures:
    """Counts stay counts: whole numbers fall into layers that are no groups."""
    return np.clip(np.round(column), seen.min(), seen.max()) if (seen % 1 == 0).all() else column


_Way = Callable[[Figures], Figures]


def _taming(column: Figures) -> tuple[_Way, _Way]:
    """Of some powers and the logarithm, the one after which a column leans least, and the way back."""

    def skewed(ways: tuple[_Way, _Way]) -> float:
        return abs(_skew(ways[0](column)))

    return min(_tamings(column), key=skewed)


def _tamings(column: Figures) -> Iterator[tuple[_Way, _Way]]:
    yield (lambda x: x), (lambda x: x)
    if column.min() < 0 or column.max() == 0:
        return
    unit = np.quantile(column[column > 0], 0.1)
    yield np.sqrt, lambda x: np.maximum(x, 0) ** 2
    yield np.cbrt, lambda x: np.maximum(x, 0) ** 3
    yield (lambda x: np.log1p(x / unit)), (lambda x: np.expm1(np.maximum(x, 0)) * unit)
