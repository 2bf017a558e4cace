"""`bot.py run` with `mode = "http"`: what Slack signs is taken, all else is turned away and leaves nothing behind."""

import asyncio
import json
import socket
import sys
import time
from pathlib import Path
from signal import SIGTERM

import pytest
from aiohttp import ClientConnectorError, ClientSession
from servers.blocks import buttons_of, people_see
from servers.slack import BOT_TOKEN, SECRET, SlackServer, sign

ROOT = Path(__file__).parent.parent
WINDOW = 300  # seconds that a signature holds


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
async def slack(blank, tmp_path, port):
    """The process, and a Slack that calls its address."""
    blank(tmp_path / "crm.db")
    async with SlackServer(repeats=(0.2, 0.2, 0.2)) as server:
        config = tmp_path / "config.toml"
        config.touch(mode=0o600)
        config.write_text(
            f'[database]\nurl = "sqlite:///{tmp_path}/crm.db"\n[access]\nowners = ["slack:T1:U7"]\n'
            f'[slack]\nmode = "http"\nbot_token = "{BOT_TOKEN}"\nsigning_secret = "{SECRET}"\n'
            f'base_url = "{server.base_url}"\n[web]\nhost = "127.0.0.1"\nport = {port}\n'
        )
        command = sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=pipe, stderr=pipe)
        server.request_url = f"http://127.0.0.1:{port}/slack/events"
        try:
            await until(lambda: server.calls["auth.test"])
            await answering(server.request_url)
            yield server
            process.send_signal(SIGTERM)
            async with asyncio.timeout(30):
                _, said = await process.communicate()
            assert (process.returncode, b"Traceback" in said) == (0, False), said.decode()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def answering(url):
    async with asyncio.timeout(60), ClientSession() as session:
        while True:
            try:
                if (await session.post(url)).status == 403:
                    return
            except ClientConnectorError:
                pass
            await asyncio.sleep(0.05)


def event(words, ts, user="U7"):
    said = {"type": "message", "channel_type": "im", "channel": "D7", "user": user, "text": words, "ts": ts}
    return json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{ts}", "event": said | {"team": "T1"}}
    )


async def posted(url, body, *, secret=SECRET, late=0.0, **headers):
    """As an attacker with this much of the secret and this old a request would send it; the status."""
    stamp = str(int(time.time() - late))
    given = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(stamp, body, secret)} | headers
    async with ClientSession() as session:
        given = {name: value for name, value in given.items() if value is not None} | {
            "Content-Type": "application/json"
        }
        async with session.post(url, data=body, headers=given) as answer:
            return answer.status


async def test_a_day_by_signed_http_and_what_was_not_signed(slack):
    """One process for all of it, for its start is what takes the time."""
    url = slack.request_url
    slack.says("new deal Acme 30k")
    await until(lambda: slack.sent)
    assert "Added D1 for Acme." in people_see(slack.sent[0])[0]
    slack.presses(index=list(buttons_of(slack.sent[0])).index("Won"))
    await until(lambda: slack.edits)
    assert "won" in slack.edits[0]["text"]
    slack.commands("deal Birch 5k")
    await until(lambda: len(slack.sent) == 2)
    slack.shortcut("task")
    await until(lambda: slack.views)
    [form] = slack.views.values()
    wrong = slack.submits(form, {"subject": "", "name": "", "due": None})
    await until(lambda: wrong.answer)
    assert wrong.answer["response_action"] == "errors"
    slack.submits(form, {"subject": "send the quote", "name": "", "due": None})
    await until(lambda: len(slack.sent) == 3)
    slack.opens_home()
    await until(lambda: slack.homes)
    assert not slack.failed and not slack.given_up

    challenge = json.dumps({"type": "url_verification", "challenge": "abc"})
    assert await posted(url, challenge) == 200, "the address is verified so when it is entered"
    forged = [
        await posted(url, event("new deal Forged 1k", "9.1"), secret="guessed"),
        await posted(url, event("new deal Unsigned 1k", "9.2"), **{"X-Slack-Signature": None}),
        await posted(url, event("new deal Timeless 1k", "9.3"), **{"X-Slack-Request-Timestamp": None}),
        await posted(url, event("new deal Late 1k", "9.4"), late=WINDOW + 5),
        await posted(url, event("new deal Early 1k", "9.5"), late=-WINDOW - 5),
        await posted(url, challenge, secret="guessed"),
    ]
    assert forged == [403] * 6
    once, stamp = event("new deal Replayed 7k", "9.6"), str(int(time.time()))
    again = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(stamp, once)}
    assert [await posted(url, once, **again) for _ in range(3)] == [200] * 3, "within the window it is but a repeat"
    assert await posted(url, event("new deal Other 7k", "9.7"), **again) == 403, "a signature is of one body"
    before = len(slack.sent)
    slack.says("open deals")
    await until(lambda: len(slack.sent) > before and "open deals" in slack.sent[-1]["text"])
    await until(lambda: any("Replayed" in each["text"] for each in slack.sent))
    assert list(buttons_of(slack.sent[-1])) == ["D3 · Replayed · $7,000", "D2 · Birch · $5,000"]
    assert sum("Replayed" in people_see(each)[0] and "Added" in each["text"] for each in slack.sent) == 1
