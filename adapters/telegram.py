"""Telegram, through the Bot of python-telegram-bot and a polling loop of our own."""

import asyncio
import html
import logging
import os
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from telegram import Bot, CallbackQuery, InputMediaPhoto, Message, Update, User
from telegram import Contact as TelegramContact
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from adapters import aligned, in_one_line, printable, read_vcard, rows_of, width
from adapters._http import Aiohttp, NotSent
from crmbot.errors import Moved, Passing, Permanent, Unavailable
from crmbot.incoming import Contact, File, Incoming, Place, Press, Sender, key
from crmbot.reply import Button, Card, Reply, Table, text
from crmbot.sender import Outgoing
from crmbot.words import say

os.environ.setdefault("PTB_TIMEDELTA", "true")  # or reading `retry_after` is a deprecation warning
logging.getLogger("telegram").setLevel(logging.WARNING)  # at DEBUG it writes the token and what people say
log = logging.getLogger(__name__)

Take = Callable[[Incoming], Awaitable[None]]
Commands = Mapping[str, Sequence[tuple[str, str]]]

# What Telegram allows. It counts code points; UTF-16 units are never fewer
LONGEST, LONGEST_CAPTION, MOST_BUTTONS, BIGGEST_FILE = 4096, 1024, 100, 20_000_000
# What reads well on a phone
LONGEST_TITLE, LONGEST_LABEL, LONGEST_VALUE, LONGEST_BUTTON, MOST_MESSAGES = 200, 60, 300, 64, 5
IN_A_ROW, MOST_TINY, TINY, SHORT, PHONE = 3, 5, 3, 24, 34
AGAIN = 40  # room that is kept in a message for the mark of a repeat

POLL = 50  # seconds that Telegram holds a poll open
MARGIN = 15.0  # seconds more, and a poll counts as dead
PAUSE, LONGEST_PAUSE, GROWTH = 1.0, 30.0, 1.5  # seconds between tries after something failed
LONGEST_WAIT = 5.0  # seconds between tries while our own database is away
REBUILD, GIVE_UP = 90.0, 300.0  # seconds without a good poll: a new HTTP client; let the supervisor start us anew
LOOK = 5.0  # seconds between two looks of the watchdog
FETCHES = 3  # tries to fetch a file, before its message is taken without it

FAKE_SENDERS = frozenset({1087968824, 136817688, 777000})  # any anonymous admin, a channel, Telegram itself
NO_PREVIEW = {"is_disabled": True}
KINDS = ["message", "edited_message", "callback_query"]
DEAD = (
    "chat not found",
    "peer_id_invalid",
    "user is deactivated",
    "user_deactivated",
    "group chat was deactivated",
    "no rights to send",
    "not enough rights",
    "administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "channel_private",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
)
NOT_EDITABLE = ("message to edit not found", "can't be edited", "no text in the message", "message_id_invalid")
UNPARSED = "can't parse entities"


class Deaf(Exception):
    """Nothing was heard from Telegram for so long that a new process is the better try."""


# --- what people say


def receive(update: Update, bot_id: str, username: str = "") -> Incoming | None:
    """What an update says, in our words; nothing, if it is none of those we answer.

    Its files are not fetched yet; `username` is the bot's own, by which groups address it.
    """
    if update.callback_query:
        return _press(update.callback_query)
    message = update.message or update.edited_message
    if not message or not _is_person(message.from_user) or not _is_for_us(message, bot_id, username):
        return None
    said = _said(message, username)
    if not said and (update.edited_message or not message.effective_attachment):
        return None  # somebody joined, a title changed, a live location moved
    return Incoming(
        key("telegram", bot_id, update.update_id),
        _sender(message.from_user),
        _place(message),
        message.edit_date or message.date,
        said,
        message_id=str(message.message_id),
        reply_to=_reply_to(message),
        edited_of=str(message.message_id) if update.edited_message else "",
        contact=_contact(message.contact) if message.contact else None,
        forwarded=message.forward_origin is not None,
    )


def _press(query: CallbackQuery) -> Incoming | None:
    posted = query.message
    if not posted or not _is_person(query.from_user):
        return None
    place = _place(posted) if isinstance(posted, Message) else _place_of_chat(posted.chat.id, posted.chat.type)
    at = posted.date if isinstance(posted, Message) else datetime.fromtimestamp(0, UTC)
    same = key("telegram-press", posted.chat.id, posted.message_id, query.data, query.id)
    number = str(posted.message_id)
    return Incoming(same, _sender(query.from_user), place, at, Press.read(query.data or ""), reply_to=number)


def _is_person(user: User | None) -> bool:
    return bool(user and not user.is_bot and user.id not in FAKE_SENDERS)


def _is_for_us(message: Message, bot_id: str, username: str) -> bool:
    """In a group: commands, replies to the bot, messages that name it."""
    if message.chat.type == message.chat.PRIVATE:
        return True
    words = message.text or message.caption or ""
    if command := _COMMAND.match(words):
        return not command["bot"] or command["bot"].casefold() == username.casefold()
    answered = message.reply_to_message
    if answered and answered.from_user and str(answered.from_user.id) == bot_id and _reply_to(message):
        return True
    return bool(username and _mention(username).search(words))


def _said(message: Message, username: str) -> str:
    words = message.text or message.caption or ""
    if not username or "@" not in words:
        return words.strip()
    command = _COMMAND.match(words)
    if command and (command["bot"] or "").casefold() == username.casefold():
        words = words[: command.start("bot") - 1] + words[command.end() :]
    return _mention(username).sub("", words).strip()


_COMMAND = re.compile(r"\A/\w+(?:@(?P<bot>\w+))?")


def _mention(username: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/])@{username}\b[,:，：]?\s*", re.IGNORECASE)


def _sender(user: User | None) -> Sender:
    assert user
    return Sender("telegram", str(user.id), user.full_name, (user.language_code or "")[:2])


def _place(message: Message) -> Place:
    thread = str(message.message_thread_id or "") if message.is_topic_message else ""
    return _place_of_chat(message.chat.id, message.chat.type, thread)


def _place_of_chat(chat: int, kind: str, thread: str = "") -> Place:
    return Place("telegram", str(chat), thread, private=kind == "private")


def _reply_to(message: Message) -> str:
    answered = message.reply_to_message
    # in a topic, what replies to nothing says that it replies to the topic's first message
    return str(answered.message_id) if answered and not answered.forum_topic_created else ""


def _contact(contact: TelegramContact) -> Contact:
    more = (contact.vcard and read_vcard(contact.vcard)) or Contact("")
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    phones = {re.sub(r"\D", "", phone): phone for phone in (contact.phone_number, *more.phones)}
    return replace(more, name=name, phones=tuple(phones.values()), user=str(contact.user_id or ""))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that a message says it carries."""

    file_id: str
    name: str
    mime: str
    size: int


def _attached(message: Message) -> list[Attached]:
    found = []
    if document := message.document:
        name = in_one_line(document.file_name or "file")
        found.append(Attached(document.file_id, name, document.mime_type or "", document.file_size or 0))
    if message.photo:
        biggest = message.photo[-1]
        found.append(Attached(biggest.file_id, "photo.jpg", "image/jpeg", biggest.file_size or 0))
    if voice := message.voice:
        found.append(Attached(voice.file_id, "voice.ogg", voice.mime_type or "audio/ogg", voice.file_size or 0))
    return found


# --- what we answer


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand in one line, and the tag they stand in: b, pre or none."""

    words: str
    tag: str = ""


def draw(outgoing: Outgoing, *, as_html: bool = True, begun: int = 0) -> list[dict[str, Any]]:
    """A reply as the arguments of `sendMessage`, or of `send_photo`: nearly always one message.

    `begun`: how many of several have arrived for certain, so that a repeat is marked on the next.
    """
    reply, language = outgoing.reply, outgoing.language
    lines = [*_sentence(reply, language), *_card(reply.card, language), *_table(reply.table, language)]
    pages = _pages(lines, (LONGEST_CAPTION if reply.chart else LONGEST) - AGAIN)
    if reply.chart and len(pages) > 1:  # too much for a caption: the picture first, then the words
        alt = _cut(_clean(say(reply.chart.alt, language)), LONGEST_CAPTION - AGAIN)
        pages = [[Line(alt)], *_pages(lines, LONGEST - AGAIN)]
    if outgoing.repeat and not outgoing.edits and begun < len(pages):  # an edit cannot be there twice
        pages[begun] = [Line(say(text("again"), language)), *pages[begun]]
    messages = [_message("text", page, as_html) | {"link_preview_options": NO_PREVIEW} for page in pages]
    if reply.chart:
        picture = {"photo": reply.chart.png, "filename": _filename(reply.chart.name)}
        messages[0] = picture | _message("caption", pages[0], as_html)
    if reply.buttons:
        messages[-1]["reply_markup"] = _keyboard(outgoing, reply.buttons)
    return messages


def _sentence(reply: Reply, language: str) -> Iterable[Line]:
    words = _clean(say(reply.text, language))
    yield from map(Line, words.split("\n"))
    if reply.chart and (alt := _clean(say(reply.chart.alt, language))) not in words:
        yield from map(Line, alt.split("\n"))


def _card(card: Card | None, language: str) -> Iterable[Line]:
    if not card:
        return
    yield Line("")
    yield Line(_cut(_clean_line(card.title), LONGEST_TITLE), "b")
    colon = "：" if language == "zh" else ": "
    for label, value in card.facts:
        said = _cut(_clean_line(say(label, language)), LONGEST_LABEL)
        yield Line(said + colon + _cut(_clean_line(say(value, language)), LONGEST_VALUE))


def _table(table: Table | None, language: str) -> Iterable[Line]:
    """Aligned if that fits a phone; else one line a row, which a phone can wrap."""
    if not table:
        return
    yield Line("")
    rows = rows_of(table, language)
    if fitting := aligned(rows, PHONE):
        yield from (Line(_clean(row), "pre") for row in fitting)
        return
    heads, *rest = [" · ".join(_cut(_clean_line(cell), LONGEST_VALUE) for cell in row) for row in rows]
    yield Line(heads, "b")
    yield from map(Line, rest)


def _clean(words: str) -> str:
    """Nothing in stored words reaches anybody: @name gets a joiner that is not seen, so it is no mention."""
    return _MENTION.sub("@\u2060", printable(words)) if "@" in words else printable(words)


_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def _clean_line(words: str) -> str:
    return " ".join(_clean(words).split())


def _pages(lines: Iterable[Line], longest: int) -> list[list[Line]]:
    """The lines in as few messages as hold them, broken at line ends where that is possible."""
    pages: list[list[Line]] = [[]]
    room = longest
    for line in lines:
        for piece in _pieces(line, longest):
            need = _units(piece.words) + 1
            if need > room and pages[-1]:
                pages.append([])
                room = longest
            pages[-1].append(piece)
            room -= need
    full = [page for page in pages if any(line.words.strip(_BLANK) for line in page)]
    if len(full) > MOST_MESSAGES:
        full = full[:MOST_MESSAGES]
        full[-1].append(Line("…"))
    return full or [[Line("…")]]  # Telegram refuses a message that shows nothing


# what Telegram takes for nothing: white space and characters that do not show
_BLANK = " \t\n\x0b\x0c\u00a0\u00ad\u061c\u180e\u2800\u3000\u3164\ufeff" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070)])
)


def _pieces(line: Line, longest: int) -> Iterable[Line]:
    words = line.words[: LONGEST * MOST_MESSAGES]
    while _units(words) >= longest:
        head = _head(words, longest - 1)
        yield Line(head, line.tag)
        words = words[len(head) :]
    yield Line(words, line.tag)


def _units(words: str) -> int:
    return len(words) if words.isascii() else len(words.encode("utf-16-le")) // 2


def _head(words: str, longest: int) -> str:
    return words.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore")


def _cut(words: str, longest: int) -> str:
    return words if _units(words) <= longest else _head(words, longest - 1) + "…"


def _message(name: str, lines: Sequence[Line], as_html: bool) -> dict[str, Any]:
    if not as_html:
        return {name: "\n".join(line.words for line in lines).strip("\n")}
    return {name: _html(lines).strip("\n"), "parse_mode": "HTML"}


def _html(lines: Sequence[Line]) -> str:
    """Every word is escaped here, and nowhere else: stored text is never markup."""
    parts = []
    for tag, together in groupby(lines, lambda line: line.tag):
        words = html.escape("\n".join(line.words for line in together), quote=False)
        parts.append(f"<{tag}>{words}</{tag}>" if tag else words)
    return "\n".join(parts)


def _filename(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name).removesuffix(".png")[:60] + ".png"


def _keyboard(outgoing: Outgoing, buttons: Sequence[Button]) -> dict[str, Any]:
    rows: list[list[str]] = []
    shown: list[list[dict[str, str]]] = []
    for index, button in enumerate(buttons[:MOST_BUTTONS]):
        label = _cut(in_one_line(say(button.label, outgoing.language)), LONGEST_BUTTON)
        label = label if label.strip(_BLANK) else "…"
        if not rows or not _fit_in_a_row([*rows[-1], label]):
            rows.append([])
            shown.append([])
        rows[-1].append(label)
        shown[-1].append({"text": label, "callback_data": Press(outgoing.token, index).payload})
    return {"inline_keyboard": shown}


def _fit_in_a_row(labels: Sequence[str]) -> bool:
    """Three, if a phone can show them whole; five marks or figures, as in a survey."""
    widths = [width(label) for label in labels]
    if max(widths) <= TINY:
        return len(labels) <= MOST_TINY
    return len(labels) <= IN_A_ROW and max(widths) <= SHORT and sum(widths) <= PHONE


# --- in and out


class Telegram:
    """One bot: `run` takes its messages in, `send` posts replies.

    `last_good_poll` is when Telegram last answered, by `clock`.
    """

    name = "telegram"
    patience = 5.0  # seconds within which a message is taken in, or put aside

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.telegram.org/bot",
        base_file_url: str = "https://api.telegram.org/file/bot",
        *,
        menu: Commands | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._addresses = (token, base_url, base_file_url)
        self._id = token.partition(":")[0]
        self._menu = menu
        self._clock = clock
        self._username = ""
        self._begun: dict[int, list[str]] = {}  # replies of several messages that were interrupted: those sent
        self._tasks: set[asyncio.Task[None]] = set()
        self._answering = asyncio.Semaphore(8)
        self._fetching = asyncio.Semaphore(4)  # files are held in memory until their message is taken
        self._trouble = ""
        self.last_good_poll = self._alive = clock()
        self._connect()

    def _connect(self) -> None:
        self._connected = self._clock()
        self._http, self._polling = Aiohttp(), Aiohttp(whole=None)
        self._bot = Bot(*self._addresses, request=self._http, get_updates_request=self._polling)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._disconnect()

    async def _disconnect(self) -> None:
        await asyncio.gather(self._http.shutdown(), self._polling.shutdown())

    async def link(self, payload: str) -> str:
        """An address that opens the chat with the bot and says `/start payload` there."""
        return f"https://t.me/{await self._who()}?start={payload}"

    async def _who(self) -> str:
        if not self._username:
            self._username = (await self._bot.get_me()).username or ""
        return self._username

    async def menu(self, commands: Commands) -> None:
        """The commands that the app offers: English for everybody, other languages for those who have them."""
        for language, offered in commands.items():
            code = None if language == "en" else language
            await self._bot.set_my_commands([(name, words[:256]) for name, words in offered], language_code=code)

    # --- out

    async def send(self, outgoing: Outgoing) -> str:
        """Post it; the id of its last message, under which the buttons are."""
        begun = len(self._begun.get(outgoing.id, ()))
        try:
            return await self._send(outgoing, draw(outgoing, begun=begun))
        except BadRequest as error:
            if UNPARSED not in _reason(error):
                raise
        log.error("telegram: it could not parse reply %s; sent without markup", outgoing.id)
        return await self._send(outgoing, draw(outgoing, begun=begun, as_html=False))

    async def _send(self, outgoing: Outgoing, messages: Sequence[dict[str, Any]]) -> str:
        """What of a longer reply was sent is not sent again when the rest has to wait."""
        sent = self._begun.pop(outgoing.id, [])
        try:
            for message in messages[len(sent) :]:
                edits = outgoing.edits if not sent else ""
                sent.append(await (self._edit(outgoing, edits, message) if edits else self._post(outgoing, message)))
        except BadRequest as error:
            if any(each in _reason(error) for each in DEAD):
                raise Permanent(str(error)) from error
            if sent and UNPARSED in _reason(error):
                self._begun[outgoing.id] = sent
            raise  # our own bug
        except TelegramError as error:
            if isinstance(error.__cause__, TypeError | ValueError) or "too large" in _reason(error):
                raise  # it cannot be written or is more than any try could send: our own bug too
            ours = _in_our_words(error)
            if sent and isinstance(ours, Passing):
                self._begun[outgoing.id] = sent
            raise ours from error
        return sent[-1]

    async def _post(self, outgoing: Outgoing, message: dict[str, Any]) -> str:
        place = outgoing.place
        where: dict[str, Any] = {"chat_id": place.chat}
        if place.thread:
            where["message_thread_id"] = int(place.thread)
        if outgoing.answers.isdecimal() and not place.private:
            answered = {"message_id": int(outgoing.answers), "allow_sending_without_reply": True}
            where["reply_parameters"] = answered
        if "photo" in message:
            return str((await self._bot.send_photo(**where, **message)).message_id)
        return str((await self._call("sendMessage", where | message))["message_id"])

    async def _edit(self, outgoing: Outgoing, number: str, message: dict[str, Any]) -> str:
        """A message that stands no more, or was never a text, is posted anew."""
        where: dict[str, Any] = {"chat_id": outgoing.place.chat, "message_id": int(number)}
        try:
            if "photo" in message:
                await self._bot.edit_message_media(
                    _as_media(message), reply_markup=message.get("reply_markup"), **where
                )
            else:
                await self._call("editMessageText", where | message)
        except BadRequest as error:
            if "message is not modified" in _reason(error):
                return number
            if not any(each in _reason(error) for each in NOT_EDITABLE):
                raise
            return await self._post(outgoing, message)
        return number

    async def _call(self, method: str, given: Mapping[str, object]) -> Any:
        """The plain call: a message through the library's own objects costs eight times its CPU."""
        return await self._http.call(f"{self._bot.base_url}/{method}", given)

    async def busy(self, place: Place) -> None:
        thread = int(place.thread) if place.thread else None
        with suppress(TelegramError):
            await self._bot.send_chat_action(place.chat, "typing", message_thread_id=thread)

    # --- in

    async def run(self, take: Take, page_done: Callable[[], None] | None = None) -> None:
        """Poll for ever; raises `Deaf` when Telegram was not heard for five minutes.

        `take` comes back when its message is committed; what it raises `Unavailable` for is asked for again.
        `page_done` is called when all of a page was taken.
        """
        self.last_good_poll = self._alive = self._clock()
        if self._menu:
            self._in_background(self._offer(self._menu))
        polling = asyncio.create_task(self._poll(take, page_done))
        try:
            while not (await asyncio.wait({polling}, timeout=LOOK))[0]:
                if self._clock() - self._alive > GIVE_UP:
                    raise Deaf(f"nothing was heard for {GIVE_UP:.0f} s")
            polling.result()
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)

    async def _poll(self, take: Take, page_done: Callable[[], None] | None) -> None:
        """Asking for the next page confirms this one, so the offset waits for the commits."""
        offset, pause = 0, PAUSE
        while True:
            try:
                page = await self._page(offset)
                # once all is confirmed the offset is forgotten: after a quiet week update ids start anywhere
                taken = await self._take_page(page, take)
                offset = page[taken - 1]["update_id"] + 1 if taken else offset if page else 0
                if taken < len(page):
                    raise Unavailable
            except RetryAfter as wait:
                await asyncio.sleep(_seconds(wait))
            except (TelegramError, TimeoutError, Unavailable) as error:
                self._note(error)
                await self._mend(error)
                await asyncio.sleep(pause)
                pause = min(pause * GROWTH, LONGEST_WAIT if isinstance(error, Unavailable) else LONGEST_PAUSE)
            else:
                pause = PAUSE
                self._note(None)
                if page and page_done:
                    page_done()

    async def _page(self, offset: int) -> list[dict[str, Any]]:
        """The next updates, not parsed: one that the library cannot read must not hold up the others."""
        await self._who()
        asked = {"offset": offset, "limit": 100, "timeout": POLL, "allowed_updates": KINDS}
        async with asyncio.timeout(POLL + MARGIN):
            page = await self._polling.call(f"{self._bot.base_url}/getUpdates", asked, POLL + MARGIN)
        self.last_good_poll = self._alive = self._clock()
        return list(page)

    async def _mend(self, error: Exception) -> None:
        if isinstance(error, Conflict) and "webhook" in _reason(error):
            with suppress(TelegramError):
                await self._bot.delete_webhook()  # what waits there is kept
        if self._clock() - max(self.last_good_poll, self._connected) > REBUILD:
            await self._disconnect()
            self._connect()

    def _note(self, error: Exception | None) -> None:
        """One line when trouble begins, changes or ends, and never the address: it holds the token."""
        trouble = _trouble(error) if error else ""
        if trouble != self._trouble:
            log.log(logging.WARNING if trouble else logging.INFO, "telegram: %s", trouble or "heard again")
        self._trouble = trouble

    async def _take_page(self, page: Sequence[dict[str, Any]], take: Take) -> int:
        """How many updates from the first on are taken. Chats go side by side, in order within one."""
        chats: defaultdict[str, list[tuple[int, Update, Incoming]]] = defaultdict(list)
        taken = [True] * len(page)
        for place, raw in enumerate(page):
            if (update := _parsed(raw)) and (incoming := receive(update, self._id, self._username)):
                chats[incoming.place.chat].append((place, update, incoming))
                taken[place] = False
            elif update:
                self._answer(update)
        ends = await asyncio.gather(
            *(self._take_chat(each, take, taken) for each in chats.values()), return_exceptions=True
        )
        for end in ends:
            if end and not isinstance(end, Unavailable):
                raise end
        return taken.index(False) if False in taken else len(page)

    async def _take_chat(self, messages: Sequence[tuple[int, Update, Incoming]], take: Take, taken: list[bool]) -> None:
        for place, update, incoming in messages:
            message = update.message
            if message and (attached := _attached(message)):
                async with self._fetching:
                    await take(await self._with_files(incoming, attached))
            else:
                await take(incoming)
            taken[place] = True
            self._alive = self._clock()
            self._answer(update)

    def _answer(self, update: Update) -> None:
        """End the spinner on a pressed button; nobody waits for it."""
        query = update.callback_query
        if query and len(self._tasks) < 200:
            self._in_background(self._answer_press(query.id))

    async def _answer_press(self, query: str) -> None:
        async with self._answering:
            with suppress(TelegramError):
                await self._bot.answer_callback_query(query)

    async def _with_files(self, incoming: Incoming, attached: Sequence[Attached]) -> Incoming:
        """Its files, fetched; a single contact card is read as one."""
        files = [await self._fetch(each) for each in attached]
        cards = [read_vcard(each.data) if each.name.casefold().endswith(".vcf") else None for each in files]
        rest = tuple(file for file, card in zip(files, cards, strict=True) if not card)
        return replace(incoming, files=rest, contact=next(filter(None, cards), None))

    async def _fetch(self, attached: Attached) -> File:
        """The file; empty, if it is too big or cannot be had."""
        nothing = File(attached.name, b"", attached.mime)
        if attached.size > BIGGEST_FILE:
            return nothing
        for tries in range(FETCHES):
            try:
                found = await self._bot.get_file(attached.file_id)
                return replace(nothing, data=bytes(await found.download_as_bytearray()))
            except (BadRequest, Forbidden):
                break
            except TelegramError as error:
                log.warning("telegram: a file was not fetched: %s", type(error).__name__)
                await asyncio.sleep(PAUSE * (tries + 1))
        return nothing

    async def _offer(self, commands: Commands) -> None:
        pause = PAUSE
        while True:
            try:
                return await self.menu(commands)
            except TelegramError as error:
                log.warning("telegram: the menu of commands was not set: %s", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * GROWTH, 600)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _parsed(raw: dict[str, Any]) -> Update | None:
    try:
        return Update.de_json(raw, None)
    except Exception as error:  # whatever the library raises at a shape that it does not know
        log.error("telegram: update %s cannot be read: %s", raw.get("update_id"), type(error).__name__)
        return None


def _as_media(message: dict[str, Any]) -> InputMediaPhoto:
    given = {name: message[name] for name in ("caption", "parse_mode", "filename") if name in message}
    return InputMediaPhoto(message["photo"], **given)


def _in_our_words(error: TelegramError) -> Exception:
    """What an error means for the reply."""
    match error:
        case RetryAfter():
            return Passing(_seconds(error))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Permanent(str(error))
        case NotSent():
            return Passing(PAUSE)
        case InvalidToken() | Conflict():
            return Passing(LONGEST_PAUSE)
    return Passing(PAUSE, doubtful=True)


def _reason(error: Exception) -> str:
    return str(error).casefold()


def _seconds(wait: RetryAfter) -> float:
    seconds = wait.retry_after
    return float(seconds) if isinstance(seconds, int) else seconds.total_seconds()


def _trouble(error: Exception) -> str:
    if isinstance(error, Conflict):
        cause = "a webhook was set" if "webhook" in _reason(error) else "another process polls with the same token"
        return f"Telegram gives its messages elsewhere: {cause}"
    if isinstance(error, InvalidToken):
        return "Telegram does not accept the token, or the base_url is wrong"
    if isinstance(error, Unavailable):
        return "the database is away; what was said is asked for again"
    return f"not reached ({type(error).__name__}); trying again"
