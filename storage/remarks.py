"""What an import has to say about a file: how it was read, what is odd about it, which rows were not taken and why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmbot.reply import Text, several, text, verbatim
from storage.cells import Order
from storage.mapping import Columns

EXAMPLES = 5
Where = list[tuple[int, str]]  # lines of the file, and the cells there that it is about


@dataclass(slots=True)
class Findings:
    """What was odd about the rows: which oddity, with the name that it is about, and where."""

    odd: dict[tuple[str, str], Where] = field(default_factory=lambda: defaultdict(list))
    assumed: int = 0  # amounts without a currency
    placeholder: int = 0

    def note(self, what: str, line: int, cell: str = "", name: str = "") -> None:
        self.odd[what, name].append((line, cell))


def mapping(columns: Columns) -> Text:
    """`Name → name, Mobile → phones`."""
    read = [(columns.headers[at], name) for name, places in columns.at.items() for at in places]
    return several(*(text("import-column", header=header, field=name) for header, name in read))


def oddities(
    findings: Findings, columns: Columns, orders: Mapping[str, Order], currency: str, before: Sequence[int]
) -> Iterator[Text]:
    """`before`: the batches that were this very file."""
    if before:
        yield text("import-before", batch=f"B{before[-1]}")
    if columns.unused:
        yield text("import-unused", columns=several(*map(verbatim, columns.unused)))
    if findings.assumed:
        yield text("import-assumed", count=findings.assumed, currency=currency)
    for name, order in orders.items():
        if order.why in ("zone", "other"):
            first = "day" if order.day_first else "month"
            yield text("import-day-order", column=columns.header(name), first=first, why=order.why)
    for (what, name), where in findings.odd.items():
        yield text("import-odd", what=what, name=name, count=len(where), where=examples(where))


def named(
    placeholder: int, known_as: str, folded: Mapping[tuple[str, str], int], added: Mapping[str, Sequence[str]]
) -> Iterator[Text]:
    """What sales say of customers and products that were only named: found under other names, or added."""
    if placeholder:
        yield text("import-nobody", count=placeholder, customer=known_as)
    for (written, known), times in folded.items():
        yield text("import-folded", written=written, known=known, count=times)
    for what, names in added.items():
        if names:
            shown = several(*map(verbatim, [*names[:EXAMPLES], *(["…"] if len(names) > EXAMPLES else [])]))
            yield text("import-named", kind=what, count=len(names), names=shown)


def refusals(bad: Mapping[str, Where]) -> Iterator[Text]:
    for why, where in bad.items():
        yield text("import-bad", why=why, count=len(where), where=examples(where))


def examples(where: Where) -> Text:
    shown = [text("import-line", line=str(line), cell=_short(cell)) for line, cell in where[:EXAMPLES]]
    return several(*shown, *([verbatim("…")] if len(where) > EXAMPLES else []))


def _short(cell: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in cell).strip()
    plain = plain if len(plain) <= 40 else plain[:39] + "…"
    return f"“{plain}”" if plain else "none"


def summary(kind: str, batch: int, counts: Mapping[str, int], *, dry_run: bool) -> Text:
    """`212 new, 14 same, 3 bad`."""
    told = ("new", "same", *(name for name in ("changed", "bad") if counts[name]))
    said = several(*(text("import-count", what=name, count=str(counts[name])) for name in told))
    return text("import-summary", kind=kind, batch="none" if dry_run else f"B{batch}", counts=said)
