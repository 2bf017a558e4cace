"""A Bot API on loopback, as strict as Telegram's: updates stay until a higher offset confirms them.

In a test, `TelegramServer` is started, spoken for (`says`, `presses` …) and looked at (`sent`, `answered` …). As a
process of its own (`python -m tests.servers.telegram --port 0`) it prints its port and is driven over `/control/…`.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from html import unescape
from itertools import chain, count, islice

from aiohttp import web

DATE = 1740992400  # 2025-03-03 09:00 UTC, the day on which the tests play
TEXT, CAPTION, TOAST, DATA, BUTTONS, ROW, DOWNLOAD = 4096, 1024, 200, 64, 100, 8, 20_000_000
TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote", "span"}
NESTED = {"reply_markup", "link_preview_options", "reply_parameters", "media", "commands", "allowed_updates"}
TAGS |= {"tg-spoiler", "tg-emoji"}
# what Telegram trims: white space and characters that show nothing
BLANK = " \t\n\r\x0b\x0c\x00\u00a0\u00ad\u061c\u180e\u3000\ufeff\u2800\u3164" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070)])
)


class Refusal(Exception):
    """An error answer of the Bot API."""

    def __init__(self, status, description, parameters=None):
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters or {}


@dataclass(frozen=True)
class Cut:
    """The connection breaks before or after the request did its work."""

    accepted: bool


@dataclass(frozen=True)
class Slow:
    """The answer takes so many seconds; the work is done at once."""

    seconds: float


def too_many(seconds):
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def migrated(chat):
    what = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, what, {"migrate_to_chat_id": chat})


BLOCKED = Refusal(403, "Forbidden: bot was blocked by the user")
BROKEN = Refusal(500, "Internal Server Error")
UNAUTHORIZED = Refusal(401, "Unauthorized")
CUT_BEFORE, CUT_AFTER = Cut(False), Cut(True)


def user(id=7, name="Amy", language="en", **more):
    return {"id": id, "is_bot": False, "first_name": name, "language_code": language, **more}


def private(chat):
    return {"id": chat, "type": "private", "first_name": "Amy"}


def group(chat=-100):
    return {"id": chat, "type": "supergroup", "title": "Sales"}


def _scope(given):
    """Of a menu of commands: `default/zh`, `chat/7/`."""
    scope = json.loads(given["scope"]) if isinstance(given.get("scope"), str) else given.get("scope") or {}
    where = "/".join(str(scope[name]) for name in ("type", "chat_id") if name in scope) or "default"
    return f"{where}/{given.get('language_code', '')}"


class TelegramServer:
    """`refuses[chat]`: what the next messages to that chat meet; `breaks[method]`: the next calls of that method."""

    def __init__(self, *, duplicates=0.0, storm=0.0, round_trip=0.0, seed=0, now=lambda: DATE):
        self.duplicates = duplicates  # share of the updates that come once more after they were confirmed
        self.storm = storm  # share of the messages that are answered with 429
        self.storm_seconds = (1, 1)  # between these is how long a storm asks to wait
        self.round_trip = round_trip
        self.me = {"id": 42, "is_bot": True, "first_name": "crm", "username": "crmbot"}
        self.webhook = False
        self.allowed = None  # the kinds of update that the last poll asked for
        self.updates, self.again = deque(), []
        self.sent, self.edits, self.deleted, self.answered, self.toasts, self.actions = [], [], [], [], [], []
        self.polls, self.commands = deque(maxlen=1000), {}
        self.calls, self.files = Counter(), {}
        self.refuses, self.breaks = defaultdict(deque), defaultdict(deque)
        self.messages = {}  # (chat, message id) → what stands there now
        self._numbers, self._updates = count(1), count(1)
        self._news, self._poller, self._grown = asyncio.Event(), 0, asyncio.Event()
        self._random, self._now = random.Random(seed), now

    # --- its life

    async def start(self, port=0, host="127.0.0.1"):
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self.base_url = f"http://{host}:{self.port}/bot"
        self.base_file_url = f"http://{host}:{self.port}/file/bot"

    async def stop(self):
        self._poller += 1
        self._news.set()
        await self._runner.cleanup()

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    # --- what people do

    def says(self, words, chat=7, user=None, **more):
        """A message; `more` is the rest of its fields: reply_to_message, message_thread_id, …"""
        return self._message(chat, user, text=words, **more)

    def says_in_group(self, words, chat=-100, user=None, **more):
        return self._message(chat, user, text=words, **more)

    def edits_words(self, message, words, **more):
        """The person changes what they wrote before: `message` is what `says` gave."""
        edited = message | {"text": words, "edit_date": self._now()} | more
        self._add(edited_message=edited)
        return edited

    def presses(self, message=-1, index=0, user=None, **more):
        """The button with that index, counted along the rows; `message`: one of `sent`, or its place in it."""
        message = self.sent[message] if isinstance(message, int) else message
        shown = self.messages[_chat(message), message["message_id"]]
        buttons = [each for row in shown["reply_markup"]["inline_keyboard"] for each in row]
        return self.presses_data(buttons[index]["callback_data"], shown, user, **more)

    def presses_data(self, data, message, user=None, **more):
        """A press with any data at all: what it says is up to the client."""
        chat, number = _chat(message), message["message_id"]
        posted = {"message_id": number, "date": self._now(), "chat": _place(chat), "from": self.me, "text": "…"}
        who = user or _person(chat)
        query = {"id": f"q{next(self._numbers)}", "from": who, "chat_instance": "1", "data": data, "message": posted}
        self._add(callback_query=query | more)
        return query

    def shares_contact(self, name="Bob", phone="+14155550100", contact_user=None, chat=7, user=None, **more):
        contact = {"first_name": name, "phone_number": phone, **({"user_id": contact_user} if contact_user else {})}
        return self._message(chat, user, contact=contact | more)

    def sends_file(self, data, name="list.csv", mime="text/csv", caption="", chat=7, user=None, size=None, **more):
        document = {"file_name": name, "mime_type": mime} | self._stored(data, size)
        return self._message(chat, user, document=document, **({"caption": caption} if caption else {}), **more)

    def sends_photo(self, data, caption="", chat=7, user=None, **more):
        small = {"width": 90, "height": 90} | self._stored(b"small")
        photo = [small, {"width": 900, "height": 900} | self._stored(data)]
        return self._message(chat, user, photo=photo, **({"caption": caption} if caption else {}), **more)

    def sends_voice(self, data, chat=7, user=None, **more):
        voice = {"duration": 3, "mime_type": "audio/ogg"} | self._stored(data)
        return self._message(chat, user, voice=voice, **more)

    def hears(self, **update):
        """Any update at all, as Telegram would word it."""
        self._add(**update)

    def words(self, chat=7):
        """The first line of each message to that chat."""
        return [each["text"].partition("\n")[0] for each in self.sent if each["chat_id"] == chat]

    def _message(self, chat, user, **said):
        message = {"message_id": next(self._numbers), "date": self._now(), "chat": _place(chat)}
        message |= {"from": user or _person(chat), **said}
        self._add(message=message)
        return message

    def _stored(self, data, size=None):
        name = f"file{next(self._numbers)}"
        self.files[name] = data
        return {"file_id": name, "file_unique_id": name, "file_size": len(data) if size is None else size}

    def _add(self, **update):
        [kind] = update
        if self.allowed and kind not in self.allowed:
            return
        self.updates.append({"update_id": next(self._updates), **update})
        self._news.set()

    def jump_to(self, update_id):
        """The next update has this id: after a quiet week Telegram starts anywhere."""
        self._updates = count(update_id)

    # --- HTTP

    async def _serve(self, request):
        if self.round_trip:
            await asyncio.sleep(self.round_trip)
        parts = request.path.split("/", 3 if request.path.startswith("/file/") else 2)
        match parts:
            case ["", "control", what]:
                return await self._control(what, request)
            case ["", "file", _, path]:
                return web.Response(body=self.files[path.removeprefix("documents/")])
            case ["", bot, method] if bot.startswith("bot"):
                return await self._answer(method, request)
        return web.Response(status=404)

    async def _answer(self, method, request):
        self.calls[method] += 1
        given = await _given(request)
        slow = 0
        try:
            fault = self._fault(method, given)
            if fault == CUT_BEFORE:
                return _cut(request)
            if isinstance(fault, Refusal):
                raise fault
            call = getattr(self, f"_{method}", None)
            if not call:
                raise Refusal(404, "Not Found")
            result = call(given)
            if asyncio.iscoroutine(result):
                result = await result
            if fault == CUT_AFTER:
                return _cut(request)
            slow = fault.seconds if isinstance(fault, Slow) else 0
        except Refusal as refusal:
            wrong = {"ok": False, "error_code": refusal.status, "description": refusal.description}
            wrong |= {"parameters": refusal.parameters} if refusal.parameters else {}
            return _json(wrong, refusal.status)
        if slow:
            await asyncio.sleep(slow)
        return _json({"ok": True, "result": result})

    def _fault(self, method, given):
        if waiting := self.breaks.get(method):
            return waiting.popleft() if isinstance(waiting, deque) else waiting.pop(0)
        if not method.startswith(("send", "edit")) or method == "sendChatAction":
            return None
        if waiting := self.refuses.get(int(given.get("chat_id", 0))):
            return waiting.popleft() if isinstance(waiting, deque) else waiting.pop(0)
        if self.storm and self._random.random() < self.storm:
            return too_many(self._random.randint(*self.storm_seconds))
        return None

    # --- the methods of the Bot API

    def _getMe(self, given):
        return self.me

    async def _getUpdates(self, given):
        if self.webhook:
            what = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {what}")
        self._poller += 1
        mine, offset = self._poller, int(given.get("offset") or 0)
        if given.get("allowed_updates") is not None:
            self.allowed = given["allowed_updates"]
        self.polls.append(given)
        self._confirm(offset)
        self._news.set()  # a poll that still waits is ended by this one
        self._news = news = asyncio.Event()
        if not (self.updates or self.again):
            try:
                async with asyncio.timeout(min(float(given.get("timeout") or 0), 50)):
                    await news.wait()
            except TimeoutError:
                pass
            if mine != self._poller:
                what = "terminated by other getUpdates request; make sure that only one bot instance is running"
                raise Refusal(409, f"Conflict: {what}")
        again, self.again = self.again, []
        limit = min(max(int(given.get("limit") or 100), 1), 100)
        return list(islice(chain(again, self.updates), limit))

    def _confirm(self, offset):
        kept = -offset if offset < 0 else None
        while self.updates and (self.updates[0]["update_id"] < offset if kept is None else len(self.updates) > kept):
            confirmed = self.updates.popleft()
            if self.duplicates and self._random.random() < self.duplicates:
                self.again.append(confirmed)

    def _setWebhook(self, given):
        self.webhook, self.secret = given["url"], given.get("secret_token", "")
        return True

    def _getWebhookInfo(self, given):
        waiting = {"has_custom_certificate": False, "pending_update_count": len(self.updates)}
        return {"url": self.webhook or "", **waiting}

    def _deleteWebhook(self, given):
        self.webhook = False
        if given.get("drop_pending_updates"):
            self.updates.clear()
        return True

    def _sendMessage(self, given):
        return self._post(given, given.get("text", ""), TEXT, "message text is empty", "message is too long")

    def _sendPhoto(self, given):
        return self._post_file(given, "photo")

    def _sendDocument(self, given):
        return self._post_file(given, "document")

    def _sendVoice(self, given):
        return self._post_file(given, "voice")

    def _editMessageText(self, given):
        shown = self._shown(given)
        if "photo" in shown or "document" in shown:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        text, entities = _checked(given, given.get("text", ""), TEXT, "message text is empty", "MESSAGE_TOO_LONG")
        return self._edit(shown, given, text=text, entities=entities)

    def _editMessageMedia(self, given):
        media = given["media"]
        caption, entities = _checked(media, media.get("caption", ""), CAPTION, None, "message caption is too long")
        name = media["media"].removeprefix("attach://")
        if name not in given["files"]:
            raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return self._edit(self._shown(given), given, text=caption, entities=entities, photo=given["files"][name][1])

    def _deleteMessage(self, given):
        if not self.messages.pop((int(given["chat_id"]), int(given["message_id"])), None):
            raise Refusal(400, "Bad Request: message to delete not found")
        self.deleted.append((int(given["chat_id"]), int(given["message_id"])))
        return True

    def _answerCallbackQuery(self, given):
        if len(given.get("text", "")) > TOAST:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answered.append(given["callback_query_id"])
        self.toasts.append(given.get("text", ""))
        return True

    def _sendChatAction(self, given):
        self.actions.append((int(given["chat_id"]), given["action"]))
        return True

    def _setMyCommands(self, given):
        for command in given["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[_scope(given)] = given["commands"]
        return True

    def _deleteMyCommands(self, given):
        self.commands.pop(_scope(given), None)
        return True

    def _getFile(self, given):
        name = given["file_id"]
        if name not in self.files:
            raise Refusal(400, "Bad Request: invalid file_id")
        if len(self.files[name]) > DOWNLOAD:
            raise Refusal(400, "Bad Request: file is too big")
        size = len(self.files[name])
        return {"file_id": name, "file_unique_id": name, "file_size": size, "file_path": f"documents/{name}"}

    def _post(self, given, words, longest, empty, too_long, **more):
        text, entities = _checked(given, words, longest, empty, too_long)
        posted = given | {"chat_id": int(given["chat_id"]), "message_id": next(self._numbers), "raw": words}
        posted |= {"text": text, "entities": entities, **more}
        self.sent.append(posted)
        self.messages[posted["chat_id"], posted["message_id"]] = dict(posted)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
        return self._told(posted)

    def _post_file(self, given, kind):
        if kind not in given["files"]:
            raise Refusal(400, f"Bad Request: there is no {kind} in the request")
        name, data = given["files"][kind]
        more = {kind: data, "file_name": name}
        return self._post(given, given.get("caption", ""), CAPTION, None, "message caption is too long", **more)

    def _shown(self, given):
        shown = self.messages.get((int(given["chat_id"]), int(given["message_id"])))
        if not shown:
            raise Refusal(400, "Bad Request: message to edit not found")
        return shown

    def _edit(self, shown, given, **news):
        markup = given.get("reply_markup")
        if all(shown.get(name) == value for name, value in news.items()) and shown.get("reply_markup") == markup:
            same = "specified new message content and reply markup are exactly the same as a current content"
            raise Refusal(400, f"Bad Request: message is not modified: {same} and reply markup of the message")
        shown |= news | {"reply_markup": markup}
        self.edits.append(dict(shown))
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
        return self._told(shown)

    def _told(self, posted):
        told = {"message_id": posted["message_id"], "date": self._now(), "chat": _place(posted["chat_id"])}
        told |= {"from": self.me, "text": posted["text"]}
        return told | ({"reply_markup": posted["reply_markup"]} if posted.get("reply_markup") else {})

    # --- control from another process

    async def _control(self, what, request):
        given = dict(request.query) | (await request.json() if request.can_read_body else {})
        return _json(await getattr(self, f"_control_{what}")(given))

    async def _control_say(self, given):
        """One message, or many: {"messages": [{"chat": 7, "text": "…"}, …]}."""
        many = given.get("messages", [given])
        return [self.says(each["text"], int(each.get("chat", 7)), each.get("user"))["message_id"] for each in many]

    async def _control_press(self, given):
        shown = self.messages[int(given["chat"]), int(given["message_id"])]
        return self.presses(shown, int(given.get("index", 0)))["id"]

    async def _control_sent(self, given):
        """What was sent from number `since` on; waits until there are `least` in all, at most `wait` seconds."""
        least, ends = int(given.get("least", 0)), time.monotonic() + float(given.get("wait", 0))
        while len(self.sent) < least and (left := ends - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._grown.wait()
            except TimeoutError:
                break
        since = int(given.get("since", 0))
        return [{key: value for key, value in each.items() if _plain(value)} for each in self.sent[since:]]

    async def _control_state(self, given):
        waiting = {"updates": len(self.updates), "sent": len(self.sent), "edits": len(self.edits)}
        return waiting | {"answered": len(self.answered), "calls": dict(self.calls)}

    async def _control_faults(self, given):
        """{"chat": 7 | "method": "getUpdates", "faults": [{"status": 429, …} | {"cut": "before"} | {"slow": 2}]}."""
        queue = self.breaks[given["method"]] if "method" in given else self.refuses[int(given["chat"])]
        queue.extend(map(_read_fault, given["faults"]))
        return len(queue)

    async def _control_settings(self, given):
        """storm, storm_seconds, duplicates, round_trip: each as the attribute of that name."""
        for name in given.keys() & {"storm", "storm_seconds", "duplicates", "round_trip", "webhook"}:
            setattr(self, name, given[name])
        return True

    async def _control_reset(self, given):
        """Forget what was said and sent; the numbers go on."""
        for each in (self.updates, self.again, self.sent, self.edits, self.answered, self.actions, self.polls):
            each.clear()
        for each in (self.calls, self.messages, self.refuses, self.breaks):
            each.clear()
        return True


def _chat(message):
    return message["chat_id"] if "chat_id" in message else message["chat"]["id"]


def _place(chat):
    return private(chat) if chat > 0 else group(chat)


def _person(chat):
    return user(chat) if chat > 0 else user(7)


def _plain(value):
    return not isinstance(value, bytes | bytearray) and value != {}


def _read_fault(given):
    if "cut" in given:
        return Cut(given["cut"] == "after")
    if "slow" in given:
        return Slow(float(given["slow"]))
    return Refusal(int(given["status"]), given.get("description", "Refused"), given.get("parameters", {}))


def _cut(request):
    request.transport.abort()
    return web.Response()


def _json(answer, status=200):
    return web.Response(body=json.dumps(answer).encode(), status=status, content_type="application/json")


async def _given(request):
    """What a request says, with every nested value parsed; files are name and bytes."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return json.loads(await request.read())
    given, files = {}, {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        elif name in NESTED:
            given[name] = json.loads(value)
        else:
            given[name] = value
    return given | {"files": files}


def _checked(given, words, longest, empty, too_long):
    """The text as people see it and its entities, or the refusal that Telegram would give."""
    if any("\ud800" <= each <= "\udfff" for each in words):
        raise Refusal(400, "Bad Request: strings must be encoded in UTF-8")
    text, entities = parse_html(words) if given.get("parse_mode") == "HTML" else (words, [])
    if empty and not text.strip(BLANK):
        raise Refusal(400, f"Bad Request: {empty}")
    if len(text.encode("utf-16-le")) // 2 > longest:  # the stricter reading; Telegram counts code points
        raise Refusal(400, f"Bad Request: {too_long}")
    _check_buttons(given.get("reply_markup"))
    return text, entities


def people_see(given):
    """What a drawn message shows, its text and entities; raises the `Refusal` that Telegram would answer."""
    if "photo" in given:
        return _checked(given, given.get("caption", ""), CAPTION, None, "message caption is too long")
    return _checked(given, given["text"], TEXT, "message text is empty", "message is too long")


def _check_buttons(markup):
    rows = markup.get("inline_keyboard", []) if markup else []
    buttons = [each for row in rows for each in row]
    if len(buttons) > BUTTONS or any(len(row) > ROW for row in rows):
        raise Refusal(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    for each in buttons:
        if not each["text"].strip(BLANK):
            raise Refusal(400, "Bad Request: BUTTON_TEXT_INVALID")
        if not 1 <= len(each["callback_data"].encode()) <= DATA:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


PIECE = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>|<|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);|[^<&]+|&")


def parse_html(words):
    """The text without its tags, and (tag, text) of each, as strictly as Telegram does it."""
    if "<" not in words and "&" not in words:
        return words, []
    text, open_tags, entities = "", [], []
    for piece in PIECE.finditer(words):
        whole, tag = piece[0], (piece[2] or "").lower()
        if not whole.startswith("<"):
            text += unescape(whole) if len(whole) > 1 and whole[0] == "&" else whole
        elif not tag or tag not in TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        elif not piece[1]:
            open_tags.append((tag, len(text), piece[3]))
        elif not open_tags or open_tags[-1][0] != tag:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unexpected end tag "{tag}" at byte offset 0')
        else:
            _, starts, more = open_tags.pop()
            entities.append({"type": tag, "text": text[starts:]} | ({"more": more.strip()} if more else {}))
    if open_tags:
        tag = open_tags[-1][0]
        raise Refusal(
            400, f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{tag}\""
        )
    return text, entities


async def _main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    for name in ("duplicates", "storm", "round-trip"):
        options.add_argument(f"--{name}", type=float, default=0.0)
    options.add_argument("--seed", type=int, default=0)
    asked = vars(options.parse_args())
    port = asked.pop("port")
    server = TelegramServer(**asked, now=lambda: int(time.time()))
    await server.start(port)
    print(server.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
