"""Replies as Block Kit, within Slack's limits.

What is stored stands in plain text and in text nodes of rich text only: Slack reads no markup there, so nothing in it
can mention, link or pose as ours.
"""

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters import BLANK, aligned, cut, head, in_one_line, printable, rows_of, units
from crmbot.incoming import Press
from crmbot.reply import Button, Card, Reply, Table, text
from crmbot.sender import Outgoing
from crmbot.words import say

Block = dict[str, Any]
RECORDS = ("verbatim", "task-line")  # what the labels of buttons are that show a record

# What Slack allows; the last two are in no manual
SECTION, HEADER, BUTTON, ALT, BLOCKS, IN_A_BLOCK = 3000, 150, 75, 2000, 50, 25
ALL, PREFORMATTED = 12_000, 3000
# What reads well on a phone
LABEL, VALUE, PHONE, NOTIFICATION, MOST_MESSAGES, MOST_BUTTONS, MOST_LINES = 60, 300, 34, 1000, 5, 100, 20


def draw(outgoing: Outgoing, *, picture: str = "", begun: int = 0) -> list[Block]:
    """A reply as the arguments of `chat.postMessage`: nearly always one message.

    `picture`: Slack's id of its chart, once that is there. `begun`: how many of several messages have arrived for
    certain, so that a repeat is marked on the next.
    """
    reply, language = outgoing.reply, outgoing.language
    blocks = [
        *_sentence(reply, language),
        *_card(reply.card, language),
        *_table(reply.table, language),
        *_picture(reply, picture, language),
        *_buttons(outgoing, reply.buttons),
    ]
    messages = _packed(blocks)
    if outgoing.repeat and not outgoing.edits and begun < len(messages):  # an edit cannot be there twice
        messages[begun].insert(0, _plain(say(text("again"), language)))
    first, *others = (_fallback(reply, language), *["…"] * (len(messages) - 1))
    return [{"text": words, "blocks": each} for words, each in zip((first, *others), messages, strict=True)]


def _fallback(reply: Reply, language: str) -> str:
    """What notifications and screen readers say; here Slack does read markup, so it is escaped."""
    words = in_one_line(say(reply.text, language))
    if reply.card and reply.card.title.strip(BLANK):
        words = f"{words} · {in_one_line(reply.card.title)}"
    words = html.escape(cut(words, NOTIFICATION), quote=False)
    return words if words.strip(BLANK) else "…"


def _sentence(reply: Reply, language: str) -> Iterator[Block]:
    words = printable(say(reply.text, language)).strip(BLANK)
    pieces = list(_pieces(words or "…", SECTION))
    most = MOST_MESSAGES * (ALL // SECTION) - 1
    yield from map(_plain, pieces[:most])
    if len(pieces) > most:
        yield _plain("…")


def _pieces(words: str, longest: int) -> Iterator[str]:
    """Broken at line ends where that is possible; none is blank, for Slack refuses those."""
    while words:
        piece = head(words, longest)
        if len(piece) < len(words) and (end := piece.rfind("\n")) > 0:
            piece = piece[:end]
        words = words[len(piece) :].lstrip("\n")
        if piece.strip(BLANK):
            yield piece


def _card(card: Card | None, language: str) -> Iterator[Block]:
    if not card:
        return
    if title := cut(in_one_line(card.title), HEADER).strip(BLANK):
        yield {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    colon = "：" if language == "zh" else ": "
    leaves: list[Block] = []
    for label, value in card.facts:
        said = cut(in_one_line(say(value, language)), VALUE)
        leaves += [_bold(cut(in_one_line(say(label, language)), LABEL) + colon), _leaf(said + "\n")]
    if leaves:
        yield _rich("rich_text_section", leaves)


def _table(table: Table | None, language: str) -> Iterator[Block]:
    """Aligned if that fits a phone; else one line a row, which a phone can wrap."""
    if not table:
        return
    rows = rows_of(table, language)
    if fitting := aligned(rows, PHONE):
        yield from (
            _rich("rich_text_preformatted", [_leaf(each)]) for each in _pieces("\n".join(fitting), PREFORMATTED)
        )
        return
    heads, *rest = [" · ".join(cut(cell, VALUE) for cell in row) for row in rows]
    lines = [_bold(heads + "\n"), *(_leaf(row + "\n") for row in rest)]
    yield from (_rich("rich_text_section", list(few)) for few in _few(lines, PREFORMATTED))


def _few(leaves: Iterable[Block], longest: int) -> Iterator[list[Block]]:
    held: list[Block] = []
    for leaf in leaves:
        if held and sum(units(each["text"]) for each in (*held, leaf)) > longest:
            yield held
            held = []
        held.append(leaf)
    if held:
        yield held


def _picture(reply: Reply, file: str, language: str) -> Iterator[Block]:
    if reply.chart:
        alt = cut(printable(say(reply.chart.alt, language)), ALT)
        alt = alt if alt.strip(BLANK) else "…"
        if alt not in printable(say(reply.text, language)):
            yield _plain(alt)
        yield {"type": "image", "slack_file": {"id": file}, "alt_text": alt}


def _buttons(outgoing: Outgoing, buttons: Sequence[Button]) -> Iterator[Block]:
    elements = [
        button(Press(outgoing.token, index).payload, say(each.label, outgoing.language))
        for index, each in enumerate(buttons[:MOST_BUTTONS])
    ]
    listed = [each.label.id in RECORDS for each in buttons[:MOST_BUTTONS]]  # one a line, like a list
    if sum(listed) > MOST_LINES:
        listed = [False] * len(elements)
    together: list[Block] = []
    for element, alone in zip(elements, listed, strict=True):
        if together and (alone or len(together) == IN_A_BLOCK):
            yield {"type": "actions", "elements": together}
            together = []
        if alone:
            yield {"type": "actions", "elements": [element]}
        else:
            together.append(element)
    if together:
        yield {"type": "actions", "elements": together}


def button(payload: str, label: str) -> Block:
    label = cut(in_one_line(label), BUTTON)
    shown = {"type": "plain_text", "text": label if label.strip(BLANK) else "…", "emoji": False}
    return {"type": "button", "action_id": payload, "text": shown}


def _packed(blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks in as few messages as hold them; room is kept for the mark of a repeat."""
    messages: list[list[Block]] = [[]]
    room = ALL
    for block in blocks:
        need = _size(block)
        if messages[-1] and (need > room or len(messages[-1]) > BLOCKS - 2):
            messages.append([])
            room = ALL
        messages[-1].append(block)
        room -= need
    return messages


def _size(block: Block) -> int:
    match block["type"]:
        case "section" | "header":
            return units(block["text"]["text"])
        case "actions":
            return sum(units(each["text"]["text"]) for each in block["elements"])
        case "rich_text":
            return sum(units(leaf["text"]) for part in block["elements"] for leaf in part["elements"])
    return ALT


def _plain(words: str) -> Block:
    return {"type": "section", "text": {"type": "plain_text", "text": words, "emoji": False}}


def _rich(kind: str, leaves: list[Block]) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": leaves}]}


def _leaf(words: str) -> Block:
    return {"type": "text", "text": words}


def _bold(words: str) -> Block:
    return _leaf(words) | {"style": {"bold": True}}
