"""Which column of a file is which field: headers of either language, and those of other CRMs' exports."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from crmbot.errors import BadInput
from crmbot.money import ISO

SEVERAL = frozenset({"phones", "emails", "tags"})  # fields that take every column that fits

KINDS = ("customers", "products", "deals", "orders", "tickets", "surveys", "tasks", "interactions", "campaigns")
NEEDED = {"customers": ("name", "first", "last", "company"), "products": ("name",)}
NEEDED |= {"deals": ("customer", "title", "id", "amount"), "orders": ("amount", "product")}
NEEDED |= {"tickets": ("subject", "note"), "surveys": ("score",), "tasks": ("subject",)}
NEEDED |= {"interactions": ("text",), "campaigns": ("title",)}
# What a file whose kind nobody has said must tell: of each group of fields one.
TELLS = {
    "customers": (("name", "first", "last", "company"), ("phones", "emails")),
    "deals": (("customer", "title"), ("stage", "close_date")),
    "products": (("name",), ("price",)),
    "orders": (("customer", "customer_id"), ("amount",), ("product", "at")),
    "tickets": (("subject", "note"), ("customer", "email"), ("status", "priority")),
    "tasks": (("subject",), ("due",)),
    "interactions": (("customer",), ("text",), ("when", "kind")),
    "campaigns": (("title",), ("budget",), ("category", "channel", "starts")),
}
ABOVE = frozenset({"parent account", "subsidiary of", "parent", "parent company", "上级公司", "母公司"})


@dataclass(frozen=True, slots=True)
class Preset:
    """Another CRM's export, told by headers that only it has, and what its headers mean where that is not plain."""

    vendor: str
    meant: Mapping[str, str]


@cache
def tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def words(table: str) -> dict[str, str]:
    """A table such as `won = ["signed", …]` turned round: every word, and what it stands for."""
    return {word: meant for meant, listed in tables()[table].items() for word in listed}


@dataclass(slots=True)
class Columns:
    """Where each field stands in a row, and what the headers said besides."""

    at: dict[str, list[int]]
    unused: list[str]
    headers: Sequence[str]
    vendor: str = ""
    currency: str = ""
    scale: Decimal = Decimal(1)
    organisations: bool = False  # the names are companies', by their header

    def cells(self, row: Sequence[str]) -> dict[str, list[str]]:
        """What a row says of each field, empty cells left out."""
        said = {}
        for name, places in self.at.items():
            found = [text for at in places if at < len(row) and (text := row[at].strip())]
            if found:
                said[name] = found
        return said

    def header(self, name: str) -> str:
        return self.headers[self.at[name][0]]


def columns_of(kind: str, headers: Sequence[str]) -> Columns:
    """Raises `BadInput` for a kind that cannot be imported or headers that tell nothing."""
    known = [plain_header(header) for header in headers]
    preset = _preset(kind, frozenset(known))
    columns = Columns({}, [], headers, preset.vendor if preset else "")
    fields = tables()[kind]
    for name in fields:
        if found := _places(name, known, fields, preset.meant if preset else {}, columns.at):
            columns.at[name] = found
    if kind == "customers":
        _tell_companies_from_people(columns, known)
    taken = {at for places in columns.at.values() for at in places}
    columns.unused = [header or f"column {at + 1}" for at, header in enumerate(headers) if at not in taken]
    for at in [place for name in ("amount", "price", "budget") for place in columns.at.get(name, [])]:
        _read_unit(columns, headers[at])
    if not any(name in columns.at for name in NEEDED[kind]):
        listed = ", ".join(header for header in headers if header)[:200]
        raise BadInput(f"no column of this file says what {kind} need; its headers are: {listed}")
    return columns


def likely_kinds(headers: Sequence[str]) -> list[str]:
    """What a file may hold by its headers, the kind that most of them fit first; often none."""
    found = []
    for kind, groups in TELLS.items():
        try:
            columns = columns_of(kind, headers)
        except BadInput:
            continue
        listed = columns.organisations and "tags" in columns.at  # accounts and their sectors, without contacts
        if listed or all(any(name in columns.at for name in group) for group in groups):
            found.append((len(columns.unused), kind))
    return [kind for _, kind in sorted(found, key=lambda each: each[0])]


def known_kind(kind: str) -> None:
    if kind not in KINDS:
        raise BadInput(f"{kind} cannot be imported: say one of {', '.join(KINDS)}")


def _places(
    name: str,
    known: Sequence[str],
    fields: Mapping[str, Sequence[str]],
    meant: Mapping[str, str],
    taken: Mapping[str, list[int]],
) -> list[int]:
    """The columns of a field: the one whose header is the likeliest word for it, of some fields all that fit."""
    used = {at for places in taken.values() for at in places}
    fitting = [at for at, header in enumerate(known) if meant.get(header) == name]
    for word in fields[name]:
        fitting += [at for at, header in enumerate(known) if header == word and header not in meant]
    fitting = [at for at in dict.fromkeys(fitting) if at not in used]
    return fitting if name in SEVERAL else fitting[:1]


def _tell_companies_from_people(columns: Columns, known: Sequence[str]) -> None:
    """ "Account" names the record itself unless a person's name stands beside it."""
    if not columns.at.keys() & {"name", "first", "last"} and "company" in columns.at:
        columns.at["name"] = columns.at.pop("company")
        columns.organisations = True
        if above := [at for at, header in enumerate(known) if header in ABOVE and at not in columns.at["name"]]:
            columns.at["company"] = above[:1]


def _preset(kind: str, known: frozenset[str]) -> Preset | None:
    """Of those with a set of signs that is all there, the one with the largest."""
    presets = tables()["presets"].get(kind, [])
    fitting = [(len(signs), preset) for preset in presets for signs in preset["signs"] if known.issuperset(signs)]
    if not fitting:
        return None
    best = max(fitting, key=lambda each: int(each[0]))[1]
    return Preset(best["vendor"], best.get("meant", {}))


def _read_unit(columns: Columns, header: str) -> None:
    """`Amount (USD)`, 金额（万元）: what stands in brackets counts."""
    found = re.search(r"\(([^)]*)\)\s*$", unicodedata.normalize("NFKC", header))
    unit = found[1].strip() if found else ""
    if unit.upper() in ISO:
        columns.currency = unit.upper()
    elif unit.endswith("元") and unit.casefold() in tables()["scales"]:
        columns.currency = "CNY"
    columns.scale = Decimal(tables()["scales"].get(unit.casefold(), 1))


def plain_header(header: str) -> str:
    """`Est. Close Date`, `close_date`, `CloseDate` and `金额（元）`: words in small letters, no brackets at the end."""
    plain = unicodedata.normalize("NFKC", header)
    if " " not in plain:
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    plain = re.sub(r"(?<=.)\([^)]*\)\s*$", "", plain.casefold())
    return re.sub(r"[\W_]+", " ", plain).strip()
