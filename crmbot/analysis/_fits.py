"""Which analysis fits the columns of a file: by what they are called, English or Chinese, and by what they hold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from crmbot.analysis._cells import backwards, days_in, figures, times
from crmbot.analysis._table import Column, Table, is_key, names_rows, read_table

Analysis = Literal["segments", "forecast", "csat", "campaign"]
Why = Literal[
    "scores",  # a column of scores, and others that may go with them
    "sales and spending",  # sales, and budgets or channels beside them
    "sales in time",  # one row for each period, or many that add up
    "purchases",  # who bought when and for how much
    "figures of customers",  # a row a customer
    "only figures",  # nothing says more
]
_SAID = {
    "score": r"satisf|csat|nps|rating|stars?$|score|满意|评分|评价|打分",
    "sales": r"sales|revenue|turnover|income|orders?_value|gmv|销售|收入|营收|营业额",
    "amount": r"amount|value|total|price|spent|spend$|monetary|金额|消费",
    "budget": r"budget|spend|cost|invest|expense|^tv$|radio|newspaper|print|social|search|facebook|google|youtube"
    r"|banner|ads?$|advert|promotion|预算|费用|投入|投放|花费|广告|电视|广播|报纸",
    "channel": r"channel|campaign|medium|media|渠道|媒体|活动",
    "customer": r"customer|client|account|buyer|user|company|客户|顾客|会员|公司",
    "person": r"(^|_)(age|gender|sex|education|married|marital|job|occupation|profession|年龄|性别|学历|职业)(_|$)",
    "time": r"^(date|day|week|month|quarter|year|period|time|日期|时间|月份?|周|季度|年份?)$|_?(date|month|at)$",
}
_NAMES = {role: re.compile(pattern) for role, pattern in _SAID.items()}
_FILES: Mapping[Analysis, str] = {
    "campaign": r"market|campaign|advert|promotion|营销|市场|广告|投放",
    "csat": r"csat|satisf|survey|满意|评价|评分",
    "segments": r"customer|client|客户|顾客|会员",
    "forecast": r"sales|revenue|销售|收入|营收",
}
_FILE_SAYS = 0.2  # so much surer, of what the file's own name says


@dataclass(frozen=True)
class Fit:
    """One analysis of the file: of which column, by which others."""

    analysis: Analysis
    why: Why
    columns: tuple[str, ...]  # that it looks at, the target first where there is one
    target: str | None = None
    terms: tuple[str, ...] = ()  # campaign: what sales are explained with
    time: str | None = None
    customer: str | None = None
    disordered: str | None = None  # forecast: a column of times that cannot be read, so the rows' order stands
    sure: float = 0.0  # 0 to 1: how clearly the columns say so


def fits(rows: Any, columns: Sequence[str] | None = None, *, file: str = "") -> tuple[Fit, ...]:
    """Every analysis that the columns allow, the clearest first, one of each kind; `file` is what it is called."""
    table = read_file(rows, columns)
    if not table.count:
        return ()
    roles = _Roles(table)
    every = [each for each in (_csat(roles), _campaign(roles), _forecast(roles), _segments(roles)) if each]
    said = next((each for each, pattern in _FILES.items() if re.search(pattern, file.casefold())), None)
    every = [replace(each, sure=each.sure + _FILE_SAYS) if each.analysis == said else each for each in every]
    return tuple(sorted(every, key=lambda each: -each.sure))


def read_file(rows: Any, columns: Sequence[str] | None = None) -> Table:
    """With times as such also where they are written as one figure: 2026, 202603, 20260315."""
    if columns is not None and not isinstance(rows, Mapping) and len(rows) and not isinstance(rows[0], Mapping):
        rows = [dict(zip(columns, row, strict=False)) for row in rows]
    table = read_table(rows)
    named = {name: column for name, column in table.figures().items() if _NAMES["time"].search(_plain(name))}
    days = {name: found for name, column in named.items() if (found := days_in(column)) is not None}
    return replace(table, columns={**table.columns, **days}) if days else table


def is_row(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first line is a row like the others, not headings: figures, times, and words that come again below."""
    measured = [times([cell]) != [None] or backwards([cell]) != [None] or figures([cell]) != [None] for cell in first]
    return any(measured) and all(
        known or any(at < len(row) and row[at] == cell for row in rows)
        for at, (cell, known) in enumerate(zip(first, measured, strict=True))
    )


class _Roles:
    """Which columns could be what, by name and by content."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = {name: column for name, column in table.columns.items() if _says_something(column)}
        self.keys = {name for name, column in self.columns.items() if is_key(name, column) and not self._meant(name)}
        self.figures = [n for n, c in self.columns.items() if c.dtype.kind == "f" and n not in self.keys]
        self.words = [n for n, c in self.columns.items() if c.dtype.kind == "O" and n not in self.keys]
        self.time = self._time()
        self.persons = bool(self.named("person", list(self.columns)))

    def named(self, role: str, among: Sequence[str]) -> list[str]:
        return [name for name in among if _NAMES[role].search(_plain(name))]

    def _meant(self, name: str) -> bool:
        """Figures that grow evenly are no key where their name says what they are of."""
        return not names_rows(name) and any(self.named(role, [name]) for role in ("sales", "amount", "budget", "score"))

    def _time(self) -> str | None:
        dates = [name for name, column in self.columns.items() if column.dtype.kind == "M"]
        return next(iter(self.named("time", dates) + dates + self.named("time", self._counting())), None)

    def _counting(self) -> list[str]:
        """Columns of whole figures that go up row by row: period numbers, years."""
        return [
            name
            for name, column in self.columns.items()
            if column.dtype.kind == "f" and len(column) > 1 and (np.diff(column) > 0).all()
        ]

    def customer(self) -> str | None:
        """Who a row is about: a column of names or of keys, or else of whole figures."""
        named = self.named("customer", list(self.columns))
        whole = [name for name in named if name in self.figures and (self.columns[name] % 1 == 0).all()]
        return next((name for name in named if name in self.words or name in self.keys), None) or next(
            iter(whole), None
        )


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())).lower()


def _says_something(column: Column) -> bool:
    if column.dtype.kind == "f":
        return not np.isnan(column).all()
    return not np.isnat(column).all() if column.dtype.kind == "M" else any(each is not None for each in column)


def _few_answers(column: Column) -> bool:
    known = column[~np.isnan(column)] if column.dtype.kind == "f" else np.array([c for c in column if c is not None])
    return 2 <= len(set(known.tolist())) <= 11 or (column.dtype.kind == "f" and len(known) > 0 and known.max() <= 100)


def _csat(roles: _Roles) -> Fit | None:
    named = roles.named("score", [*roles.figures, *roles.words])
    target = next((name for name in named if _few_answers(roles.columns[name])), None)
    others = [name for name in roles.columns if name != target and name not in roles.keys]
    if target is None or not others:
        return None
    told = re.search(r"satisf|csat|满意|rating|评分|评价", _plain(target))
    sure = 0.95 if told else 0.4 if roles.persons else 0.75
    return Fit("csat", "scores", (target, *others), target=target, sure=sure)


def _campaign(roles: _Roles) -> Fit | None:
    target = next(iter(roles.named("sales", roles.figures) or roles.named("amount", roles.figures)), None)
    if target is None:
        return None
    spent = [name for name in roles.named("budget", roles.figures) if name != target]
    channels = [name for name in roles.named("channel", [*roles.words, *roles.figures]) if name not in (target, *spent)]
    terms = (*spent, *channels)
    if not terms:
        return None
    time = (roles.time,) if roles.time else ()
    sure = 0.5 if roles.persons else 0.9 if spent else 0.55  # what a person earns and spends is no campaign
    return Fit("campaign", "sales and spending", (target, *terms, *time), target, terms, roles.time, sure=sure)


def _forecast(roles: _Roles) -> Fit | None:
    named = roles.named("sales", roles.figures) or roles.named("amount", roles.figures)
    loose = [name for name in roles.figures if name != roles.time]
    target = next(iter(named), None) or (loose[0] if len(loose) == 1 else None)
    if target is None or target == roles.time:
        return None
    others = [name for name in roles.columns if name not in (target, roles.time) and name not in roles.keys]
    unread = next(iter(roles.named("time", [name for name in others if name in roles.words])), None)
    alone = not others or others == [unread]
    if not (roles.time or alone):
        return None
    sure = 0.9 if alone else 0.4 if roles.persons else 0.6
    time = (roles.time,) if roles.time else ()
    disordered = unread if not roles.time else None
    return Fit("forecast", "sales in time", (target, *time), target, time=roles.time, disordered=disordered, sure=sure)


def _segments(roles: _Roles) -> Fit | None:
    figures = [
        name
        for name in roles.figures
        if name != roles.time and np.ptp(roles.columns[name][~np.isnan(roles.columns[name])])
    ]
    who = roles.customer()
    amount = next(iter(roles.named("amount", figures) or roles.named("sales", figures)), None)
    if who and amount and roles.time and roles.columns[roles.time].dtype.kind == "M":
        customers = len(set(roles.columns[who].tolist()))
        if customers < 0.9 * roles.table.count:
            columns = (who, roles.time, amount)
            return Fit("segments", "purchases", columns, amount, time=roles.time, customer=who, sure=0.85)
    if not figures:
        return None
    if who or roles.keys:
        return Fit("segments", "figures of customers", tuple(figures), customer=who, sure=0.7)
    return Fit("segments", "only figures", tuple(figures), sure=0.5 if len(figures) > 1 else 0.2)
