"""One file for each channel: its messages in, our replies out. Nothing about customers; what all need is here."""

import re
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence

from crmbot.incoming import Contact, Incoming
from crmbot.reply import Table
from crmbot.sender import Outgoing
from crmbot.words import say

# python-telegram-bot loads httpx, and that its own command line with all of rich: 7 MB that no bot needs
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None there means: not to be had

Take = Callable[[Incoming], Awaitable[Sequence[Outgoing]]]  # comes back with the replies, once they are committed
LONGEST_CARD = 64_000  # bytes of a contact card; more than that is a photo, or an attack
# control characters steer terminals, bidi controls turn what follows around, lone surrogates cannot be sent at all
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# what platforms take for nothing: white space and characters that do not show
BLANK = " \t\n\x0b\x0c\u00a0\u00ad\u061c\u180e\u2800\u3000\u3164\ufeff" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070)])
)
_NUMBER = re.compile(r"[A-Z]{0,3}[^\w\s]*\d[\d.,\s]*[%\w]{0,3}")


class Deaf(Exception):
    """Nothing was heard from a platform for so long that a new process is the better try."""


def printable(words: str) -> str:
    """Stored text without what could act where it is shown; line ends and tabs stay."""
    if words.isprintable():  # nearly always, and told in a tenth of the time
        return words
    return _UNPRINTABLE.sub("", words.replace("\r\n", "\n"))


def in_one_line(words: str) -> str:
    return " ".join(printable(words).split())


def units(words: str) -> int:
    """The length in UTF-16, which is never less than what a platform counts."""
    return len(words) if words.isascii() else len(words.encode("utf-16-le")) // 2


def head(words: str, longest: int) -> str:
    return words.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore")


def cut(words: str, longest: int) -> str:
    return words if units(words) <= longest else head(words, longest - 1) + "…"


def toast_of(incoming: Incoming, replies: Iterable[Outgoing], longest: int) -> str:
    """What a press came to, in one line: the first of what is answered where it was pressed."""
    said = (say(each.reply.text, each.language) for each in replies if each.place == incoming.place)
    return cut(in_one_line(next(said, "").partition("\n")[0]), longest)


def rows_of(table: Table, language: str) -> list[list[str]]:
    """The heads and then the rows, in words."""
    return [[in_one_line(say(cell, language)) for cell in row] for row in (table.columns, *table.rows)]


def aligned(rows: list[list[str]], widest: int) -> list[str] | None:
    """Columns one under the other, figures to the right; nothing if that is wider than `widest`."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(width, column)) for column in columns]
    if sum(widths) + 2 * (len(widths) - 1) > widest:
        return None
    right = [bool(place) and _are_figures(column[1:]) for place, column in enumerate(columns)]
    return ["  ".join(map(_padded, row, widths, right)).rstrip() for row in rows]


def _are_figures(cells: Iterable[str]) -> bool:
    return all(not cell or _NUMBER.fullmatch(cell) for cell in cells)


def _padded(cell: str, wanted: int, right: bool) -> str:
    space = " " * (wanted - width(cell))
    return space + cell if right else cell + space


def width(words: str) -> int:
    """Columns of a fixed-width font: Chinese characters take two, marks that sit on others none."""
    if words.isascii():
        return len(words)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in words)
    return len(words) + wide - sum(unicodedata.combining(each) > 0 for each in words)


def read_vcard(data: bytes | str) -> Contact | None:
    """The person on a contact card (vCard 2.1 to 4); nothing if it is none, or holds several."""
    import vobject  # only when a card comes: most messages are words

    words = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    if len(words) > LONGEST_CARD:
        return None
    try:
        [card] = vobject.readComponents(words)
        told = {
            name: [each.value for each in card.contents.get(name, [])] for name in ("fn", "n", "tel", "email", "org")
        }
    except Exception:  # on a damaged card the library raises whatever its line of code happens to raise
        return None
    name = next(iter(told["fn"] + told["n"]), "")
    company = told["org"][0] if told["org"] else ""
    return Contact(
        in_one_line(str(name)),
        tuple(in_one_line(str(each)).removeprefix("tel:") for each in told["tel"]),
        tuple(in_one_line(str(each)) for each in told["email"]),
        in_one_line(company[0] if isinstance(company, list) else str(company)),
    )
