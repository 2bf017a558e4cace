"""Telegram, through the Bot of python-telegram-bot and a polling loop of our own."""

import asyncio
import html
import logging
import math
import os
import re
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from telegram import Bot, BotCommandScopeAllGroupChats, BotCommandScopeChat, InputMediaPhoto
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from adapters import (
    BLANK,
    Deaf,
    Take,
    aligned,
    cut,
    head,
    in_one_line,
    printable,
    read_vcard,
    rows_of,
    toast_of,
    units,
    width,
)
from adapters._http import NotSent, Request
from adapters._updates import Attached, Raw, attached, chat_of, query_of, receive
from crmbot.errors import Moved, Passing, Permanent, Unavailable
from crmbot.incoming import File, Incoming, Place, Press
from crmbot.reply import Button, Card, Reply, Table, text
from crmbot.sender import Outgoing
from crmbot.words import say

if TYPE_CHECKING:
    from adapters._webhook import Webhook

os.environ.setdefault("PTB_TIMEDELTA", "true")  # or reading `retry_after` is a deprecation warning
logging.getLogger("telegram").setLevel(logging.WARNING)  # at DEBUG it writes the token and what people say
log = logging.getLogger(__name__)

Commands = Mapping[str, Sequence[tuple[str, str]]]  # by language

# What Telegram allows. It counts code points; UTF-16 units are never fewer
LONGEST, LONGEST_CAPTION, LONGEST_TOAST, MOST_BUTTONS, BIGGEST_FILE = 4096, 1024, 200, 100, 20_000_000
# What reads well on a phone
LONGEST_TITLE, LONGEST_LABEL, LONGEST_VALUE, LONGEST_BUTTON, MOST_MESSAGES = 200, 60, 300, 64, 5
IN_A_ROW, MOST_TINY, TINY, SHORT, PHONE = 3, 5, 3, 24, 34
AGAIN = 40  # room that is kept in a message for the mark of a repeat

POLL = 50  # seconds that Telegram holds a poll open
MARGIN = 15.0  # seconds more, and a poll counts as dead
PAUSE, LONGEST_PAUSE, GROWTH = 1.0, 30.0, 1.5  # seconds between tries after something failed
LONGEST_WAIT = 5.0  # seconds between tries while our own database is away
REBUILD, GIVE_UP = 90.0, 300.0  # seconds without a good poll: a new HTTP client; let the supervisor start us anew
CALL = 30.0  # seconds between two looks at what Telegram knows of the webhook
LOOK = 5.0  # seconds between two looks of the watchdog
MANY = 5000  # chats whose menu is remembered
FETCHES = 3  # tries to fetch a file, before its message is taken without it

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
NO_PHOTO = ("photo_invalid", "image_process_failed", "photo should be")  # too long and thin, or none at all
UNPARSED = "can't parse entities"


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
    pages = _pages(lines, (LONGEST_CAPTION if reply.chart or reply.file else LONGEST) - AGAIN)
    if reply.chart and len(pages) > 1:  # too much for a caption: the picture first, then the words
        alt = cut(_clean(say(reply.chart.alt, language)), LONGEST_CAPTION - AGAIN)
        pages = [[Line(alt)], *_pages(lines, LONGEST - AGAIN)]
    if outgoing.repeat and not outgoing.edits and begun < len(pages):  # an edit cannot be there twice
        pages[begun] = [Line(say(text("again"), language)), *pages[begun]]
    messages = [_message("text", page, as_html) | {"link_preview_options": NO_PREVIEW} for page in pages]
    if reply.file:
        messages[0] = _carried(reply.file) | _message("caption", pages[0], as_html)
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
    yield Line(cut(_clean_line(card.title), LONGEST_TITLE), "b")
    colon = "：" if language == "zh" else ": "
    for label, value in card.facts:
        said = cut(_clean_line(say(label, language)), LONGEST_LABEL)
        yield Line(said + colon + cut(_clean_line(say(value, language)), LONGEST_VALUE))


def _table(table: Table | None, language: str) -> Iterable[Line]:
    """Aligned if that fits a phone; else one line a row, which a phone can wrap."""
    if not table:
        return
    yield Line("")
    rows = rows_of(table, language)
    if fitting := aligned(rows, PHONE):
        yield from (Line(_clean(row), "pre") for row in fitting)
        return
    heads, *rest = [" · ".join(cut(_clean_line(cell), LONGEST_VALUE) for cell in row) for row in rows]
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
            need = units(piece.words) + 1
            if need > room and pages[-1]:
                pages.append([])
                room = longest
            pages[-1].append(piece)
            room -= need
    full = [page for page in pages if any(line.words.strip(BLANK) for line in page)]
    if len(full) > MOST_MESSAGES:
        full = full[:MOST_MESSAGES]
        full[-1].append(Line("…"))
    return full or [[Line("…")]]  # Telegram refuses a message that shows nothing


def _pieces(line: Line, longest: int) -> Iterable[Line]:
    words = line.words[: LONGEST * MOST_MESSAGES]
    while units(words) >= longest:
        first = head(words, longest - 1)
        yield Line(first, line.tag)
        words = words[len(first) :]
    yield Line(words, line.tag)


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


def _carried(file: File) -> dict[str, Any]:
    """As what it is shown: a picture, something to listen to, else a file under its name."""
    name = cut(in_one_line(file.name), 100) or "file"
    if file.mime in ("image/jpeg", "image/png"):
        return {"photo": file.data, "filename": name}
    if file.mime == "audio/ogg":
        return {"voice": file.data, "filename": name}
    return {"document": file.data, "filename": name}


def _filename(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name).removesuffix(".png")[:60] + ".png"


def _keyboard(outgoing: Outgoing, buttons: Sequence[Button]) -> dict[str, Any]:
    labels = tuple(_label(say(button.label, outgoing.language)) for button in buttons[:MOST_BUTTONS])
    shown = [
        [{"text": labels[index], "callback_data": Press(outgoing.token, index).payload} for index in row]
        for row in _in_rows(labels)
    ]
    return {"inline_keyboard": shown}


@lru_cache(512)  # the same few stand under most replies
def _label(words: str) -> str:
    label = cut(in_one_line(words), LONGEST_BUTTON)
    return label if label.strip(BLANK) else "…"


@lru_cache(256)
def _in_rows(labels: tuple[str, ...]) -> list[list[int]]:
    """Which of them stand beside each other."""
    rows: list[list[int]] = []
    for index in range(len(labels)):
        if rows and _fit_in_a_row([labels[each] for each in (*rows[-1], index)]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return rows


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
    redraws = True
    patience = 5.0  # seconds within which a message is taken in, or put aside

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.telegram.org/bot",
        base_file_url: str = "https://api.telegram.org/file/bot",
        *,
        menus: Mapping[str, Commands] | None = None,  # by whom they are for, as in `Reply.menu`; and "group"
        clock: Callable[[], float] = time.monotonic,
        found: Callable[[str], None] = lambda address: None,  # told where people find the bot, once that is known
        webhook: "Webhook | None" = None,  # without one the bot polls
    ) -> None:
        self._webhook = webhook
        self.pages = (webhook.page,) if webhook else ()
        self._addresses = (token, base_url, base_file_url)
        self._id = token.partition(":")[0]
        self._menus = menus or {}
        self._offered: OrderedDict[str, tuple[str, str]] = (
            OrderedDict()
        )  # chat → the menu that it has, and its language
        self._clock = clock
        self._username = ""
        self._found = found
        self._begun: dict[int, list[str]] = {}  # replies of several messages that were interrupted: those sent
        self._tasks: set[asyncio.Task[None]] = set()
        self._answering = asyncio.Semaphore(8)
        self._fetching = asyncio.Semaphore(4)  # files are held in memory until their message is taken
        self._trouble = ""
        self.last_good_poll = self._alive = clock()
        self._connect()

    def _connect(self) -> None:
        self._connected = self._clock()
        self._http, self._polling = Request(), Request(whole=math.inf)
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
            self._found(f"https://t.me/{self._username}")
        return self._username

    async def menu(self) -> None:
        """What the app offers to whoever comes, and in groups: English, and other languages for those who have them."""
        for whose, scope in (("customer", None), ("group", BotCommandScopeAllGroupChats())):
            for language, offered in self._menus.get(whose, {}).items():
                code = None if language == "en" else language
                await self._bot.set_my_commands(offered, scope, code)

    def _offer_what_they_may(self, outgoing: Outgoing) -> None:
        """A member's private chat has the menu of their role, in their language; anybody else's has none of its own."""
        chat, wanted = outgoing.place.chat, (outgoing.reply.menu, outgoing.language)
        if wanted[0] in self._menus and self._offered.get(chat) != wanted:
            self._offered[chat] = wanted
            if len(self._offered) > MANY:
                self._offered.popitem(last=False)
            self._in_background(self._offer_in(chat, *wanted))

    async def _offer_in(self, chat: str, whose: str, language: str) -> None:
        scope = BotCommandScopeChat(int(chat))
        try:
            if whose == "customer":
                await self._bot.delete_my_commands(scope)
            else:
                await self._bot.set_my_commands(self._menus[whose][language], scope)
        except (TelegramError, ValueError) as error:  # with the next answer again
            log.warning("telegram: the menu of a chat was not set: %s", type(error).__name__)
            self._offered.pop(chat, None)

    # --- out

    async def send(self, outgoing: Outgoing) -> str:
        """Post it; the id of its last message, under which the buttons are."""
        begun = len(self._begun.get(outgoing.id, ()))
        self._offer_what_they_may(outgoing)
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
        for kind, post in (("voice", self._bot.send_voice), ("document", self._bot.send_document)):
            if kind in message:
                return str((await post(**where, **message)).message_id)
        if "photo" not in message:
            return str((await self._call("sendMessage", where | message))["message_id"])
        try:
            return str((await self._bot.send_photo(**where, **message)).message_id)
        except BadRequest as error:
            if not outgoing.reply.file or not any(each in _reason(error) for each in NO_PHOTO):
                raise
        given = {name: value for name, value in message.items() if name != "photo"}
        return str((await self._bot.send_document(**where, document=message["photo"], **given)).message_id)

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
        if self._menus:
            self._in_background(self._offer())
        hearing = self._listen(self._webhook, take, page_done) if self._webhook else self._poll(take, page_done)
        polling = asyncio.create_task(hearing)
        try:
            while not (await asyncio.wait({polling}, timeout=LOOK))[0]:
                if self._clock() - self._alive > GIVE_UP:
                    raise Deaf(f"Telegram: nothing was heard for {GIVE_UP:.0f} s")
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
                await asyncio.sleep(0)  # the replies go out first: the next page has time

    async def _listen(self, webhook: "Webhook", take: Take, page_done: Callable[[], None] | None) -> None:
        """Telegram calls; it is asked from time to time whether it still knows where."""
        in_turn: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by chat; gone when nobody waits

        async def taken(update: Raw) -> bool:
            try:
                # Telegram may send the messages of one chat side by side
                async with in_turn.setdefault(chat_of(update), asyncio.Lock()):
                    done = await self._take_page([update], take) == 1
            except Unavailable:
                return False
            if done and page_done:
                page_done()
            return done

        webhook.begin(taken)
        told = False  # Telegram says what address it knows, but not which secret
        while True:
            try:
                await self._who()
                if not told or (await self._bot.get_webhook_info()).url != webhook.url:
                    await self._bot.set_webhook(webhook.url, secret_token=webhook.secret, allowed_updates=KINDS)
                    told = True
            except TelegramError as error:
                self._note(error)
                await self._mend(error)
            else:
                self._note(None)
                self.last_good_poll = self._alive = self._clock()
            await asyncio.sleep(CALL)

    async def _page(self, offset: int) -> list[Raw]:
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

    async def _take_page(self, page: Sequence[Raw], take: Take) -> int:
        """How many updates from the first on are taken. Chats go side by side, in order within one."""
        chats: defaultdict[str, list[tuple[int, Raw, Incoming]]] = defaultdict(list)
        taken = [True] * len(page)
        for place, update in enumerate(page):
            if incoming := self._read(update):
                chats[incoming.place.chat].append((place, update, incoming))
                taken[place] = False
            else:
                self._answer(update)
        if len(chats) == 1:  # mostly: a task would only make it wait
            [chat] = chats.values()
            with suppress(Unavailable):
                await self._take_chat(chat, take, taken)
        else:
            works = (self._take_chat(each, take, taken) for each in chats.values())
            for end in await asyncio.gather(*works, return_exceptions=True):
                if end and not isinstance(end, Unavailable):
                    raise end
        return taken.index(False) if False in taken else len(page)

    def _read(self, update: Raw) -> Incoming | None:
        try:
            return receive(update, self._id, self._username)
        except Exception as error:  # a shape that nobody here knows: it must not hold up the others
            log.error("telegram: update %s cannot be read: %s", update.get("update_id"), type(error).__name__)
            return None

    async def _take_chat(self, messages: Sequence[tuple[int, Raw, Incoming]], take: Take, taken: list[bool]) -> None:
        for place, update, incoming in messages:
            if files := attached(update):
                async with self._fetching:
                    replies = await take(await self._with_files(incoming, files))
            else:
                replies = await take(incoming)
            taken[place] = True
            self._alive = self._clock()
            if query_of(update):
                self._answer(update, toast_of(incoming, replies, LONGEST_TOAST))

    def _answer(self, update: Raw, toast: str = "") -> None:
        """End the spinner on a pressed button and say what it did; nobody waits for it."""
        query = query_of(update)
        if query and len(self._tasks) < 200:
            self._in_background(self._answer_press(query, toast))

    async def _answer_press(self, query: str, toast: str) -> None:
        async with self._answering:
            with suppress(TelegramError):
                await self._bot.answer_callback_query(query, toast or None)

    async def _with_files(self, incoming: Incoming, carried: Sequence[Attached]) -> Incoming:
        """Its files, fetched; a single contact card is read as one."""
        files = [await self._fetch(each) for each in carried]
        cards = [read_vcard(each.data) if each.name.casefold().endswith(".vcf") else None for each in files]
        rest = tuple(file for file, card in zip(files, cards, strict=True) if not card)
        return replace(incoming, files=rest, contact=next(filter(None, cards), None))

    async def _fetch(self, file: Attached) -> File:
        """The file; empty, if it is too big or cannot be had."""
        nothing = File(file.name, b"", file.mime)
        if file.size > BIGGEST_FILE:
            return nothing
        for tries in range(FETCHES):
            try:
                found = await self._bot.get_file(file.file_id)
                return replace(nothing, data=bytes(await found.download_as_bytearray()))
            except (BadRequest, Forbidden):
                break
            except TelegramError as error:
                log.warning("telegram: a file was not fetched: %s", type(error).__name__)
                await asyncio.sleep(PAUSE * (tries + 1))
        return nothing

    async def _offer(self) -> None:
        pause = PAUSE
        while True:
            try:
                return await self.menu()
            except TelegramError as error:
                log.warning("telegram: the menu of commands was not set: %s", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * GROWTH, 600)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


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
