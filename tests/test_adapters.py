"""Every channel draws every part of a reply within its limits, lets nothing stored act, and reads its buttons back.

A new channel is found by itself; what it shows is read by its function in `SHOWN`.
"""

import importlib
import io
import json
import pkgutil
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import blocks
from servers.blocks import check_message
from servers.telegram import BLANK, people_see

import adapters
from adapters import aligned, printable, read_vcard, terminal
from adapters.terminal import Terminal
from crmbot.incoming import Contact, File, Place, Press, Sender
from crmbot.reply import Button, Card, Chart, Reply, Table, text, verbatim
from crmbot.sender import Outgoing
from crmbot.words import LANGUAGES, say

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
TOKEN = "t" * 43  # as long as secrets.token_urlsafe makes them
AMY = Sender("terminal", "amy", "Amy")


@dataclass(frozen=True)
class Shown:
    """What people see of a reply and may press, and all that travelled to show it."""

    words: str
    buttons: dict[str, str]  # label → payload, where there is one
    raw: str


def on_telegram(outgoing):
    messages = importlib.import_module("adapters.telegram").draw(outgoing)
    texts, buttons = [], {}
    for message in messages:
        seen, entities = people_see(message)
        assert {each["type"] for each in entities} <= {"b", "pre"}, entities
        assert not re.search(r"(?<!\w)@\w", seen), "a live mention"
        texts.append(seen)
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            buttons |= {each["text"]: each["callback_data"] for each in row}
    return Shown("\n".join(texts), buttons, json.dumps(messages, default=repr))


def on_terminal(outgoing):
    out = io.StringIO()
    drawn = terminal.draw(outgoing, ("chart.png",) if outgoing.reply.chart else ())
    assert set(drawn) == {"text", "card", "buttons", "files"}
    out.write(terminal.lines(drawn))
    buttons = {label: Press(outgoing.token, index).payload for index, label in enumerate(drawn["buttons"])}
    return Shown(out.getvalue(), buttons, json.dumps(drawn))


def on_slack(outgoing):
    messages = importlib.import_module("adapters.slack").draw(outgoing, picture="F1")
    texts, buttons = [], {}
    for message in messages:
        check_message(message)
        seen, live = blocks.people_see(message)
        assert not live, live
        texts.append(seen)
        buttons |= blocks.buttons_of(message)
    return Shown("\n".join(texts), buttons, json.dumps(messages))


SHOWN = {"telegram": on_telegram, "terminal": on_terminal, "slack": on_slack}
FOUND = [each.name for each in pkgutil.iter_modules(adapters.__path__) if not each.name.startswith("_")]
CHANNELS = [each for each in FOUND if hasattr(importlib.import_module(f"adapters.{each}"), "draw")]
# characters that move, hide or turn what is shown; people cannot see them and no channel may pass them on
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

PNG = b"\x89PNG"
REPLY = Reply(
    text("noun", kind="deal"),
    card=Card("D1", "D1 · Acme", ((text("noun", kind="customer"), verbatim("Acme")),)),
    table=Table((text("noun", kind="deal"), verbatim("Sum")), ((verbatim("D1"), verbatim("$30,000")),)),
    chart=Chart("forecast", PNG, verbatim("A line that rises")),
    buttons=(
        Button(text("noun", kind="deal"), "deal.secret-intent", {"ref": "secret-slot"}),
        Button(verbatim("Undo"), "undo", {}),
    ),
)
KINDS = {
    "text": lambda words: Reply(words),
    "card title": lambda words: Reply(text("noun", kind="deal"), card=Card("D1", say(words, "en"))),
    "card facts": lambda words: Reply(text("noun", kind="deal"), card=Card("D1", "D1", ((words, words),) * 12)),
    "table": lambda words: Reply(text("noun", kind="deal"), table=Table((words, words), ((words, words),) * 9)),
    "chart": lambda words: Reply(text("noun", kind="deal"), chart=Chart(say(words, "en"), PNG, words)),
    "chart with words": lambda words: Reply(words, chart=Chart("forecast", PNG, words)),
    "buttons": lambda words: Reply(text("noun", kind="deal"), buttons=(Button(words, "undo", {}),) * 3),
    "all": lambda words: replace(REPLY, text=words),
}
WAYS = {"new": {}, "repeat": {"repeat": True}, "edit": {"edits": "5"}, "answer": {"answers": "5"}}

HOSTILE = (
    "<b>bold</b>", "</b>", "<b>", "<a href='https://evil.example'>Acme</a>", "<script>alert(1)</script>", "<!channel>",
    "<!here|x>", "<@U1>", "<https://evil.example|Acme>", "&lt;b&gt;", "&amp;", "&#60;b&#62;", "<tg-spoiler>x", "<pre>",
    "</pre><b>", "<code>x</code>", "< >", "1 < 2 > 0 & 3", "*bold* _it_ ~no~ `code`", "[Acme](https://evil.example)",
    "[Undo]", "```\nx\n```", "@everyone @channel", "@amy, @bob_1", "mail @here now", "#deal $ACME",
    "\u202eemca\u202c", "\u2066x\u2069\u2067y", "a\u200b\u200db\u2060c", "\u200b", "\u2800\u3164", " \n\t ", "",
    "\x00", "Ac\x00me", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "a\rb\x08c", "line\nAmount: $1\nline",
    "\ud800", "Acme \udfff Ltd", "👩\u200d👩\u200d👧" * 1400, "🙂" * 4097, "e\u0301" * 5000, "华" * 9000, "D" * 9000,
    "word " * 2000, "x\n" * 5000, "'; DROP TABLE deal; --", "=HYPERLINK(\"https://evil.example\")", "{{7*7}} ${7*7}",
    "%s %(x)s {0} {x}", "../../etc/passwd", "\ufeffAcme\ufeff", "\\u003cb\\u003e",
)  # fmt: skip


def outgoing(channel, reply, language="en", **more):
    return Outgoing(1, TOKEN, Place(channel, "7"), reply, language, **more)


def shown(channel, reply, language="en", **more):
    assert channel in SHOWN, f"say in SHOWN how a test sees what {channel} shows"
    return SHOWN[channel](outgoing(channel, reply, language, **more))


def legible(words):
    """Words as one compares them: without what is not seen."""
    return "".join(each for each in printable(words) if each not in BLANK)


def test_fifty_hostile_texts():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 50


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_part_is_drawn_in_the_readers_language(channel, language):
    seen = shown(channel, REPLY, language, repeat=True)
    facts, table = REPLY.card.facts[0], [*REPLY.table.columns, *REPLY.table.rows[0]]
    for part in (text("again"), REPLY.text, verbatim(REPLY.card.title), *facts, *table, REPLY.chart.alt):
        assert legible(say(part, language)) in legible(seen.words)
    assert list(seen.buttons) == [say(button.label, language) for button in REPLY.buttons]


@pytest.mark.parametrize("channel", CHANNELS)
def test_only_a_repeat_says_so(channel):
    assert say(text("again"), "en") not in shown(channel, REPLY).words


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_hostile_acts_or_is_refused(channel, kind, language, way):
    for words in HOSTILE:
        seen = shown(channel, kind(verbatim(words)), language, **way)
        assert not ACTING.search(seen.words + "".join(seen.buttons)), ascii(words[:40])


@pytest.mark.parametrize("kind", ["text", "card title", "card facts", "table", "chart with words"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_hostile_words_are_still_to_be_read(channel, kind):
    for words in HOSTILE:
        assert legible(words)[:30] in legible(shown(channel, KINDS[kind](verbatim(words))).words), ascii(words[:40])


@given(words=st.text(st.characters(), max_size=300), times=st.integers(1, 40))
def test_any_words_at_all_can_be_shown(words, times):
    for channel in CHANNELS:
        for kind in KINDS.values():
            assert not ACTING.search(shown(channel, kind(verbatim(words * times))).words)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_fact_cannot_pose_as_another(channel):
    fact = verbatim("Ltd\nAmount: $1")
    for reply in (
        Reply(text("noun", kind="deal"), card=Card("D1", "Acme", ((verbatim("Name"), fact),))),
        Reply(text("noun", kind="deal"), table=Table((verbatim("Name"),), ((fact,),))),
    ):
        assert not re.search(r"^\s*Amount", shown(channel, reply).words, re.M)


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_drawn_tells_nothing_of_what_a_button_does(channel):
    assert "secret" not in shown(channel, REPLY).raw


@pytest.mark.parametrize("count", [1, 5, 100, 150])
@pytest.mark.parametrize(
    "label", ["{}", "Won {}", "Mark this deal as won {}", "记为赢单并通知所有人 {}", "🙂" * 99 + "{}"]
)
@pytest.mark.parametrize("channel", CHANNELS)
def test_buttons_are_read_back_as_what_they_are(channel, label, count):
    buttons = tuple(Button(verbatim(label.format(number)), "undo", {}) for number in range(count))
    payloads = shown(channel, Reply(text("noun", kind="deal"), buttons=buttons)).buttons.values()
    read = [Press.read(payload) for payload in payloads]
    expected = [Press(TOKEN, index) for index in range(count)]
    assert read == expected[: len(read)] if "🙂" not in label else read
    assert all(len(payload.encode()) <= 64 for payload in payloads)


# --- one channel alone


def test_telegram_shows_few_buttons_in_a_row():
    draw = importlib.import_module("adapters.telegram").draw

    def rows(*labels):
        buttons = tuple(Button(verbatim(label), "undo", {}) for label in labels)
        [message] = draw(outgoing("telegram", Reply(text("noun", kind="deal"), buttons=buttons)))
        return [[each["text"] for each in row] for row in message["reply_markup"]["inline_keyboard"]]

    assert rows("Won", "Lost", "Move", "Undo") == [["Won", "Lost", "Move"], ["Undo"]]
    assert rows("Won", "A label that is much too long", "Undo") == [
        ["Won"],
        ["A label that is much too long"],
        ["Undo"],
    ]
    assert rows("1", "2", "3", "4", "5", "No") == [["1", "2", "3", "4", "5"], ["No"]]


def test_a_telegram_press_is_read_as_its_button_and_twice_is_the_same():
    channel = importlib.import_module("adapters.telegram")
    [first, second] = shown("telegram", REPLY).buttons.values()

    def pressed(data, id="q"):
        user = {"id": 7, "is_bot": False, "first_name": "Amy", "language_code": "zh-hans"}
        message = {"message_id": 1, "date": 1740992400, "chat": {"id": 7, "type": "private"}, "text": "x"}
        query = {"id": id, "from": user, "chat_instance": "1", "data": data, "message": message}
        return channel.receive({"update_id": 1, "callback_query": query}, "42")

    assert pressed(second).said == Press(TOKEN, 1)
    assert pressed(first) == pressed(first)
    assert len({pressed(first).key, pressed(second).key, pressed(first, "r").key}) == 3


class Screen(io.StringIO):
    def __init__(self, tty=False):
        super().__init__()
        self._tty = tty

    def isatty(self):
        return self._tty


def at_terminal(as_json=False, tty=False, **more):
    screen = Screen(tty)
    return Terminal(AMY, screen, session="s", clock=lambda: NOW, as_json=as_json, **more), screen


async def said_at(terminal, *lines):
    async def typed():
        for line in lines:
            yield line + "\n"

    taken = []

    async def take(incoming):
        taken.append(incoming)

    await terminal.run(take, typed())
    return taken


async def test_lines_at_the_terminal_are_messages_with_keys_of_their_own():
    terminal, _ = at_terminal()
    first, second = await said_at(terminal, "new deal Acme", "  ", "won")
    assert (first.said, second.said) == ("new deal Acme", "won")
    assert first.key != second.key
    assert (first.sender, first.place, first.at) == (AMY, Place("terminal", "amy"), NOW)


async def test_a_label_at_the_terminal_presses_the_newest_button_of_that_name():
    terminal, screen = at_terminal()
    for id, token in ((1, "old"), (2, "new")):
        await terminal.send(replace(outgoing("terminal", REPLY), id=id, token=token))
    await terminal.send(replace(outgoing("terminal", Reply(text("noun", kind="deal"))), id=3))
    [pressed, again] = await said_at(terminal, "[Undo]", "[No such button]", "[ undo ]")
    assert (pressed.said, pressed.reply_to) == (Press("new", 1), "2")
    assert again.said == pressed.said
    assert screen.getvalue().endswith("There is no button [No such button]. There are: [deal], [Undo]\n")


async def test_what_is_for_somebody_else_says_so_at_the_terminal():
    terminal, screen = at_terminal()
    told = outgoing("terminal", Reply(verbatim("Ann has exported all.")))
    await terminal.send(replace(told, place=Place("terminal", "bob")))
    assert screen.getvalue() == "→ bob: Ann has exported all.\n"


async def test_a_file_at_the_terminal_is_uploaded(tmp_path):
    (tmp_path / "deals of May.csv").write_bytes(b"title\nAcme")
    (tmp_path / "wei.vcf").write_text("BEGIN:VCARD\nVERSION:3.0\nFN:Wei Li\nTEL:+86 138\nEND:VCARD\n")
    terminal, screen = at_terminal()
    paths = [f"/file {tmp_path}/deals of May.csv", f"/file {tmp_path}/wei.vcf", f"/file {tmp_path}/none.csv"]
    file, card = await said_at(terminal, *paths)
    assert file.files == (File("deals of May.csv", b"title\nAcme"),)
    assert (card.contact, card.files) == (Contact("Wei Li", ("+86 138",)), ())
    assert "none.csv: No such file" in screen.getvalue()


async def test_json_at_the_terminal_is_one_object_a_reply_and_the_chart_a_file(tmp_path):
    terminal, screen = at_terminal(as_json=True, folder=tmp_path)
    told = outgoing("terminal", replace(REPLY, text=verbatim("two\nlines")))
    await terminal.send(replace(told, place=Place("terminal", "amy")))
    [line] = screen.getvalue().splitlines()
    told = json.loads(line)
    [path] = told.pop("files")
    assert (tmp_path / path).read_bytes() == PNG
    assert told == {
        "text": "two\nlines\ndeal      Sum\nD1    $30,000\nA line that rises",
        "card": {"title": "D1 · Acme", "facts": [["customer", "Acme"]]},
        "buttons": ["deal", "Undo"],
    }


async def test_a_chart_at_the_terminal_stays_in_its_folder(tmp_path):
    terminal, _ = at_terminal(as_json=True, folder=tmp_path)
    await terminal.send(outgoing("terminal", replace(REPLY, chart=Chart("../../x/\x00y", PNG, verbatim("x")))))
    assert [each.parent for each in tmp_path.rglob("*")] == [tmp_path]


@pytest.mark.parametrize("words", HOSTILE)
async def test_a_rich_terminal_shows_words_as_words(words):
    terminal, screen = at_terminal(tty=True)
    await terminal.send(outgoing("terminal", replace(REPLY, text=verbatim(words), chart=None)))
    seen = re.sub(r"\x1b\[[\d;]*m", "", screen.getvalue())
    assert not ACTING.search(seen)
    assert legible(words)[:30] in legible(seen)


def test_columns_stand_one_under_the_other_and_figures_to_the_right():
    rows = [["Deal", "Sum"], ["腾讯", "¥80,000"], ["Acme", "$3"]]
    assert aligned(rows, 40) == ["Deal      Sum", "腾讯  ¥80,000", "Acme       $3"]
    assert aligned(rows, 10) is None


@pytest.mark.parametrize("card", [b"", b"x" * 70_000, b"BEGIN:VCARD\n", "BEGIN:VCARD\nTEL:1\n", b"\xff" * 99])
def test_a_damaged_card_is_none(card):
    assert read_vcard(card) is None


@given(st.binary(max_size=200))
def test_no_card_breaks_the_reader(data):
    read_vcard(b"BEGIN:VCARD\nVERSION:3.0\n" + data + b"\nEND:VCARD\n")
