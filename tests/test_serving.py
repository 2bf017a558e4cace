"""`bot.py run` as people run it: Telegram and Slack at once, and a clean end."""

import asyncio
import json
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, closing
from pathlib import Path
from signal import SIGTERM

import pytest
from servers.blocks import buttons_of, people_see
from servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer
from servers.telegram import TelegramServer, group, user

ROOT = Path(__file__).parent.parent


@asynccontextmanager
async def running(folder, telegram, slack):
    """The process; ended as a supervisor ends it."""
    config = folder / "config.toml"
    config.touch(mode=0o600)
    config.write_text(
        f'[database]\nurl = "sqlite:///{folder}/crm.db"\n'
        f"[access]\nowners = {json.dumps(['telegram:7', 'slack:T1:U7'])}\n"
        f'[telegram]\ntoken = "42:x"\nbase_url = "{telegram.base_url}"\nbase_file_url = "{telegram.base_file_url}"\n'
        f'[slack]\nbot_token = "{BOT_TOKEN}"\napp_token = "{APP_TOKEN}"\nbase_url = "{slack.base_url}"\n'
    )
    command = sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=pipe, stderr=pipe)
    try:
        yield process
        process.send_signal(SIGTERM)
        async with asyncio.timeout(60):
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


@pytest.fixture
async def both(blank, tmp_path):
    blank(tmp_path / "crm.db")
    async with TelegramServer() as telegram, SlackServer() as slack, running(tmp_path, telegram, slack):
        await until(lambda: telegram.calls["getUpdates"] and slack.connected)
        yield telegram, slack


async def test_telegram_and_slack_are_served_at_once_and_share_their_records(both):
    telegram, slack = both
    telegram.says("new deal Acme 30k")
    await until(lambda: telegram.sent)
    slack.says("show me D1")
    await until(lambda: slack.sent)
    words, live = people_see(slack.sent[0])
    assert "D1 · Acme" in words and "$30,000" in words and not live
    slack.presses(index=list(buttons_of(slack.sent[0])).index("Won"))
    await until(lambda: len(slack.sent) + len(slack.edits) == 2)
    telegram.says("show me D1")
    await until(lambda: len(telegram.sent) == 2)
    assert "Stage: won" in telegram.sent[1]["text"]
    slack.mentions("show me D1")
    await until(lambda: slack.ephemerals and not slack.under_way)
    [refusal] = slack.ephemerals
    assert (refusal["channel"], refusal["user"]) == ("C1", "U7") and "not linked to a team" in refusal["text"]
    assert len(slack.sent) + len(slack.edits) == 2, "a mention is told twice and answered once"


async def test_while_the_database_is_locked_nothing_is_said_to_be_saved(both, tmp_path):
    """By another program, for longer than anybody waits: that is told, and all is done once it is free."""
    telegram, slack = both
    began = time.monotonic()
    with closing(sqlite3.connect(tmp_path / "crm.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        telegram.says("new deal Acme 30k")
        slack.says("new deal Birch 5k")
        await until(lambda: telegram.sent and slack.sent)
        assert time.monotonic() - began < 10  # five, and what a busy machine takes
        await asyncio.sleep(2)
        first = [each["text"] for each in (*telegram.sent, *slack.sent)]
        assert len(first) == 2 and all(words.startswith("Received, but not saved yet") for words in first)
        assert other.execute("SELECT count(*) FROM deal").fetchone() == (0,)
        other.execute("ROLLBACK")
        await until(lambda: len(telegram.sent) == len(slack.sent) == 2)
        await asyncio.sleep(1)
        assert [each["text"].split(".")[0][:7] for each in (telegram.sent[1], slack.sent[1])] == ["Added D"] * 2
        assert len(telegram.sent) == len(slack.sent) == 2
        assert other.execute("SELECT count(*) FROM deal").fetchone() == (2,)


async def test_a_thread_under_a_card_is_about_its_record(both):
    _, slack = both
    for number, name in enumerate(("Acme", "Birch")):
        slack.says(f"new deal {name} 30k")
        await until(lambda number=number: len(slack.sent) > number)
    slack.says("won", thread=slack.sent[0]["ts"])
    await until(lambda: len(slack.sent) == 3)
    assert "D1" in slack.sent[2]["text"] and slack.sent[2]["thread_ts"] == slack.sent[0]["ts"]


async def test_tickets_in_a_telegram_group(both):
    """The customer writes in private; the team claims and answers in its group, below and on one post."""
    telegram, _ = both
    team, customer = group(), user(9, "Ann")
    telegram.says_in_group("/link support", user=user(7), chat=team["id"])
    await until(lambda: telegram.sent)
    telegram.says("the export is broken, call 415 555 2671", chat=9, user=customer)
    await until(lambda: len(telegram.sent) == 3)
    [post] = [each for each in telegram.sent if "Claim" in str(each.get("reply_markup"))]
    assert int(post["chat_id"]) == team["id"]
    assert "the export is broken, call •••" in post["text"] and "Ann" not in post["text"]
    telegram.presses(post, index=0, user=user(7))
    await until(lambda: telegram.edits)
    [edit] = telegram.edits
    assert edit["message_id"] == post["message_id"] and "Owner: Amy" in edit["text"]
    below = {"message_id": post["message_id"], "date": 1, "chat": team, "from": telegram.me}
    telegram.says_in_group("Which browser?", user=user(7), chat=team["id"], reply_to_message=below)
    await until(lambda: len(telegram.sent) == 5)
    assert [each["text"] for each in telegram.sent if int(each["chat_id"]) == 9][-1] == "Which browser?\n– K1"


async def test_a_reply_in_the_thread_of_a_ticket_on_slack_answers_its_customer(both):
    telegram, slack = both
    slack.mentions("/link support")
    await until(lambda: slack.sent)
    telegram.says("the export is broken", chat=9, user=user(9, "Ann"))
    await until(lambda: len(slack.sent) == 2)
    post = slack.sent[1]
    assert (post["channel"], post.get("thread_ts")) == ("C1", None)
    assert "Claim" in buttons_of(post)
    slack.mentions("Which browser?", thread=post["ts"])
    await until(lambda: len(telegram.sent) == 2)
    assert telegram.sent[1]["text"] == "Which browser?\n– K1"
    await until(lambda: len(slack.sent) == 3 and slack.edits)
    assert slack.sent[2]["thread_ts"] == post["ts"] and slack.edits[0]["ts"] == post["ts"]


async def test_a_deal_is_one_thread_on_slack_and_one_post_in_a_telegram_group(both):
    """Added in the channel and changed from elsewhere: said in the thread, and the post is edited."""
    telegram, slack = both
    team = group()
    slack.mentions("/link")
    await until(lambda: slack.sent)
    asked = slack.mentions("new deal Acme 30k")
    await until(lambda: len(slack.sent) == 3)
    [post] = [each for each in slack.sent if each.get("thread_ts") == asked["ts"]]
    telegram.says_in_group("/link", user=user(7), chat=team["id"])
    await until(lambda: telegram.sent)
    telegram.says_in_group("/deal Birch 5k", user=user(7), chat=team["id"])
    await until(lambda: len(telegram.sent) == 3)
    [birch] = [each for each in telegram.sent if "Added D2" in each["text"] and int(each["chat_id"]) == team["id"]]
    slack.says("won D2")
    telegram.says("move D1 to proposal", chat=7, user=user(7))
    await until(lambda: slack.edits and telegram.edits)
    [edit] = slack.edits
    assert edit["ts"] == post["ts"] and people_see(edit)[0] == "D1: proposal.\nD1\nStage: proposal\n"
    [below] = [each for each in slack.sent if each.get("thread_ts") == asked["ts"]][1:]
    assert people_see(below)[0] == "D1: proposal."
    [edit] = telegram.edits
    assert edit["message_id"] == birch["message_id"] and "D2: won." in edit["text"]
    [below] = [each for each in telegram.sent if each["text"] == "D2: won."]
    assert below["reply_parameters"]["message_id"] == birch["message_id"]


async def test_what_customers_say_to_a_ticket_stands_in_the_thread_of_its_post(both):
    telegram, slack = both
    slack.mentions("/link support")
    await until(lambda: slack.sent)
    telegram.says("the export is broken", chat=9, user=user(9, "Ann"))
    await until(lambda: len(slack.sent) == 2)
    telegram.says("still broken", chat=9, user=user(9, "Ann"))
    await until(lambda: len(slack.sent) == 3)
    slack.says("close K1")
    await until(lambda: len(slack.sent) == 5)
    below = [people_see(each)[0] for each in slack.sent if each.get("thread_ts") == slack.sent[1]["ts"]]
    assert [words.partition("\n")[0] for words in below] == ["K1: still broken", "K1 is closed."]
