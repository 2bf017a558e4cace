"""The terminal: a line is a message, `[Label]` presses that button of the last reply, `/file PATH` uploads."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, TextIO

from adapters import Take, aligned, in_one_line, printable, read_vcard, rows_of
from crmbot.incoming import Contact, File, Incoming, Place, Press, Sender, key
from crmbot.reply import Card, Chart, Table, several, text, verbatim
from crmbot.sender import Outgoing
from crmbot.words import say

A_DAY = 24 * 3600.0  # seconds
WIDEST = 100  # columns of a table; a wider one is told line by line


def draw(outgoing: Outgoing, files: tuple[str, ...] = ()) -> dict[str, Any]:
    """A reply as one object of `--json`; its chart was written to one of `files`."""
    reply, language = outgoing.reply, outgoing.language
    words = [say(text("again"), language)] if outgoing.repeat else []
    words += [printable(say(reply.text, language)), *_table(reply.table, language), *_alt(reply.chart, language)]
    return {
        "text": "\n".join(words),
        "card": _card(reply.card, language),
        "buttons": [in_one_line(say(button.label, language)) for button in reply.buttons],
        "files": list(files),
    }


def _card(card: Card | None, language: str) -> dict[str, Any] | None:
    if not card:
        return None
    facts = [[in_one_line(say(part, language)) for part in fact] for fact in card.facts]
    return {"title": in_one_line(card.title), "facts": facts}


def _table(table: Table | None, language: str) -> list[str]:
    if not table:
        return []
    rows = rows_of(table, language)
    return aligned(rows, WIDEST) or [" · ".join(row) for row in rows]


def _alt(chart: Chart | None, language: str) -> list[str]:
    return [printable(say(chart.alt, language))] if chart else []


def lines(drawn: dict[str, Any]) -> str:
    """The same for a reader."""
    card = drawn["card"] or {"title": "", "facts": []}
    facts = [f"  {label}: {value}" for label, value in card["facts"]]
    buttons = " ".join(f"[{label}]" for label in drawn["buttons"])
    return "\n".join(filter(None, [drawn["text"], card["title"], *facts, *drawn["files"], buttons]))


class Terminal:
    """`session` keeps the messages of one start apart from those of the next; charts go to `folder`, and stay a day."""

    name = "terminal"
    redraws = False  # what is printed stays
    patience = 5.0  # seconds within which a message is taken in, or put aside

    def __init__(
        self,
        sender: Sender,
        out: TextIO,
        *,
        session: str,
        clock: Callable[[], datetime],
        as_json: bool,
        folder: Path = Path("chat-files"),
    ) -> None:
        self._sender = sender
        self._out = out
        self._session = session
        self._clock = clock
        self._as_json = as_json
        self._folder = folder
        self._buttons: dict[str, tuple[Press, str]] = {}  # the newest of each label, and the reply it is under
        self._labels: list[str] = []  # of the newest reply that had any
        self._language = sender.language
        self._numbers = count(1)

    async def send(self, outgoing: Outgoing) -> str:
        drawn = draw(outgoing, self._written(outgoing))
        self._language = outgoing.language
        if outgoing.place.chat != self._sender.id:  # whoever it is for is not sitting here
            drawn["text"] = f"→ {outgoing.place.chat}: {drawn['text']}"
        for index, label in enumerate(drawn["buttons"]):
            self._buttons[label.casefold()] = Press(outgoing.token, index), str(outgoing.id)
        self._labels = drawn["buttons"] or self._labels
        self._show(drawn)
        return str(outgoing.id)

    async def busy(self, place: Place) -> None:
        """Nothing: whoever types here waits for the answer anyway."""

    async def close(self) -> None:
        self._out.flush()

    async def run(
        self, take: Take, said: AsyncIterable[str] | None = None, page_done: Callable[[], None] | None = None
    ) -> None:
        """Take every line of `said`, or of standard input: ends when it ends."""
        with ExitStack() as stack:
            async for line in said or self._typed(stack):
                if (words := line.strip()) and (incoming := self.receive(words)):
                    await take(incoming)

    def receive(self, words: str) -> Incoming | None:
        """What a line says; nothing, if it names a file that cannot be read."""
        words = words.encode("utf-8", "replace").decode()  # bytes that are no text come as lone surrogates
        if path := re.fullmatch(r"/file\s+(\S.*)", words):
            return self._upload(Path(path[1].strip("'\"")).expanduser())
        if words[0] + words[-1] != "[]":
            return self._incoming(words)
        press, number = self._buttons.get(words[1:-1].strip().casefold(), (None, ""))
        if press is None:
            self._no_button(words)
            return None
        return self._incoming(press, reply_to=number)

    def _no_button(self, label: str) -> None:
        there = several(*(verbatim(f"[{each}]") for each in self._labels)) if self._labels else text("no-buttons")
        words = say(text("no-such-button", label=label, there=there), self._language)
        self._show({"text": words, "card": None, "buttons": [], "files": []})

    def _upload(self, path: Path) -> Incoming | None:
        try:
            data = path.read_bytes()
        except OSError as error:
            self._show({"text": f"{path}: {error.strerror}", "card": None, "buttons": [], "files": []})
            return None
        contact = read_vcard(data) if path.suffix.casefold() == ".vcf" else None
        return self._incoming("", contact=contact, files=() if contact else (File(path.name, data),))

    def _incoming(
        self, said: str | Press, reply_to: str = "", files: tuple[File, ...] = (), contact: Contact | None = None
    ) -> Incoming:
        number = str(next(self._numbers))
        same, place = key("terminal", self._session, number), Place("terminal", self._sender.id)
        return Incoming(same, self._sender, place, self._clock(), said, number, reply_to, "", files, contact)

    def _written(self, outgoing: Outgoing) -> tuple[str, ...]:
        chart, file = outgoing.reply.chart, outgoing.reply.file
        if not (chart or file):
            return ()
        name, data = (chart.name.removesuffix(".png") + ".png", chart.png) if chart else ("", b"")
        name, data = (file.name, file.data) if file else (name, data)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _tidy(self._folder, self._clock())
        begins, end = (re.sub(r"[^\w.-]", "_", each)[:60] for each in (Path(name).stem, Path(name).suffix))
        path = self._folder / f"{begins}-{outgoing.id}{end}"
        path.write_bytes(data)
        return (str(path),)

    def _show(self, drawn: dict[str, Any]) -> None:
        if self._as_json:
            print(json.dumps(drawn, ensure_ascii=False), file=self._out, flush=True)
        elif self._out.isatty():
            _show_richly(drawn, self._out)
        else:
            print(lines(drawn), file=self._out, flush=True)

    def _typed(self, stack: ExitStack) -> AsyncIterator[str]:
        if sys.stdin.isatty() and not self._as_json:
            return self._prompted(stack)
        return _piped()

    async def _prompted(self, stack: ExitStack) -> AsyncIterator[str]:
        """Lines with history and editing; what arrives meanwhile is printed above the one being typed."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.patch_stdout import patch_stdout

        stack.enter_context(patch_stdout(raw=True))
        self._out = sys.stdout
        session: PromptSession[str] = PromptSession()
        while True:
            try:
                yield await session.prompt_async("> ")
            except (EOFError, KeyboardInterrupt):
                return


def _tidy(folder: Path, now: datetime) -> None:
    """What was looked at long ago is of no use."""
    for old in folder.glob("*-[0-9]*.*"):
        with suppress(OSError):
            if old.stat().st_mtime < now.timestamp() - A_DAY:
                old.unlink()


async def _piped() -> AsyncIterator[str]:
    """The lines of standard input, read by a thread that does not hold up the end of the process."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended before the input
            for line in iter(_stdin().readline, ""):
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, "")

    Thread(target=read, daemon=True).start()
    while line := await queue.get():
        yield line


def _stdin() -> TextIO:
    """A reader of our own: Python cannot end while a thread waits in its `sys.stdin`."""
    try:
        return open(sys.stdin.fileno(), encoding="utf-8-sig", errors="replace", closefd=False)
    except OSError:  # no real file, as in tests
        return sys.stdin


def _show_richly(drawn: dict[str, Any], out: TextIO) -> None:
    """Words go in as `Text`: what looks like markup in them stays words."""
    from rich.console import Console, Group
    from rich.panel import Panel
    from rich.text import Text

    console = Console(file=out, highlight=False)
    console.print(Text(drawn["text"]))
    if card := drawn["card"]:
        facts = [Text.assemble((f"{label}: ", "dim"), value) for label, value in card["facts"]]
        console.print(Panel(Group(*facts), title=Text(card["title"], "bold"), title_align="left", expand=False))
    for name in drawn["files"]:
        console.print(Text(name, "underline"))
    if drawn["buttons"]:
        console.print(Text(" ").join(Text(f"[{label}]", "cyan") for label in drawn["buttons"]))
