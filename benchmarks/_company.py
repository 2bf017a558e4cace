"""Databases of any number of customers, with names as they are met: a few are borne by very many."""

import random
from array import array
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from crmbot.incoming import Sender
from crmbot.names import fold, grams
from crmbot.people import Role
from storage import Customer, Database, open_database

CONSONANTS, VOWELS = "bdfghklmnprstvz", "aeiou"
HAN = "云科信达华盛天海龙腾智远东方新安泰和金明瑞丰恒宇创联通力源正大中兴鼎博文宏亚"
ENDINGS = ("Robotics", "Logistics", "Foods", "Energy", "Media", "Motors", "Software", "Partners", "Systems", "Trading")
LEGAL = ("", "", "", " Ltd", " Inc", " GmbH")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
A_CHUNK = 20_000
INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'gram' AND sql IS NOT NULL"


class Zipf:
    """Draws words as they are used: the second half as often as the first, the third a third as often."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._up_to = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def draw(self, chance: random.Random) -> str:
        return self._words[bisect(self._up_to, chance.random() * self._up_to[-1])]


def names(seed: int) -> Callable[[], str]:
    """Half companies, a third people, the rest Chinese companies and people."""
    chance = random.Random(seed)
    vocabulary = random.Random(0)
    company, first, last = (Zipf([_word(vocabulary) for _ in range(size)]) for size in (30_000, 1_000, 10_000))

    def draw() -> str:
        match chance.random():
            case kind if kind < 0.5:
                return f"{company.draw(chance)} {company.draw(chance)} {chance.choice(ENDINGS)}{chance.choice(LEGAL)}"
            case kind if kind < 0.85:
                return f"{first.draw(chance)} {last.draw(chance)}"
            case kind if kind < 0.95:
                return "".join(chance.choices(HAN, k=4)) + "有限公司"
        return chance.choice(SURNAMES) + "".join(chance.choices(HAN, k=2))

    return draw


def _word(chance: random.Random) -> str:
    syllables = (chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(chance.choice((2, 3, 3, 4))))
    return ("".join(syllables) + chance.choice(("", "", "n", "r", "x"))).title()


def generate(file: Path, size: int, owner: Sender, now: datetime) -> tuple[Database, list[str]]:
    """A database with so many customers, and their names."""
    database = open_database(f"sqlite:///{file}")
    member = database.run(lambda store: store.members.enrol(owner, Role.OWNER, now).id)
    draw = names(1)
    known = [draw() for _ in range(size)]
    with database.engine.begin() as connection:
        _add_customers(connection, known, member, now)
        _add_grams(connection, known)
    return database, known


def _add_customers(connection: Connection, known: Sequence[str], member: int | None, now: datetime) -> None:
    statement = insert(Customer)
    row = {"kind": "organisation", "owner_id": member, "created_at": now, "unclaimed": False, "version": 1}
    for some in _chunks(known):
        connection.execute(statement, [row | {"name": name, "name_key": fold(name)} for name in some])


def _add_grams(connection: Connection, known: Sequence[str]) -> None:
    """In the order of their key, or a million names take hours; the second index is made at the end."""
    rows: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
    for number, name in enumerate(known, 1):
        for gram in grams(name):
            rows[gram].append(number)
    [index] = connection.exec_driver_sql(INDEXES)
    connection.exec_driver_sql(f"DROP INDEX {index.name}")
    sorted_rows = ((gram, Customer.letter, row) for gram in sorted(rows) for row in rows[gram])
    for some in _chunks(sorted_rows):
        connection.exec_driver_sql("INSERT INTO gram (gram, kind, row) VALUES (?, ?, ?)", some)
    connection.exec_driver_sql(index.sql)


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while some := list(islice(rest, A_CHUNK)):
        yield some
