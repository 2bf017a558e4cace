"""Every conversation in `dialogues/` goes as written. To accept new wording: `pytest --rewrite`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Chat

from crmbot.people import Role
from crmbot.words import say

LINE = re.compile(r"(?P<who>\w+)(?: \((?P<role>\w+)(?:, (?P<language>\w+))?\))?: (?P<said>.+)")
FILES = sorted((Path(__file__).parent / "dialogues").glob("*.chat"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dialogue(path, chat, request):
    written = path.read_text("utf-8").splitlines()
    spoken = list(perform(written, chat))
    if request.config.getoption("--rewrite"):
        path.write_text("\n".join(spoken) + "\n", "utf-8")
    assert spoken == written


def perform(lines, chat, shown=None) -> Iterator[str]:
    """Say every line of a person; a `bot:` line is replaced by what the bot answered: as `shown` tells it."""
    shown = shown or drawn
    people: dict[str, Chat] = {}
    speaker = None
    for line in lines:
        match = LINE.fullmatch(line)
        if match and match["who"] == "bot":
            yield "bot: " + shown(speaker)
            continue
        yield line
        if match and not line.startswith("#"):
            if match["role"]:
                role = None if match["role"] == "stranger" else Role(match["role"])
                people[match["who"]] = chat(match["who"], role, match["language"] or "en")
            speaker = people[match["who"]]
            said = match["said"]
            if said.startswith("["):
                speaker.press(said[1:-1])
            elif said.startswith("(edits)"):
                speaker.say(said.removeprefix("(edits)").strip(), edited_of=speaker.said)
            else:
                speaker.say(said)


def drawn(speaker: Chat) -> str:
    """One line: the words, the facts of the card in parentheses, the buttons in brackets."""
    reply, language = speaker.last.reply, speaker.last.language
    words = say(reply.text, language).replace("\n", " / ")
    facts = [f"({label}: {value})" for label, value in speaker.facts.items()] if reply.card else []
    return " ".join([words, *facts, *(f"[{label}]" for label in speaker.labels)])
