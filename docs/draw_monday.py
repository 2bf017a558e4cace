"""Draws a Monday as it comes to a phone: the agenda, a reminder and the pipeline in the team's channel.

python -m docs.draw_monday        the bot itself, on the sample company and a clock of its own, writes to the two
                                  platforms that the tests talk to; chromium draws what they were sent
"""

import asyncio
import base64
import html
import io
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from pylopdf_fonts_zh_cn import sans_path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "tests")]  # as both import their own

import draw_blocks  # noqa: E402
from servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer  # noqa: E402
from servers.telegram import TelegramServer  # noqa: E402

import bot  # noqa: E402
import handlers  # noqa: E402
from adapters.slack import Slack  # noqa: E402
from adapters.telegram import Telegram  # noqa: E402
from crmbot.config import Settings, Work  # noqa: E402
from crmbot.incoming import Incoming, Place, Sender  # noqa: E402
from crmbot.intents import collect_jobs  # noqa: E402
from crmbot.people import Member, Role  # noqa: E402
from crmbot.worker import Worker  # noqa: E402
from storage import Engine, Store, open_database  # noqa: E402
from storage.sample import generate  # noqa: E402

SPRING, MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
WIDTH, HEIGHT, SHARP = 390, 2200, 2
SAID = {
    "en": (
        ("new deal Vandelay 45k, close end of december", False),
        ("/link sales", True),
        ("post pipeline to #sales every monday 9am", True),
        ("remind me to call Ann monday 9:30am", False),
        ("send Vandelay the contract by monday", False),
    ),
    "zh": (
        ("新建商机 云帆科技 45万，12月底签", False),
        ("/link 销售", True),
        ("每周一早上9点把漏斗发到销售群", True),
        ("周一上午9点半提醒我给赵磊打电话", False),
        ("待办：周一前发合同给云帆科技", False),
    ),
}
ZONE, TEAM = {"en": "Europe/London", "zh": "Asia/Shanghai"}, {"en": "sales", "zh": "asia"}
OFFSET = {"en": timedelta(), "zh": timedelta(hours=-8)}
TIMES = (timedelta(hours=8, minutes=30), timedelta(hours=9), timedelta(hours=9, minutes=30))
STYLE = """
@font-face { font-family: Sans; src: url(FONT) }
body { margin: 0; padding: 12px; width: 366px; font: 15px/1.4 Sans, sans-serif; background: #fff; color: #1d1c1d }
.telegram { background: #d7e3ec } .time { text-align: center; color: #667; font-size: 12px; margin: 10px 0 6px }
.bubble { background: #fff; border-radius: 12px; padding: 8px 10px; white-space: pre-wrap; overflow-wrap: anywhere }
img { width: 100%; border-radius: 8px; display: block; margin: 4px 0 }
pre, code { font: 12px/1.5 "DejaVu Sans Mono", Sans !important; white-space: pre }
.keys { display: flex; gap: 4px; margin: 4px 0 } .keys span { flex: 1; text-align: center; background: #8fa7b8cc;
color: #fff; border-radius: 8px; padding: 7px 2px; font-size: 13px }
"""


@dataclass
class Clock:
    now: datetime = SPRING

    def __call__(self) -> datetime:
        return self.now


async def monday(language: str, platform: str) -> str:
    """The page of what was sent on Monday morning."""
    telegram, slack, clock = TelegramServer(), SlackServer(), Clock()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/crm.db")
        generate(database, MONDAY - timedelta(days=1), ZONE[language])
        async with telegram, slack:
            channel: Any = Telegram("42:monday", telegram.base_url, telegram.base_file_url)
            me, group = Sender("telegram", "2001", "Amy", language), Place("telegram", "-100", "", private=False)
            mine = Place("telegram", "2001")
            if platform == "slack":
                channel = Slack(BOT_TOKEN, APP_TOKEN, slack.base_url)
                me, group = Sender("slack", "T1:U7", "Amy", language), Place("slack", "C1", "", private=False)
                mine = Place("slack", slack.direct("U7"))
            server: Any = telegram if platform == "telegram" else slack
            slack.members["C1"].update({"U7", "UBOT"})
            settings = Settings(work=Work(worker=False))  # else its clock would be the machine's
            app = bot.build(settings, clock)
            jobs = collect_jobs(handlers, offered=(Member, Store, datetime))
            engine = Engine(database, clock, app.token)
            worker = Worker("monday", engine, jobs, database.reading, app.our_bug, clock, seconds=60)
            await database.arun(lambda store: store.members.enrol(me, Role.OWNER, clock(), team=TEAM[language]))
            async with bot.running(settings, database, {platform: channel}, clock=clock) as road:

                async def say(words: str, place: Place) -> None:
                    key = secrets.token_hex(4)
                    await road.take(Incoming(key, me, place, clock(), words, ""))
                    await road.settled()

                await say({"en": "my time zone is Europe/London", "zh": "时区改成上海"}[language], mine)
                for number, (words, in_group) in enumerate(SAID[language]):
                    clock.now = SPRING if number == 0 else MONDAY - timedelta(hours=40)
                    await say(words, group if in_group else mine)
                for hours in (40, 15):  # each morning it is said when the next one is
                    clock.now = MONDAY - timedelta(hours=hours)
                    road.changed(SPRING)
                    await asyncio.sleep(1)
                page = []
                for after in TIMES:
                    before = len(server.sent)
                    clock.now = MONDAY + OFFSET[language] + after
                    road.changed(SPRING)  # the clock has leapt: look now
                    await until(before, server, worker)
                    page.append(f'<div class="time">{after.seconds // 3600:02}:{after.seconds // 60 % 60:02}</div>')
                    page += [drawn(platform, each, server) for each in server.sent[before:]]
            await channel.close()
        database.close()
    style = STYLE.replace("FONT", Path(str(sans_path())).as_uri()) + (draw_blocks.STYLE if platform == "slack" else "")
    style += "body { columns: 1; width: 366px; padding: 12px; font-family: Sans, sans-serif }"
    return f'<!doctype html><meta charset=utf-8><style>{style}</style><body class="{platform}">' + "".join(page)


async def until(before: int, server: Any, worker: Worker) -> None:
    """More was sent, and all of it: a picture takes a moment to be drawn."""
    sent = before
    async with asyncio.timeout(60):
        while len(server.sent) == before or sent != len(server.sent):
            sent = len(server.sent)
            await asyncio.to_thread(worker.one)
            await asyncio.sleep(3)


def drawn(platform: str, sent: dict[str, Any], server: Any) -> str:
    if platform == "slack":
        page: str = draw_blocks._box(sent)
        for block in sent["blocks"]:
            if block["type"] == "image":
                page = page.replace("<p>[image]</p>", picture(server.uploads[block["slack_file"]["id"]]["data"]))
        return page
    shown = picture(sent["photo"]) if sent.get("photo") else ""
    rows = (sent.get("reply_markup") or {}).get("inline_keyboard", ())
    keys = "".join(
        '<div class="keys">' + "".join(f"<span>{html.escape(each['text'])}</span>" for each in row) + "</div>"
        for row in rows
    )
    return f'<div class="bubble">{shown}{worded(sent)}</div>{keys}'


def worded(sent: dict[str, Any]) -> str:
    """A table keeps its columns."""
    words = html.escape(sent["text"])
    for each in sent["entities"]:
        if each["type"] in ("pre", "code"):
            words = words.replace(html.escape(each["text"]), f"<code>{html.escape(each['text'])}</code>")
    return words


def picture(png: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def shoot(page: str, target: Path) -> None:
    browser = shutil.which("chromium")
    assert browser, "there is no chromium"
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder) / "page.html", Path(folder) / "page.png"
        source.write_text(page, "utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--window-size={WIDTH},{HEIGHT}",
        ]
        options += [f"--force-device-scale-factor={SHARP}", f"--screenshot={shot}", "--virtual-time-budget=2000"]
        subprocess.run([browser, *options, source.as_uri()], check=True, capture_output=True)
        image = Image.open(io.BytesIO(shot.read_bytes())).convert("RGB")
    image = image.crop((0, 0, WIDTH * SHARP, image.height))
    blank = Image.new("RGB", image.size, image.getpixel((1, image.height - 1)))
    bottom = ImageChops.difference(image, blank).getbbox()[3]
    image = image.crop((0, 0, image.width, min(image.height, bottom + 12 * SHARP)))
    image.quantize(128).save(target, optimize=True)


def main() -> None:
    for platform in ("telegram", "slack"):
        for language in ("en", "zh"):
            end = "" if language == "en" else "-zh"
            shoot(asyncio.run(monday(language, platform)), HERE / "screens" / f"monday-{platform}{end}.png")


if __name__ == "__main__":
    main()
