"""Whatever comes to the public address and is not Slack's is answered with 403, 400 or 413, and leaves no trace."""

import asyncio
import json
import logging
import random
import time

from servers.slack import BOT_TOKEN, SECRET, SlackServer, is_served, sign

from adapters import slack
from adapters._body import BIGGEST
from adapters._signed import SignedHttp
from adapters.web import Web
from crmbot.errors import Unavailable

ANSWERS = {400, 403, 413}
METHODS = ("POST",) * 12 + ("GET", "PUT", "HEAD", "DELETE", "OPTIONS")
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"type": "message", "channel_type": "im", "channel": "D7", "user": "U7", "text": "hi", "ts": "1.1"},
}
ODD = ("", "abc", "-1", "1e400", "9" * 400, "٣", "NaN", "\xe4\xf6", "v0=", "v0=" + "0" * 64, "v1=00", "\x01")


def body_of(chance: random.Random) -> bytes:
    """Something like an event, mangled; or anything at all."""
    whole = json.dumps(EVENT).encode()
    match chance.randrange(6):
        case 0:
            return b""
        case 1:
            return chance.randbytes(chance.randrange(300))
        case 2:
            return whole[: chance.randrange(len(whole))]
        case 3:
            return b"payload=" + chance.randbytes(20).hex().encode() + b"&payload=%FF%00{"
        case 4 if chance.random() < 0.02:
            return b"x" * (BIGGEST + chance.randrange(1, 100_000))
    at = chance.randrange(len(whole))
    return whole[:at] + chance.randbytes(1) + whole[at + 1 :]


def request(chance: random.Random) -> bytes:
    """None of them is signed as Slack signs."""
    body, now = body_of(chance), time.time()
    stamp = chance.choice([str(int(now)), str(int(now - 4000)), str(int(now + 4000)), *ODD])
    said = body.decode("utf-8", "replace")
    signature = chance.choice([sign(stamp, said, "guessed"), sign(stamp, said + " "), sign("1", said), *ODD])
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
        "Content-Type": chance.choice(("application/json", "application/x-www-form-urlencoded", "", "\xff/\xff")),
        "X-Slack-Retry-Num": chance.choice(ODD),
        "Content-Length": str(len(body)),
    }
    for name in chance.sample(list(headers)[:4], chance.choice((0, 0, 1, 2))):
        del headers[name]
    if chance.random() < 0.02:
        headers["Content-Length"] = chance.choice(("x", "-5", str(len(body) + 50)))
    lines = [f"{chance.choice(METHODS)} /slack/events HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


async def status(port: int, data: bytes) -> int:
    """Of the answer; 400, if it hangs up on a request that does not end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        writer.write_eof()
        line = await asyncio.wait_for(reader.readline(), 30)
        return int(line.split()[1]) if line else 400
    except ConnectionError:
        return 400
    finally:
        writer.close()


async def well():
    raise Unavailable


async def test_what_is_malformed_is_turned_away_and_leaves_no_trace(pytestconfig, caplog):
    many = 10_000 if pytestconfig.getoption("--campaign") else 400
    chance, taken, found = random.Random(21), [], set()

    async def take(incoming):
        taken.append(incoming)
        return ()

    caplog.set_level(logging.INFO)
    async with SlackServer() as server:
        bot = slack.Slack(BOT_TOKEN, "", server.base_url, http=SignedHttp(SECRET))
        web = Web("127.0.0.1", 0, well, bot.pages)
        loops = [asyncio.create_task(each) for each in (bot.run(take), web.run())]
        await is_served(f"http://127.0.0.1:{web.port}/slack/events")
        for _ in range(0, many, 20):
            found |= set(await asyncio.gather(*(status(web.port, request(chance)) for _ in range(20))))
        garbage = [
            b"",
            b"{",
            b"[1",
            b"\x00",
            b"payload=%7B",
            b"payload=",
            b'{"event": 5}',
            b"[1]",
            b"7",
            b"ssl_check=1",
        ]
        stamp = str(int(time.time()))
        for each in garbage:  # signed all the same: a secret may be known to somebody who sends nonsense
            head = f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {sign(stamp, each.decode())}"
            length = f"Content-Length: {len(each)}\r\nConnection: close"
            said = f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{head}\r\n{length}\r\n\r\n".encode() + each
            assert await status(web.port, said) in (200, 400), each
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await bot.close()
        await web.close()
    assert found <= ANSWERS and 403 in found
    assert not taken
    assert not [each for each in caplog.records if each.exc_info or each.levelno >= logging.ERROR]
