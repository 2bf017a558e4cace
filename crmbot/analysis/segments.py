"""Groups of customers who are alike: K-means and DBSCAN on scaled features, named in plain words."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import DBSCAN, KMeans
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from crmbot.analysis._clusters import (
    CLEAR,
    LOOKED_AT,
    MOST_GROUPS,
    Labels,
    Scale,
    Transform,
    choose,
    one_cloud,
    scale_of,
    silhouette,
)
from crmbot.analysis._groups import Group, Theme, Trait, describe, themed
from crmbot.analysis._table import Column, Figures, Table, is_key, read_table

__all__ = ["Group", "Moves", "Outlier", "Segments", "Theme", "Trait", "moves", "segment"]

FEWEST = 6  # rows below which no grouping means anything
FITTED = 20_000  # rows that a fit looks at; all others are given their nearest group
DENSE_FITTED = 5_000  # and DBSCAN, which is slower
Reason = Literal["", "no rows", "too few rows", "no features", "no clear groups"]


@dataclass(frozen=True)
class Outlier:
    """A row that is like no other, and the feature that sets it most apart."""

    id: Hashable
    feature: str
    value: float


@dataclass(frozen=True)
class Segments:
    """Which group each row belongs to, and what there is to say about the groups.

    `labels` has one number a row, in the order given: the `label` of its group, −1 for the outliers of DBSCAN.
    `clear` is False where the rows are one cloud; then there is one group of everyone, unless a count was asked for.
    """

    method: Literal["kmeans", "dbscan", "rfm"]
    ids: Sequence[Hashable]
    labels: tuple[int, ...]
    groups: tuple[Group, ...]
    outliers: tuple[Outlier, ...] = ()
    clear: bool = False
    reason: Reason = ""
    missing: int = 0  # rows more that it would need
    score: float = 0.0  # the mean silhouette, −1 to 1, of what was chosen
    scores: Mapping[int, float] = field(default_factory=dict)  # of each number of groups that was tried
    transform: Transform = "none"
    features: tuple[str, ...] = ()  # the columns that were looked at
    left_out: Mapping[str, str] = field(default_factory=dict)  # column: "key", "constant", "words" or "time"
    filled: int = 0  # missing figures that were taken as the median
    inertia: float | None = None  # K-means: squared distances to the centers, on scaled features
    eps: float | None = None  # DBSCAN: how near a neighbour is, on scaled features

    @property
    def count(self) -> int:
        return len(self.groups)

    @property
    def members(self) -> dict[Hashable, str]:
        """The name of each row's group, to keep for next week's `previous`; outliers are in none."""
        names = {group.label: group.name for group in self.groups}
        return {id: names[label] for id, label in zip(self.ids, self.labels, strict=True) if label >= 0}


def segment(
    features: Any,
    *,
    method: Literal["kmeans", "dbscan"] = "kmeans",
    count: int | None = None,
    key: str | None = None,
    previous: Mapping[Hashable, str] | None = None,
    seed: int = 0,
) -> Segments:
    """Groups the rows of `features` by all their columns of figures.

    `features`: a DataFrame, a 2-D array, a sequence of mappings {name: number}, a mapping {customer: {name: number}} or
    of columns {name: numbers}, in any units: they are scaled, on a plain, logarithmic or rank scale, whichever shows
    groups best. Columns that are constant or only number the rows are left out; columns of words describe the groups.
    `key` names the column that says who a row is (else it is found). `count` asks for so many groups; without it the
    number is chosen, at least three where the rows bear them. `previous` is `Segments.members` of last time: groups
    that still hold keep their customers and names. The same input gives the same result.

    K-means (Lloyd 1982, k-means++) is fitted on at most 20,000 rows and gives every row its nearest center. DBSCAN
    (Ester et al. 1996) takes `eps` from the distances to the 2·d-th neighbour; what is near to none is an outlier.
    Too few rows, no usable column and one single cloud are answers, not errors: see `reason`.
    Raises ValueError for an unknown method, a count below 1 and columns that differ in length.
    """
    if method not in ("kmeans", "dbscan"):
        raise ValueError(f"unknown method {method!r}: kmeans or dbscan")
    if count is not None and count < 1:
        raise ValueError("count is at least 1")
    table = read_table(features)
    ids = _ids(table, key)
    columns, left_out = _usable(table, key)
    filled = sum(int(np.isnan(column).sum()) for column in columns.values())
    columns = {name: np.where(np.isnan(column), np.nanmedian(column), column) for name, column in columns.items()}
    words = themed(table.words(), table.count)
    found = Segments(method, ids, (), (), features=tuple(columns), left_out=left_out, filled=filled)
    points = np.column_stack(list(columns.values())) if columns else np.empty((table.count, 0))
    distinct = _different(points, max(FEWEST, count or 0))
    if (few := _too_few(table.count, columns, distinct, count)) is not None:
        return _together(replace(found, reason=few, missing=max(0, FEWEST - distinct)), points, columns, words)
    with threadpool_limits(1):  # threads cost more than they bring on so few points
        if method == "kmeans":
            return _kmeans(found, points, columns, words, min(distinct, count) if count else None, previous, seed)
        return _dbscan(found, points, columns, words, count, seed)


def _ids(table: Table, key: str | None) -> Sequence[Hashable]:
    if key is not None:
        return tuple(table.columns[key].tolist())
    if table.keys is not None:
        return table.keys
    told = [column for column in table.words().values() if len(set(column)) == table.count]
    told += [
        column.astype(int)
        for name, column in table.figures().items()
        if is_key(name, column) and not np.isnan(column).any()
    ]
    return tuple(told[0].tolist()) if told else range(table.count)


def _usable(table: Table, key: str | None) -> tuple[dict[str, Figures], dict[str, str]]:
    usable, left_out = {}, {}
    for name, column in table.columns.items():
        if name == key or is_key(name, column):
            left_out[name] = "key"
        elif column.dtype.kind != "f":
            left_out[name] = "words" if column.dtype.kind == "O" else "time"
        elif np.isnan(column).all() or np.nanmin(column) == np.nanmax(column):
            left_out[name] = "constant"
        else:
            usable[name] = column
    return usable, left_out


def _different(points: Figures, enough: int) -> int:
    """How many different rows there are, counted no further than is `enough`."""
    few = len(np.unique(points[:1000], axis=0))
    return few if few >= enough else len(np.unique(points, axis=0))


def _too_few(rows: int, columns: Mapping[str, Figures], distinct: int, count: int | None) -> Reason | None:
    if not rows:
        return "no rows"
    if rows > 1 and not columns:
        return "no features"
    return "too few rows" if distinct < (2 if count else FEWEST) else None


def _together(
    found: Segments, points: Figures, columns: Mapping[str, Figures], words: Mapping[str, Column]
) -> Segments:
    """One group of all rows, if there are any."""
    labels = np.zeros(len(points), int)
    scaled = scale_of(points, "none").apply(points) if points.size else points
    groups = describe(labels, scaled, columns, words, found.ids) if len(points) else ()
    return replace(found, labels=tuple(labels.tolist()), groups=groups)


def _kmeans(
    found: Segments,
    points: Figures,
    columns: Mapping[str, Figures],
    words: Mapping[str, Column],
    count: int | None,
    previous: Mapping[Hashable, str] | None,
    seed: int,
) -> Segments:
    sample = _sample(points, seed)
    distinct = _different(sample, MOST_GROUPS + 1)
    counts = [count] if count else list(range(2, max(3, min(MOST_GROUPS, distinct - 1, len(points) // 2) + 1)))
    choice = choose(sample, counts=counts, seed=seed)
    found = replace(
        found, clear=choice.clear, reason="" if choice.clear else "no clear groups", transform=choice.scale.transform
    )
    found = replace(found, score=choice.silhouettes[choice.count], scores=dict(choice.silhouettes))
    if not choice.clear and not count:
        return _together(found, points, columns, words)
    scale = scale_of(sample, choice.scale.transform)
    before = _centers_before(found.ids, scale.apply(points), previous) if previous else None
    if before is not None and (
        len(before) == count or (not count and found.scores.get(len(before), -1) >= found.score - 0.05)
    ):
        model = KMeans(len(before), init=before, n_init=1).fit(scale.apply(sample))  # last week's groups, moved on
        found = replace(found, score=found.scores[len(before)])
    else:
        fitted = scale.apply(sample)
        count = min(choice.count, _different(fitted, choice.count))
        model = KMeans(count, n_init=10, random_state=seed).fit(fitted)
    scaled = scale.apply(points)
    labels = _in_order(model.predict(scaled))
    inertia = sum(
        float(((scaled[labels == at] - scaled[labels == at].mean(axis=0)) ** 2).sum()) for at in set(labels.tolist())
    )
    groups = describe(labels, scaled, columns, words, found.ids)
    found = replace(found, labels=tuple(labels.tolist()), groups=groups, inertia=inertia)
    return _called_as_before(found, previous) if previous else found


def _sample(points: Figures, seed: int, most: int | None = None) -> Figures:
    most = most or FITTED
    return (
        points if len(points) <= most else points[np.random.default_rng(seed).choice(len(points), most, replace=False)]
    )


def _in_order(labels: Labels) -> Labels:
    """The largest group is 0."""
    sizes = np.bincount(labels)
    place = np.empty(len(sizes), int)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return place[labels]


def _centers_before(ids: Sequence[Hashable], scaled: Figures, previous: Mapping[Hashable, str]) -> Figures | None:
    """Where last time's groups stand by now, if enough of their members are still here."""
    names = [previous.get(id) for id in ids]
    if sum(name is not None for name in names) < len(previous) / 2:
        return None
    of = np.array(["" if name is None else name for name in names])
    centers = [scaled[of == name].mean(axis=0) for name in sorted(set(previous.values())) if (of == name).any()]
    return np.array(centers) if len(centers) > 1 else None


def _called_as_before(found: Segments, previous: Mapping[Hashable, str]) -> Segments:
    """Each group takes the name under which most of its members were known, each name once."""
    names = sorted(set(previous.values()))
    shared = np.zeros((len(found.groups), len(names)))
    for id, label in zip(found.ids, found.labels, strict=True):
        if label >= 0 and (name := previous.get(id)) is not None:
            shared[label, names.index(name)] += 1
    kept = {}
    for at, name in zip(*linear_sum_assignment(-shared), strict=True):
        if shared[at, name] * 2 >= shared[at].sum() > 0:
            kept[at] = names[name]
    groups = []
    for group in found.groups:
        name = kept.get(group.label, group.name)
        taken = [each for at, each in kept.items() if at != group.label]
        groups.append(replace(group, name=name if name not in taken else f"{name} {taken.count(name) + 1}"))
    return replace(found, groups=tuple(groups))


def _dbscan(
    found: Segments,
    points: Figures,
    columns: Mapping[str, Figures],
    words: Mapping[str, Column],
    count: int | None,
    seed: int,
) -> Segments:
    sample = _sample(points, seed, DENSE_FITTED)
    scale = scale_of(sample, "log")
    scaled = scale.apply(sample, clipped=False)
    near = min(max(4, 2 * points.shape[1]), len(sample) - 1)
    dense, crowd = _densest(scaled, near, count)
    clear = dense.score > 0 and dense.score >= _dense_by_chance(sample, near, seed) + CLEAR
    dense = dense if clear or count else crowd
    labels, all_scaled = dense.labels, scale.apply(points, clipped=False)
    if len(sample) < len(points) and (labels >= 0).any():
        nearest = NearestNeighbors(n_neighbors=1).fit(scaled[labels >= 0])
        apart, at = nearest.kneighbors(all_scaled)
        labels = np.where(apart[:, 0] <= dense.eps, labels[labels >= 0][at[:, 0]], -1)
    if (labels >= 0).any():
        labels[labels >= 0] = _in_order(labels[labels >= 0])
    return replace(
        found,
        labels=tuple(labels.tolist()),
        groups=describe(labels, all_scaled, columns, words, found.ids),
        outliers=_outliers(labels, scale, points, columns, found.ids),
        clear=clear,
        reason="" if clear else "no clear groups",
        score=dense.score,
        transform="none" if np.isnan(scale.units).all() else "log",
        eps=dense.eps,
    )


def _dense_by_chance(points: Figures, near: int, seed: int) -> float:
    """How well the best groups of single clouds part."""
    random = np.random.default_rng(seed)
    few = points[random.permutation(len(points))[: 4 * LOOKED_AT]]
    clouds = [one_cloud(few, random) for _ in range(4)]
    return max(_densest(scale_of(cloud, "log").apply(cloud, clipped=False), near, None)[0].score for cloud in clouds)


@dataclass(frozen=True, eq=False)
class _Dense:
    eps: float
    labels: Labels
    score: float  # the silhouette, an outlier counting 0


def _densest(scaled: Figures, near: int, count: int | None) -> tuple[_Dense, _Dense]:
    """Takes `eps` from the sorted distances to the n-th neighbour: at their knee, or where in their upper fifth groups
    part best; groups by chance run together at once when `eps` grows a little, so those do not count.

    Beside it, all as one crowd with its outliers.
    """
    reach = np.sort(NearestNeighbors(n_neighbors=near).fit(scaled).kneighbors(scaled)[0][:, -1])
    looked = np.random.default_rng(0).permutation(len(scaled))[:LOOKED_AT]

    def parted(eps: float) -> _Dense:
        labels = _without_small(DBSCAN(eps=eps, min_samples=near).fit_predict(scaled), near)
        seen = looked[labels[looked] >= 0]
        if len(set(labels[seen])) < 2:
            return _Dense(eps, labels, 0.0)
        return _Dense(eps, labels, silhouette(pairwise_distances(scaled[seen]), labels[seen]) * len(seen) / len(looked))

    knee = max(_knee(reach), 1e-9)
    tried = [
        parted(max(eps, 1e-9)) for eps in (knee, *np.quantile(reach, [0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99]))
    ]
    if count is not None:
        tried = [each for each in tried if each.labels.max() + 1 == count]
    holding = [each for each in tried if each.score and parted(1.15 * each.eps).labels.max() == each.labels.max()]
    alone = parted(max(knee, float(np.quantile(reach, 0.98))))
    crowd = _Dense(alone.eps, np.minimum(alone.labels, 0), 0.0)
    return max(holding, key=lambda each: each.score, default=crowd), crowd


def _knee(reach: Figures) -> float:
    """Where the curve bends most: farthest from the line between its ends (Satopää et al. 2011)."""
    span = reach[-1] - reach[0]
    return float(reach[np.argmax(np.linspace(0, 1, len(reach)) - (reach - reach[0]) / span)] if span > 0 else reach[-1])


def _without_small(labels: Labels, near: int) -> Labels:
    """Groups of a handful are no groups: their rows are each one of a kind."""
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    large = sizes >= max(near, 0.02 * len(labels))
    numbers = np.where(large, np.cumsum(large) - 1, -1)
    return np.where(labels >= 0, numbers[labels], -1)


def _outliers(
    labels: Labels, scale: Scale, points: Figures, columns: Mapping[str, Figures], ids: Sequence[Hashable]
) -> tuple[Outlier, ...]:
    """The farthest first, each with the feature in which it stands most apart."""
    alone = np.flatnonzero(labels < 0)
    apart = np.abs(scale.apply(points[alone], clipped=False))
    names, order = list(columns), np.argsort(-apart.max(axis=1, initial=0), kind="stable")
    return tuple(
        Outlier(ids[alone[at]], names[apart[at].argmax()], float(points[alone[at], apart[at].argmax()])) for at in order
    )


@dataclass(frozen=True)
class Moves:
    """Who is in another group than last time: {customer: (from, to)}; who came, and who is in none any more."""

    moved: Mapping[Hashable, tuple[str, str]]
    joined: Mapping[Hashable, str]
    left: Mapping[Hashable, str]


def moves(before: Mapping[Hashable, str], now: Mapping[Hashable, str]) -> Moves:
    """Compares two `Segments.members`; names say the same from week to week where `previous` was given."""
    moved = {id: (before[id], name) for id, name in now.items() if id in before and before[id] != name}
    joined = {id: name for id, name in now.items() if id not in before}
    return Moves(moved, joined, {id: name for id, name in before.items() if id not in now})
