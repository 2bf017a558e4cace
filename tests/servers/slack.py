"""A Slack on loopback: the Web API as strict as Slack's, Socket Mode with acknowledgements, signed HTTP.

In a test, `SlackServer` is started, spoken for (`says`, `mentions`, `presses`, `commands` …) and looked at (`sent`,
`edits`, `ephemerals`, `failed` …). Events that nobody acknowledges come again; presses, commands and forms do not.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import re
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from itertools import chain, count, repeat
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web
from servers.blocks import Invalid, buttons_of, check_message, check_view
from servers.telegram import CUT_AFTER, CUT_BEFORE, Slow

DATE = 1740992400  # 2025-03-03 09:00 UTC, the day on which the tests play
TEAM, BOT, BOT_ID, SECRET = "T1", "UBOT", "BBOT", "signing-secret"
BOT_TOKEN, APP_TOKEN = "xoxb-bot-token", "xapp-app-token"
REPEATS = 0.0, 60.0, 300.0  # seconds from one delivery of an event to the next: as Slack does it
ACK = 3.0  # seconds in which a delivery must be acknowledged


@dataclass(frozen=True)
class Refusal:
    """An error answer of the Web API."""

    error: str
    status: int = 200
    headers: dict = field(default_factory=dict)


def too_many(seconds):
    return Refusal("ratelimited", 429, {"Retry-After": str(seconds)})


BROKEN = Refusal("internal_error", 500)


@dataclass
class Envelope:
    """What is on its way to the bot; `tries` deliveries so far."""

    kind: str  # events_api, interactive, slash_commands
    payload: dict
    id: str
    tries: int = 0
    answer: dict | None = None  # what came with the acknowledgement
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class SlackServer:
    """`refuses[channel]`: what the next messages there meet; `breaks[method]`: the next calls of that method."""

    def __init__(self, *, duplicates=0.0, storm=0.0, repeats=REPEATS, ack=ACK, holds=False, seed=0):
        self.duplicates = duplicates  # share of the events that come once more though they were acknowledged
        self.storm = storm  # share of the messages that are answered with 429
        self.repeats, self.ack = repeats, ack
        self.holds = holds  # events wait until somebody listens and come until they are taken: where restarts take long
        self.request_url = ""  # where signed HTTP goes; empty: Socket Mode
        self.people = {}  # id → what users.info says
        self.members = defaultdict(lambda: {BOT})  # channel → who is in it; of direct messages: the person
        self.shared = set()  # channels that another workspace is in too
        self.sent, self.edits, self.ephemerals, self.responses, self.reactions = [], [], [], [], []
        self.views, self.homes, self.uploads, self.files = {}, {}, {}, {}
        self.messages = {}  # (channel, ts) → what stands there now
        self.delivered, self.failed, self.given_up = [], [], []
        self.calls, self.refuses, self.breaks = Counter(), defaultdict(deque), defaultdict(deque)
        self.envelopes, self.hellos = [], 0  # all that was to be told; how often a socket was opened
        self.deaf = False  # sockets stay open and nothing more comes through them
        self._direct, self._numbers, self._random = {}, count(1), random.Random(seed)
        self._sockets, self._sockets_lost, self._waiting, self._tasks = {}, {}, {}, set()

    # --- its life

    async def start(self, port=0, host="127.0.0.1"):
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self.base_url = f"http://{host}:{self.port}/api/"

    async def stop(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()
        await self._runner.cleanup()

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    @property
    def connected(self):
        return len(self._sockets)

    @property
    def under_way(self):
        return len(self._waiting)

    async def disconnect(self, reason="refresh_requested"):
        """As Slack does every few hours: a polite word, and a while later the end."""
        for socket in list(self._sockets.values()):
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "wss"}})

    def cut(self):
        """All sockets are gone without a word."""
        for key, socket in list(self._sockets.items()):
            if socket._req.transport:
                socket._req.transport.abort()
            self._gone(key)

    # --- what people do

    def says(self, words, user="U7", channel="", thread="", files=(), **more):
        """A message in the person's direct messages with the bot, or in a channel without naming it."""
        message = self._message(words, user, channel or self.direct(user), thread, files) | more
        self._event(message | {"type": "message", "channel_type": "channel" if channel else "im"})
        return message

    def mentions(self, words, user="U7", channel="C1", thread="", **more):
        """`<@UBOT>` in a channel: Slack tells of it twice, in no order that one could rely on."""
        message = self._message(f"<@{BOT}> {words}", user, channel, thread, ()) | more
        both = [message | {"type": "app_mention"}, message | {"type": "message", "channel_type": "channel"}]
        for event in self._random.sample(both, 2):
            self._event(event)
        return message

    def edits_words(self, message, words, **more):
        """The person changes what they wrote before: `message` is what `says` gave."""
        now = message | {"type": "message", "text": words} | {"edited": {"user": message["user"], "ts": self._ts()}}
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": message["channel"]}
        self._event(event | {"message": now, "previous_message": message, "ts": self._ts()} | more)
        return now

    def presses(self, message=-1, index=0, user="U7", **more):
        """The button with that index; `message`: one of `sent`, or its place in it."""
        message = self.sent[message] if isinstance(message, int) else message
        return self.presses_id(list(buttons_of(message).values())[index], message, user, **more)

    def presses_id(self, action_id, message, user="U7", team=TEAM, **more):
        """A press with any action id at all: what it says is up to the client."""
        channel, ts = message["channel"], message["ts"]
        container = {"type": "message", "channel_id": channel, "message_ts": ts}
        container |= {"is_ephemeral": True} if message.get("ephemeral") else {"is_ephemeral": False}
        body = {"type": "block_actions", "user": {"id": user, "team_id": team, "name": user.lower()}}
        body |= {"team": {"id": TEAM}, "channel": {"id": channel}, "container": container, "trigger_id": self._id("t")}
        if not message.get("ephemeral"):
            posted = {"ts": ts, "user": BOT, "bot_id": BOT_ID, "text": message.get("text", "")}
            body["message"] = posted | ({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {})
        action = {"type": "button", "action_id": action_id, "block_id": "b", "action_ts": self._ts()}
        return self._deliver("interactive", body | {"actions": [action], "response_url": self._response()} | more)

    def commands(self, text, user="U7", channel="", command="/crm", team=TEAM, **more):
        channel = channel or self.direct(user)
        body = {"command": command, "text": text, "user_id": user, "user_name": user.lower(), "team_id": team}
        body |= {"channel_id": channel, "channel_name": "directmessage" if channel[0] == "D" else "general"}
        return self._deliver(
            "slash_commands", body | {"trigger_id": self._id("t"), "response_url": self._response()} | more
        )

    def shortcut(self, callback, user="U7", message=None, **more):
        """From the ⚡ menu, or from the menu of a message."""
        body = {"type": "shortcut", "callback_id": callback, "user": {"id": user, "team_id": TEAM}}
        body |= {"team": {"id": TEAM}, "trigger_id": self._id("t"), "action_ts": self._ts()}
        if message:
            body |= {"type": "message_action", "channel": {"id": message["channel"]}, "message": message}
            body |= {"message_ts": message["ts"], "response_url": self._response()}
        return self._deliver("interactive", body | more)

    def submits(self, view, values, user="U7"):
        """`values`: block id → what was put in; the action id is the block's own."""
        blocks = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
        state = {block: {element["action_id"]: _state(element, values.get(block))} for block, element in blocks.items()}
        body = {"type": "view_submission", "user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM}}
        return self._deliver("interactive", body | {"view": view | {"state": {"values": state}}})

    def opens_home(self, user="U7"):
        opened = {"type": "app_home_opened", "user": user, "channel": self.direct(user), "tab": "home"}
        return self._event(opened | {"event_ts": self._ts()})

    def presses_at_home(self, label, user="U7"):
        body = {"type": "block_actions", "user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM}}
        body |= {"container": {"type": "view", "view_id": "V1"}, "view": {"type": "home", "id": "V1"}}
        action = {"type": "button", "action_id": buttons_of(self.homes[user])[label], "action_ts": self._ts()}
        return self._deliver("interactive", body | {"actions": [action], "trigger_id": self._id("t")})

    def hears(self, **event):
        """Any event at all, as Slack would word it."""
        return self._event(event)

    def direct(self, user):
        """The channel of the person's direct messages with the bot."""
        if user not in self._direct:
            self._direct[user] = f"D{user[1:]}"
            self.members[self._direct[user]] = {BOT, user}
        return self._direct[user]

    def stores(self, data, name="list.csv", mime="text/csv", **more):
        """A file that a message may carry."""
        id = self._id("F")
        self.files[id] = data
        url = f"{self.base_url.removesuffix('api/')}files/{id}"
        told = {"id": id, "name": name, "mimetype": mime, "size": len(data), "url_private_download": url}
        return told | more

    def words(self, channel):
        """The first line of each message there."""
        return [each["text"].partition("\n")[0] for each in self.sent if each["channel"] == channel]

    def _message(self, words, user, channel, thread, files):
        message = {"user": user, "text": words, "ts": self._ts(), "channel": channel, "team": TEAM}
        message |= {"thread_ts": thread} if thread else {}
        message |= {"files": list(files), "subtype": "file_share"} if files else {}
        self.messages[channel, message["ts"]] = message
        return message

    def _event(self, event):
        team = {"team_id": TEAM, "is_bot": True, "user_id": BOT, "is_enterprise_install": False}
        body = {"type": "event_callback", "team_id": TEAM, "event_id": self._id("Ev"), "event": event}
        body |= {"authorizations": [team], "is_ext_shared_channel": event.get("channel") in self.shared}
        return self._deliver("events_api", body)

    def _ts(self):
        number = next(self._numbers)
        return f"{DATE + number}.{number:06d}"

    def _id(self, letter):
        return f"{letter}{next(self._numbers)}"

    def _response(self):
        return f"{self.base_url.removesuffix('api/')}response/{self._id('R')}"

    # --- on its way to the bot

    def _deliver(self, kind, payload):
        envelope = Envelope(kind, payload, self._id("e"))
        self._waiting[envelope.id] = envelope
        self.envelopes.append(envelope)
        task = asyncio.create_task(self._until_acked(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return envelope

    async def _until_acked(self, envelope):
        """Events come up to three times more; a press, a command or a form is tried once."""
        pauses = self.repeats if envelope.kind == "events_api" else ()
        try:
            for pause in chain((0.0,), pauses, repeat(pauses[-1]) if pauses and self.holds else ()):
                await asyncio.sleep(pause)
                if await self._try(envelope):
                    break
            else:
                (self.given_up if pauses else self.failed).append(envelope)
                return
            self.delivered.append(envelope)
            if pauses and self._random.random() < self.duplicates:
                envelope.acked.clear()
                await self._try(envelope)
        finally:
            self._waiting.pop(envelope.id, None)

    async def _try(self, envelope):
        envelope.tries += 1
        if self.request_url:
            return await self._post_signed(envelope)
        while not self._sockets:
            if not self.holds or envelope.kind != "events_api":
                return False
            await asyncio.sleep(0.02)
        key, socket = self._random.choice(list(self._sockets.items()))
        told = {"envelope_id": envelope.id, "type": envelope.kind, "payload": envelope.payload}
        told |= {"accepts_response_payload": envelope.kind != "events_api"}
        if envelope.kind == "events_api":
            told |= {"retry_attempt": envelope.tries - 1, "retry_reason": "timeout" if envelope.tries > 1 else ""}
        envelope.lost = self._sockets_lost[key]
        if not self.deaf:
            try:
                await socket.send_json(told)
            except (ConnectionError, RuntimeError):
                return False
        ends = [asyncio.ensure_future(each.wait()) for each in (envelope.acked, envelope.lost)]
        await asyncio.wait(ends, timeout=self.ack, return_when=asyncio.FIRST_COMPLETED)
        for each in ends:
            each.cancel()
        return envelope.acked.is_set()

    async def _post_signed(self, envelope, tamper=lambda body, headers: (body, headers)):
        """As Slack sends it to a public address; any 2xx acknowledges it."""
        body, kind = _encoded(envelope)
        stamp = str(int(time.time()))
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(stamp, body)}
        if envelope.kind == "events_api" and envelope.tries > 1:
            headers |= {"X-Slack-Retry-Num": str(envelope.tries - 1), "X-Slack-Retry-Reason": "http_timeout"}
        body, headers = tamper(body, headers)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.ack)) as session,
                session.post(self.request_url, data=body, headers=headers) as answer,
            ):
                words = await answer.text()
                envelope.answer = json.loads(words) if words.startswith("{") else None
                return answer.status // 100 == 2
        except (aiohttp.ClientError, TimeoutError):
            return False

    # --- HTTP

    async def _serve(self, request):
        match request.path.split("/"):
            case ["", "api", method]:
                return await self._call(method, request)
            case ["", "socket", key]:
                return await self._socket(key, request)
            case ["", "files", id]:
                if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
                    return web.Response(text="<html>log in</html>", content_type="text/html")
                return web.Response(body=self.files[id], content_type="application/octet-stream")
            case ["", "upload", id]:
                self.uploads[id]["data"] = await request.read()
                return web.Response(text="OK")
            case ["", "response", id]:
                self.responses.append((id, await request.json()))
                return web.json_response({"ok": True})
        return web.Response(status=404)

    async def _socket(self, key, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[key] = socket
        self._sockets_lost[key] = asyncio.Event()
        try:
            self.hellos += 1
            await socket.send_json({"type": "hello", "num_connections": len(self._sockets)})
            async for frame in socket:
                if frame.type == WSMsgType.TEXT:
                    self._acknowledge(json.loads(frame.data))
        finally:
            self._gone(key)
        return socket

    def _gone(self, key):
        self._sockets.pop(key, None)
        if lost := self._sockets_lost.pop(key, None):
            lost.set()

    def _acknowledge(self, answer):
        if envelope := self._waiting.get(answer.get("envelope_id", "")):
            envelope.answer = answer.get("payload")
            envelope.acked.set()

    async def _call(self, method, request):
        self.calls[method] += 1
        given, token = await _given(request)
        slow = 0.0
        try:
            fault = self._fault(method, given)
            if fault == CUT_BEFORE:
                return _cut(request)
            if isinstance(fault, Refusal):
                return web.json_response(
                    {"ok": False, "error": fault.error}, status=fault.status, headers=fault.headers
                )
            if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
                raise Invalid("invalid_auth")
            call = getattr(self, "_" + method.replace(".", "_"), None)
            if not call:
                raise Invalid("unknown_method")
            answer = {"ok": True} | (call(given) or {})
            if fault == CUT_AFTER:
                return _cut(request)
            slow = fault.seconds if isinstance(fault, Slow) else 0.0
        except Invalid as invalid:
            answer = {"ok": False, "error": str(invalid)}
        if slow:
            await asyncio.sleep(slow)
        return web.json_response(answer)

    def _fault(self, method, given):
        if waiting := self.breaks.get(method):
            return waiting.popleft() if isinstance(waiting, deque) else waiting.pop(0)
        if not method.startswith("chat."):
            return None
        if waiting := self.refuses.get(given.get("channel")):
            return waiting.popleft() if isinstance(waiting, deque) else waiting.pop(0)
        if self.storm and self._random.random() < self.storm:
            return too_many(1)
        return None

    # --- the methods of the Web API

    def _auth_test(self, given):
        return {"team_id": TEAM, "team": "Acme", "user_id": BOT, "user": "crm", "bot_id": BOT_ID, "url": "x"}

    def _apps_connections_open(self, given):
        return {"url": f"ws://127.0.0.1:{self.port}/socket/{self._id('S')}"}

    def _users_info(self, given):
        user = given["user"]
        known = {"id": user, "real_name": user.title(), "locale": "en-US", "is_bot": False} | self.people.get(user, {})
        return {"user": known}

    def _conversations_open(self, given):
        return {"channel": {"id": self.direct(given["users"])}}

    def _conversations_info(self, given):
        channel = given["channel"]
        return {"channel": {"id": channel, "is_im": channel[0] == "D", "is_ext_shared": channel in self.shared}}

    def _chat_postMessage(self, given):
        self._reachable(given["channel"])
        _sound(given)
        posted = given | {"ts": self._ts()}
        self.sent.append(posted)
        self.messages[posted["channel"], posted["ts"]] = dict(posted)
        return {"ts": posted["ts"], "channel": posted["channel"]}

    def _chat_update(self, given):
        shown = self.messages.get((given["channel"], given["ts"]))
        if not shown or shown.get("user"):
            raise Invalid("cant_update_message" if shown else "message_not_found")
        _sound(given)
        shown |= given
        self.edits.append(dict(shown))
        return {"ts": given["ts"], "channel": given["channel"]}

    def _chat_postEphemeral(self, given):
        self._reachable(given["channel"])
        _sound(given)
        self.ephemerals.append(given | {"ts": self._ts(), "ephemeral": True})
        return {"message_ts": self.ephemerals[-1]["ts"]}

    def _chat_getPermalink(self, given):
        ts = given["message_ts"].replace(".", "")
        return {"permalink": f"https://acme.slack.com/archives/{given['channel']}/p{ts}"}

    def _views_open(self, given):
        check_view(given["view"])
        view = given["view"] | {"id": self._id("V"), "hash": self._id("h")}
        self.views[given["trigger_id"]] = view
        return {"view": view}

    def _views_publish(self, given):
        check_view(given["view"])
        self.homes[given["user_id"]] = given["view"]
        return {"view": given["view"] | {"id": self._id("V"), "hash": self._id("h")}}

    def _files_getUploadURLExternal(self, given):
        id = self._id("F")
        self.uploads[id] = {"name": given["filename"], "length": int(given["length"]), "data": b""}
        return {"upload_url": f"http://127.0.0.1:{self.port}/upload/{id}", "file_id": id}

    def _files_completeUploadExternal(self, given):
        for each in given["files"]:
            upload = self.uploads[each["id"]]
            if len(upload["data"]) != upload["length"]:
                raise Invalid("internal_error")
            upload["complete"] = True
            if channel := given.get("channel_id"):
                self._reachable(channel)
                where = {"thread_ts": given["thread_ts"]} if "thread_ts" in given else {}
                self.sent.append({"channel": channel, "text": "", "ts": self._ts(), "file": upload, **where})
        return {"files": given["files"]}

    def _files_info(self, given):
        if given["file"] not in self.files:
            raise Invalid("file_not_found")
        return {"file": self.stores(self.files[given["file"]])}

    def _reactions_add(self, given):
        self.reactions.append((given["channel"], given["timestamp"], given["name"]))

    def _reactions_remove(self, given):
        try:
            self.reactions.remove((given["channel"], given["timestamp"], given["name"]))
        except ValueError:
            raise Invalid("no_reaction") from None

    def _reachable(self, channel):
        if BOT not in self.members[channel]:
            raise Invalid("not_in_channel" if channel[0] == "C" else "channel_not_found")


def _sound(given):
    check_message(given)
    for block in given.get("blocks") or ():
        for each in block.get("elements", ()):
            if each["type"] == "button" and not re.fullmatch(r"[\w:-]+", each["action_id"]):
                raise Invalid("invalid_blocks")


def held(view):
    """What a form holds, by block."""
    elements = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
    return {block: _holds(element) for block, element in elements.items()}


def _holds(element):
    if element["type"] == "static_select":
        return element.get("initial_option", {}).get("value")
    return element.get("initial_value")


def _state(element, value):
    match element["type"]:
        case "static_select":
            chosen = next((each for each in element["options"] if each["value"] == value), None)
            return {"type": "static_select", "selected_option": chosen}
        case "datepicker":
            return {"type": "datepicker", "selected_date": value}
    return {"type": "plain_text_input", "value": value}


def _encoded(envelope):
    """The body of a signed request and its type, which differ by what it tells."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(envelope.payload)}), "application/x-www-form-urlencoded"


async def is_served(url):
    """Wait until the bot behind the address has begun: before, what Slack signs is put off."""
    stamp, body = str(int(time.time())), "ssl_check=1"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    signed = kind | {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(stamp, body)}
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while (await session.post(url, data=body, headers=signed)).status != 200:
            await asyncio.sleep(0.01)


def sign(stamp, body, secret=SECRET):
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()


def _cut(request):
    request.transport.abort()
    return web.Response()


async def _given(request):
    """What a call says, with every nested value parsed; and its token."""
    if request.headers.get("Content-Type", "").startswith("application/json"):
        given = await request.json()
    else:
        given = {**request.query, **await request.post()}
        for name in ("blocks", "view", "files"):
            if isinstance(given.get(name), str):
                given[name] = json.loads(given[name])
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or given.pop("token", "")
    return given, token
