"""Finding records by words: one table of grams in plain SQL, candidates ranked by how alike the names are.

However many records there are, a search reads at most a few hundred grams: the rarest of the words decide.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, inspect, literal, select, union_all

from crmbot.names import grams, likeness, whole_words
from storage.columns import are_sealed
from storage.tables import Campaign, Customer, Deal, Gram, Product, Task, Ticket, Tracked

NAMED: dict[Any, str] = {
    Customer: "name",
    Deal: "title",
    Ticket: "subject",
    Task: "subject",
    Campaign: "title",
    Product: "name",
}
GRAM = Gram.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
ADD = insert(GRAM)
DROP = delete(GRAM).where(GRAM.c.kind == bindparam("k"), GRAM.c.row == bindparam("r"))
MOST = 200  # rows that one gram may bring
LATEST = 500  # rows that are read where their names are sealed
RAREST = 3  # grams that are followed


def index(connection: Connection, rows: Iterable[tuple[Any, bool, bool]]) -> None:
    """Keep the grams in step with the names of `rows`, each with whether it was there before and whether it stays."""
    for row, was, stays in rows:
        field = NAMED.get(type(row))
        if field is None or (was and stays and not inspect(row).attrs[field].history.has_changes()):
            continue
        if was:
            connection.execute(DROP, {"k": row.letter, "r": row.id})
        if stays and not are_sealed(connection.dialect, row.__table__.c[field]) and (found := grams_of(row)):
            connection.execute(ADD, [{"gram": gram, "kind": row.letter, "row": row.id} for gram in found])


def grams_of(row: Tracked) -> set[str]:
    return grams(getattr(row, NAMED[type(row)]) or "")


def candidates(connection: Connection, kind: str, words: str) -> Sequence[int]:
    """Ids of up to a few hundred records whose names share whole words with `words`, else enough of their grams."""
    whole = whole_words(words)
    return _having(connection, kind, whole) or _having(connection, kind, grams(words) - whole)


def within_reach(query: Any, kind: Any, connection: Connection, words: str) -> Any:
    """The `query` of rows of a kind, of those that may be called so, the latest first; None when there are none.

    Where what they are called is sealed, there are no grams of it: the latest ones have to be read.
    """
    newest = query.order_by(kind.__table__.c.id.desc())
    if are_sealed(connection.dialect, kind.__table__.c[NAMED[kind]]):
        return newest.limit(LATEST)
    ids = candidates(connection, kind.letter, words)
    return newest.where(kind.__table__.c.id.in_(ids)) if ids else None


def _having(connection: Connection, kind: str, wanted: set[str]) -> Sequence[int]:
    """Those that the rarest of the `wanted` grams bring; of several, those with most of them first."""
    if not wanted:
        return []
    some = sorted(wanted)[:16]
    counts = connection.execute(_counts(len(some)), {f"g{at}": gram for at, gram in enumerate(some)} | {"kind": kind})
    rarest = sorted((times, some[at]) for at, times in counts if times)[:RAREST]
    hits: dict[int, int] = {}
    for _, gram in rarest:
        for row in connection.execute(ROWS, {"gram": gram, "kind": kind}).scalars():
            hits[row] = hits.get(row, 0) + 1
    return sorted(hits, key=lambda row: (-hits[row], row))[:MOST]


ROWS = (
    select(GRAM.c.row)
    .where(GRAM.c.gram == bindparam("gram"), GRAM.c.kind == bindparam("kind"))
    .order_by(GRAM.c.row)
    .limit(MOST)
)


@cache
def _counts(number: int) -> Any:
    """How many rows each of so many grams has, counted no further than needed."""
    each = []
    for at in range(number):
        gram: Any = bindparam(f"g{at}")
        some = select(literal(1).label("one")).where(GRAM.c.gram == gram, GRAM.c.kind == bindparam("kind"))
        bounded = some.limit(MOST).subquery(f"s{at}")
        each.append(select(literal(at).label("at"), select(func.count()).select_from(bounded).scalar_subquery()))
    return union_all(*each)


def ranked(words: str, named: Iterable[tuple[Any, str]], *, least: float) -> list[tuple[float, Any]]:
    """The things whose names are alike enough, the likeliest first, each with its likeness."""
    scored = [(likeness(words, name), at, thing) for at, (thing, name) in enumerate(named)]
    return [
        (score, thing) for score, _, thing in sorted(scored, key=lambda each: (-each[0], each[1])) if score >= least
    ]
