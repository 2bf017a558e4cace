"""A table as its owner has it (rows, columns, a DataFrame, an array), read into columns of figures, words and times."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from crmbot.analysis._cells import read

Figures = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]
Column = npt.NDArray[Any]
LARGEST = 1e100  # no figure is larger; its square can still be told


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one length. Figures are float (NaN: missing), times datetime64 (NaT), words objects (None)."""

    columns: Mapping[str, Column]
    count: int
    keys: tuple[Hashable, ...] | None = None  # what the rows are called, where the caller says it
    unread: Mapping[str, int] = field(default_factory=dict)  # cells that are neither empty nor what the others are

    def figures(self) -> dict[str, Figures]:
        return {name: column for name, column in self.columns.items() if column.dtype.kind == "f"}

    def words(self) -> dict[str, Column]:
        return {name: column for name, column in self.columns.items() if column.dtype.kind == "O"}

    def where(self, kept: npt.NDArray[np.bool_]) -> "Table":
        if kept.all():
            return self
        return Table({name: column[kept] for name, column in self.columns.items()}, int(kept.sum()))


def read_table(given: Any) -> Table:
    """Reads a DataFrame; a 2-D array or a sequence of sequences (columns are then "x1", "x2" …); a sequence of mappings
    or dataclasses {name: value}; a mapping of columns {name: values}; or a mapping of rows {key: mapping}.

    Words that are figures ("1,200", "¥30", "12 %") become figures, words that are days become times, where at least
    four fifths of a column are: `_cells.py`.
    Raises ValueError where columns differ in length.
    """
    if hasattr(given, "to_numpy") and hasattr(given, "columns"):
        named = type(given.index).__name__ != "RangeIndex"
        keys = tuple(given.index.tolist()) if named else None
        return _of_columns({str(name): given[name].to_numpy() for name in given.columns}, keys)
    if isinstance(given, Table):
        return given
    if isinstance(given, np.ndarray):
        return _of_array(given)
    if isinstance(given, Mapping):
        values = list(given.values())
        if values and all(isinstance(each, Mapping) for each in values):
            return _of_columns(_by_name(values), tuple(given))
        return _of_columns({str(name): column for name, column in given.items()}, None)
    return _of_rows(list(given))


def _of_rows(rows: list[Any]) -> Table:
    if not rows:
        return Table({}, 0)
    if isinstance(rows[0], Mapping):
        return _of_columns(_by_name(rows), None)
    if hasattr(rows[0], "__dataclass_fields__"):
        return _of_columns(_by_name([_fields(row) for row in rows]), None)
    if isinstance(rows[0], str) or not isinstance(rows[0], Iterable):
        return _of_columns({"x1": rows}, None)
    columns = zip(*rows, strict=True)
    return _of_columns({f"x{number + 1}": list(column) for number, column in enumerate(columns)}, None)


def _of_array(given: Column) -> Table:
    columns = given.reshape(-1, 1) if given.ndim == 1 else given
    return _of_columns({f"x{number + 1}": columns[:, number] for number in range(columns.shape[1])}, None)


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _by_name(rows: Sequence[Mapping[Any, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {str(name): [row.get(name) for row in rows] for name in names}


def _of_columns(columns: Mapping[str, Any], keys: tuple[Hashable, ...] | None) -> Table:
    found = {name: _column(values) for name, values in columns.items()}
    lengths = {len(column) for column, _ in found.values()}
    if len(lengths) > 1:
        raise ValueError("the columns differ in length")
    unread = {name: count for name, (_, count) in found.items() if count}
    return Table({name: column for name, (column, _) in found.items()}, lengths.pop() if lengths else 0, keys, unread)


def _column(values: Any) -> tuple[Column, int]:
    """And how many of its cells could not be read."""
    array = values if isinstance(values, np.ndarray) else None
    if array is None or array.dtype.kind not in "biufM":
        array, unread = _from_objects(list(values))
    else:
        unread = 0
    if array.dtype.kind in "biuf":
        array = array.astype(np.float64)
        sane = np.abs(array) < LARGEST
        return array if sane.all() else np.where(sane, array, np.nan), unread
    return array.astype("datetime64[s]") if array.dtype.kind == "M" else array, unread


def _from_objects(values: list[Any]) -> tuple[Column, int]:
    cells, kind, unread = read(values)
    gap: Any = {"f": np.nan, "M": np.datetime64("NaT")}.get(kind.kind)
    column = np.full(len(cells), gap, dtype=kind)
    told = np.fromiter((cell is not None for cell in cells), bool, len(cells))
    column[told] = [cell for cell in cells if cell is not None]
    return column, unread


def is_key(name: str, column: Column) -> bool:
    """Whether a column only tells rows apart: by its name, or as whole figures that count up and never repeat."""
    if names_rows(name):
        return True
    if column.dtype.kind != "f" or len(column) < 10 or len(np.unique(column[:1000])) < min(len(column), 1000):
        return False
    ordered = np.sort(column[~np.isnan(column)])
    steps = np.diff(ordered)
    counts_up = ordered[-1] - ordered[0] < 2 * len(ordered) or (steps == steps[0]).all()
    return bool((ordered % 1 == 0).all() and (steps > 0).all() and counts_up)


def names_rows(name: str) -> bool:
    """Whether a column is called what keys are called."""
    return bool(_KEY_NAME.fullmatch(re.sub(r"(?<=[a-z])(?=[A-Z])|[\s-]+", "_", name.strip()).lower()))


_KEY_NAME = re.compile(
    r"|(.*_)?(id|uuid|guid|no|nr|ref|key|phone|mobile|tel|zip|zipcode|postcode|e?mail)|index|unnamed.*|row_?(number)?"
    r"|.*(编号|序号|客户号|单号|电话|手机|邮编|邮箱)"
)
