"""Groups of customers who buy alike: how many, what they are worth, who moved, and whom to call."""

import json
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import nan
from typing import TYPE_CHECKING, Any, Literal

from crmbot.intents import Slots, intent, job
from crmbot.money import Money, canonical
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Button, Finished, Later, Reply, lines
from handlers._analysis_words import NAMED, ODD, said_moves, said_segments, segment_name, segments_chart
from handlers._report import Report
from handlers._time import midnight, today
from storage import Service, Store

if TYPE_CHECKING:
    from crmbot.analysis.segments import Group, Segments

SHOWN = 8
LOOKED_AT = 20_000  # customers up to which tickets, scores and products are looked at too
NONE = Service()


class AskSegments(Slots):
    count: int | None = None
    method: Literal["kmeans", "dbscan"] = "kmeans"
    fresh: bool = False


@intent("segments.report", needs=Permission.READ_CUSTOMERS)
def report_segments(slots: AskSegments, member: Member, store: Store, now: datetime) -> Reply | Later:
    """What was said today already is said again at once."""
    said = None
    if not slots.fresh:
        since = midnight(today(now, member), member)
        said = store.analyses(about(slots.method, slots.count, member)).said(since, member.language, _any)
    return said or Later("segments", slots.model_dump(exclude_none=True))


@job("segments")
def find_segments(slots: AskSegments, member: Member, store: Store, now: datetime) -> Finished:
    return segments(slots, member, store, now).finished


def segments(slots: AskSegments, member: Member, store: Store, now: datetime) -> Report:
    currency = store.main_currency() or member.currency or "USD"
    ids, features = _features(store, member, currency, now)
    if slots.method == "kmeans" and 0 < len(ids) <= LOOKED_AT:
        features |= _service(ids, store, member)
    kind = about(slots.method, slots.count, member)
    before: dict[Any, str] = {}
    for last in store.analyses(kind).before(now, limit=1):
        before = {int(id): name for id, name in last["members"].items()}
    found = _found(slots, ids, features, before)
    called = store.names(_named(found))
    words = lines(*_sentences(found, currency, called, before, store))
    reply = Reply(words, None, None, _chart(found, ids, features, member.language, currency), _buttons(found, slots))
    kept: dict[str, Any] = {
        "members": _by_worth(found, features["monetary"]),
        "odd": [_id(each.id) for each in found.outliers],
    }
    fresh = midnight(today(now, member), member)

    def keep(store: Store) -> None:
        store.analyses(kind).keep(kept, reply, member.language, now, fresh)

    figures = _figures(found, currency)
    sizes = [(each["name"], each["size"], each["value"]) for each in figures["groups"]]
    return Report("segments", figures, reply, keep, basis=json.dumps([kept, sizes]))


def _by_worth(found: "Segments", worth: Sequence[float]) -> dict[str, str]:
    """The name of each customer's group, who bought most first."""
    names = found.members
    ordered = sorted(zip(worth, found.ids, strict=True), key=lambda each: -each[0])
    return {str(_id(id)): names[id] for _, id in ordered if id in names}


def _any(_: Mapping[str, Any]) -> bool:
    return True


def about(method: str, count: int | None, member: Member) -> str:
    """Of whose records: two who see the same get the same."""
    scope = member.scope(Permission.READ_CUSTOMERS), member.scope(Permission.READ_DEALS)
    whose = {Scope.OWN: member.id, Scope.TEAM: member.team, Scope.ALL: "all"}
    return repr(("segments", method, count, [each.name for each in scope], [whose[each] for each in scope]))


def _features(store: Store, member: Member, currency: str, now: datetime) -> tuple["array[int]", dict[str, Any]]:
    """Recency in days, how often and for how many minor units each customer bought, in columns and in flat memory."""
    ids, recency, frequency, monetary = array("q"), array("d"), array("d"), array("d")
    for buyer in store.buyers(member, currency):
        ids.append(buyer.customer)
        recency.append(max(0.0, (now - buyer.last).total_seconds() / 86400))
        frequency.append(buyer.times)
        monetary.append(buyer.amount)
    return ids, {"recency": recency, "frequency": frequency, "monetary": monetary}


def _service(ids: "array[int]", store: Store, member: Member) -> dict[str, Any]:
    """Tickets and scores, where every third customer has some; and in words what each has most of."""
    known = store.service(member)
    of = [known.get(id) or NONE for id in ids]
    columns: dict[str, Any] = {
        "tickets": [each.tickets for each in of],
        "satisfaction": [nan if each.score is None else each.score for each in of],
        "category": [each.category for each in of],
        "product": [each.product for each in of],
    }
    has = {name: sum(bool(value) and value == value for value in column) for name, column in columns.items()}
    return {name: column for name, column in columns.items() if has[name] * 3 >= len(ids)}


def _found(slots: AskSegments, ids: "array[int]", features: dict[str, Any], before: Mapping[Any, str]) -> "Segments":
    from crmbot.analysis.rfm import customer_groups  # in the worker alone
    from crmbot.analysis.segments import segment

    columns = {"customer": ids, **features}
    if slots.method == "kmeans" and slots.count is None:
        return customer_groups(columns, previous=before or None)
    return segment(columns, method=slots.method, count=slots.count, key="customer", previous=before or None)


def _named(found: "Segments") -> set[int]:
    """Those whose names are said."""
    known = [id for group in found.groups for id in group.known]
    return {_id(id) for id in (*known, *(each.id for each in found.outliers[:SHOWN]))}


def _id(id: object) -> int:
    """Of a customer: a column of figures gives it back as one."""
    return int(float(str(id)))


def _sentences(
    found: "Segments", currency: str, called: Mapping[Any, str], before: Mapping[Any, str], store: Store
) -> list[Any]:
    from crmbot.analysis.segments import moves

    said = list(said_segments(found, currency, called))
    if before and found.groups:
        moved = moves(before, found.members)
        who = [_id(id) for id in list(moved.moved)[:NAMED]]
        named: dict[Any, str] = {**store.names(who)}
        said.extend(said_moves(moved, named))
    return said


def _chart(found: "Segments", ids: "array[int]", features: dict[str, Any], language: str, currency: str) -> Any:
    return segments_chart(found, {"customer": ids, **features}, language, currency)


def _buttons(found: "Segments", slots: AskSegments) -> tuple[Button, ...]:
    """Each leads to the customers of a group; those who are one of a kind come last."""
    asked = slots.model_dump(exclude_none=True, include={"count", "method"})
    largest = sorted(found.groups, key=lambda group: -(group.value or 0))[:SHOWN] if found.count > 1 else []
    names = [*(group.name for group in largest), *([ODD] if found.outliers else [])]
    return tuple(Button(segment_name(name), "segments.list", {"title": name, **asked}) for name in names)


def _figures(found: "Segments", currency: str) -> dict[str, Any]:
    return {
        "method": found.method,
        "customers": len(found.ids),
        "count": found.count,
        "score": found.score,
        "scores": {str(count): score for count, score in found.scores.items()},
        "clear": found.clear,
        "reason": found.reason,
        "missing": found.missing,
        "currency": currency,
        "groups": [_group(group, currency) for group in found.groups],
        "outliers": [
            {"customer": f"C{_id(each.id)}", "feature": each.feature, "value": each.value} for each in found.outliers
        ],
    }


def _group(group: "Group", currency: str) -> dict[str, Any]:
    return {
        "name": group.name,
        "size": group.size,
        "share": group.share,
        "value": canonical(Money(round(group.value), currency)) if group.value is not None else None,
        "center": dict(group.center),
        "known": [f"C{_id(id)}" for id in group.known],
    }
