"""Recency, frequency and money of each customer, and groups by them where the figures alone show none."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from crmbot.analysis._groups import ROLES, STANDING, describe, role_of, themed
from crmbot.analysis._table import Figures, read_table
from crmbot.analysis.segments import FEWEST, Segments, segment


def rfm(purchases: Iterable[tuple[Hashable, date, float]], *, today: date) -> dict[Hashable, dict[str, float]]:
    """Per customer of (customer, day, amount): days since the last purchase, how many there were, and their sum.

    For more purchases than a chat's worth let the database add them up; purchases after `today` do not count.
    """
    found: dict[Hashable, dict[str, float]] = {}
    for customer, day, amount in purchases:
        if day > today:
            continue
        ours = found.setdefault(customer, {"recency": np.inf, "frequency": 0, "monetary": 0})
        ours["recency"] = min(ours["recency"], float((today - day).days))
        ours["frequency"] += 1
        ours["monetary"] += amount
    return found


def customer_groups(features: Any, *, previous: Mapping[Hashable, str] | None = None) -> Segments:
    """`segment` on all columns, else on recency, frequency and money alone, else the named groups of these by rule.

    By rule a customer is placed by rank among all and joins the nearest kind of customer ("champions", "at risk", …);
    `method` is then "rfm", `clear` False and `reason` "no clear groups". `features` as `segment` takes them, with
    columns recency (days), frequency and monetary; without all three, and with fewer than 6 rows, it is `segment`.
    """
    found = segment(features, previous=previous)
    if found.clear or len(found.ids) < FEWEST:
        return found
    table = read_table(features)
    columns = {name: column for name, column in table.figures().items() if name in found.features}
    roles = {role_of(name): column for name, column in columns.items()}
    if not all(role in roles for role in ROLES):
        return found
    words = themed(table.words(), table.count)
    if len(columns) > len(ROLES):
        alone = segment({"id": list(found.ids), **{role: roles[role] for role in ROLES}}, key="id", previous=previous)
        if alone.clear:
            groups = describe(np.array(alone.labels), _spread(columns), columns, words, found.ids)
            named = zip(groups, alone.groups, strict=True)
            return replace(alone, groups=tuple(replace(each, name=of.name) for each, of in named))
    standing = np.column_stack([_standing(roles[role]) for role in ROLES])
    kinds = np.array(list(STANDING.values()))
    nearest = np.linalg.norm(standing[:, None, :] - kinds, axis=2).argmin(axis=1)
    present, labels = np.unique(nearest, return_inverse=True)
    groups = describe(labels, _spread(columns), columns, words, found.ids)
    names = [list(STANDING)[kind] for kind in present]
    called = tuple(replace(group, name=name) for group, name in zip(groups, names, strict=True))
    return replace(found, method="rfm", labels=tuple(labels.tolist()), groups=called)


def _spread(columns: Mapping[str, Figures]) -> Figures:
    """Each column by rank, to see in which a group stands out."""
    return np.column_stack([_standing(column) for column in columns.values()])


def _standing(column: Figures) -> Figures:
    """Where each figure stands by rank, equal ones alike, as if ranks had mean 0 and spread 1."""
    filled = np.where(np.isnan(column), np.nanmedian(column), column)
    ordered = np.sort(filled)
    middle = (np.searchsorted(ordered, filled, "left") + np.searchsorted(ordered, filled, "right")) / 2
    return np.asarray((middle / len(filled) - 0.5) * np.sqrt(12))
