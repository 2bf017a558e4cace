"""What the bot posts on Slack, for the pictures of the README: `python tests/screens.py`, then see docs/draw_blocks.py.

A day with it, over the fake Slack and through the real adapter; each file in docs/screens is a list of what is drawn.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from conftest import KEY  # noqa: E402  # found beside this file
from draw_blocks import draw  # noqa: E402
from servers.blocks import buttons_of  # noqa: E402
from servers.slack import held  # noqa: E402
from test_parity import OnSlack, World, until  # noqa: E402

from crmbot.people import Role  # noqa: E402
from storage import open_database  # noqa: E402


class Workspace(OnSlack):
    """Its channels too."""

    def _note(self, message: dict) -> None:
        if message["channel"].startswith("D"):
            super()._note(message)


@dataclass
class Day:
    """Amy's and Li's, and what was drawn of it so far."""

    world: World

    def __post_init__(self) -> None:
        self.slack = self.world.channel
        self.amy = self.world.open_chat("amy", Role.OWNER, "en")
        self.li = self.world.open_chat("li", Role.REP, "zh")

    def says(self, person, words: str) -> list[dict]:
        before = len(self.slack.sent)
        person.say(words)
        return [{"by": person.who.title(), "said": words}, *self.slack.sent[before:]]

    def mentions(self, words: str, **more) -> tuple[dict, list[dict]]:
        """In the channel, and what is answered there."""

        async def done():
            said = self.slack.mentions(words, "UAMY", **more)
            await until(lambda: not self.slack.under_way)
            return said

        before = len(self.slack.sent)
        said = self.world.wait(done())
        there = [each for each in self.slack.sent[before:] if each["channel"] == "C1"]
        return said, [{"by": "Amy", "said": f"@crm {words}", "where": "#sales"}, *there]

    def does(self, doing) -> object:
        async def done():
            told = doing()
            await until(lambda: not self.slack.under_way)
            return told

        return self.world.wait(done())


def cards(day: Day) -> list[dict]:
    return [
        *day.says(day.amy, "new deal Acme 30k, close end of march"),
        *day.says(day.amy, "called Ann at Hooli, wants a quote by Friday"),
        *day.says(day.li, "新建商机 腾讯 8万"),
        *day.says(day.amy, "remind me today at 3pm to send Acme the contract"),
        *day.says(day.amy, "my open deals"),
        *day.says(day.amy, "open a ticket for Hooli: invoices show the wrong VAT"),
    ]


def thread(day: Day) -> list[dict]:
    """A deal in a channel, changed from elsewhere: the post shows how it stands, its thread what happened."""
    day.mentions("/link")
    asked, shown = day.mentions("new deal Birch Foods 12k, close 18 december")
    before = len(day.slack.sent)
    day.says(day.amy, "move D3 to proposal")
    day.says(day.amy, "won D3")
    ts = shown[1]["ts"]
    post = day.slack.messages["C1", ts]
    below = [each for each in day.slack.sent[before:] if each.get("thread_ts") == asked["ts"]]
    return [shown[0], *({**each, "thread": True} for each in (post, *below))]


def asides(day: Day) -> list[dict]:
    """What one person alone sees in a channel, and what comes of it when they share it."""
    day.says(day.amy, "new deal Cedar Energy 40k, close 22 january")
    day.does(lambda: day.slack.says("D4", "UAMY", "C1"))
    card = day.slack.ephemerals[-1]
    day.does(lambda: day.slack.mentions("won D99", "UAMY"))
    refused = day.slack.ephemerals[-1]
    day.does(lambda: day.slack.presses_id(buttons_of(card)["Share to channel"], card, "UAMY"))
    asked, wrong = ({"by": "Amy", "said": each, "where": "#sales"} for each in ("D4", "@crm won D99"))
    return [asked, card, wrong, refused, day.slack.sent[-1]]


def forms(day: Day) -> list[dict]:
    slack = day.slack
    day.says(day.amy, "D1")
    day.amy.press("Edit")
    edit = list(slack.views.values())[-1]
    wrong = day.does(lambda: slack.submits(edit, held(edit) | {"amount": "a lot"}, "UAMY"))
    asked = day.does(lambda: slack.says("Hooli asks for a quote for 20 seats by Friday", "UBOB", "C1"))
    day.does(lambda: slack.shortcut("log", "UAMY", asked))
    log = list(slack.views.values())[-1]
    day.does(lambda: slack.shortcut("ticket", "UAMY", asked))
    ticket = list(slack.views.values())[-1]
    return [with_value(edit, "amount", "a lot", wrong.answer["errors"]), log, ticket]


def with_value(view: dict, block: str, words: str, errors: dict) -> dict:
    """As it stands after somebody filled it in."""
    blocks = [
        each | {"element": each["element"] | {"initial_value": words}} if each["block_id"] == block else each
        for each in view["blocks"]
    ]
    return view | {"blocks": blocks, "errors": errors}


def home(day: Day) -> list[dict]:
    day.does(lambda: day.slack.opens_home("UAMY"))
    day.does(lambda: day.slack.opens_home("ULI"))
    return [day.slack.homes["UAMY"], day.slack.homes["ULI"]]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "crm.db"
        open_database(f"sqlite:///{file}", key=KEY).close()
        copyfile(file, file.with_name("day.db"))
        database = open_database(f"sqlite:///{file.with_name('day.db')}", key=KEY)
        with World(Workspace, database).running_bot() as world:
            day = Day(world)
            for name, part in (
                ("cards", cards),
                ("thread", thread),
                ("asides", asides),
                ("forms", forms),
                ("home", home),
            ):
                target = ROOT / "docs" / "screens" / f"slack-{name}.json"
                target.write_text(json.dumps(part(day), ensure_ascii=False, indent=1) + "\n", "utf-8")
                draw(target)
        database.close()


if __name__ == "__main__":
    main()
