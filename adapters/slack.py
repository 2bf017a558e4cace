"""Slack, through Bolt and Socket Mode."""

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters import Deaf, Take, cut, in_one_line
from adapters._blocks import Block, draw
from adapters._known import Known, remember
from adapters._payloads import AT_HOME, ONLY_FOR, Body, Heard, Us, plain, receive, submitted
from adapters._signed import SignedHttp
from adapters._views import edit, errors, filled, home, modal
from adapters._web_api import (
    BASE_URL,
    FAILED,
    LONGEST_PAUSE,
    NOT_EDITABLE,
    PAUSE,
    UNSEEN,
    WebApi,
    in_our_words,
    reason_of,
    retry_after,
    trouble_of,
)
from crmbot.errors import Passing, Permanent, Unavailable
from crmbot.forms import EDITS, FORMS, said_by, wrong
from crmbot.incoming import File, Incoming, Place, Sender
from crmbot.reply import Chart, Form
from crmbot.sender import Outgoing
from crmbot.words import language_of

__all__ = ["Slack", "draw", "receive"]
log = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.library")
quiet.setLevel(logging.CRITICAL + 1)  # it writes what people say and where the socket is; what matters we say


ACKNOWLEDGE = 2.7  # seconds; Slack waits three
PING = 5.0  # seconds between pings on the socket; four without an answer, and it is opened anew
GROWTH = 1.5  # of the pause between tries after something failed
REBUILD, GIVE_UP = 90.0, 300.0  # seconds without a good frame: a new client; let the supervisor start us anew
RENEW = 3600.0  # seconds without an event: the socket may be open and deaf
LOOK = 5.0  # seconds between two looks of the watchdog
SETTLED = 400.0  # seconds after the start: what came before it has come for the last time
UNREADY = 5  # tries to post a picture that Slack still looks at
FRESH = 2.9  # seconds for which Slack lets a press or a command open a form
HOURGLASS = "hourglass_flowing_sand"


class Slack:
    """One bot in one workspace: `run` takes its messages in, `send` posts replies."""

    name = "slack"
    redraws = True
    patience = 2.0  # seconds within which a message is taken in, or put aside

    def __init__(
        self,
        bot_token: str,
        app_token: str,
        base_url: str = BASE_URL,
        *,
        commands: Set[str] = frozenset(),
        http: SignedHttp | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._web = WebApi(bot_token, base_url, quiet)
        self._app_token = app_token
        self._http = http  # instead of Socket Mode
        self.pages = [http.page] if http else []
        self._commands = commands
        self._clock = clock
        self._us: Us | None = None
        self._known = Known(self._web, clock)
        self._answer_at: OrderedDict[Place, str] = OrderedDict()
        self._triggers: OrderedDict[Place, tuple[str, float]] = OrderedDict()  # what opens a form, and until when
        self._reads: OrderedDict[str, str] = OrderedDict()  # the language in which a person was answered last
        self._unanswered: OrderedDict[Place, str] = OrderedDict()  # the newest message of each chat, until its answer
        self._marked: set[str] = set()  # messages with an hourglass
        self._in_hand: dict[str, asyncio.Task[None]] = {}  # what is being taken in, by key
        self._lines: dict[str, asyncio.Lock] = {}  # chats keep their order while files are fetched
        self._begun: dict[int, list[str]] = {}  # replies of several messages that were interrupted: those sent
        self._pictures: dict[int, str] = {}  # charts that are uploaded and not posted yet
        self._unready: dict[int, int] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._trouble = ""
        self._pong: float | None = None
        self._alive = self._heard = clock()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._web.close()

    # --- out

    @property
    def last_good_poll(self) -> float:
        """When Slack was last heard, by the clock."""
        return self._alive

    async def send(self, outgoing: Outgoing) -> str:
        """Post it; the `ts` of its last message. What of a longer reply was sent is not sent again."""
        if outgoing.place.private:
            remember(self._reads, outgoing.place.chat, outgoing.language)
        elif await self._known.others_read(outgoing.place.chat):
            raise Permanent("another company reads along")
        sent = self._begun.pop(outgoing.id, [])
        if outgoing.reply.form and await self._opens(outgoing.reply.form, outgoing):
            return ""
        try:
            picture = await self._picture(outgoing.id, outgoing.reply.chart) if outgoing.reply.chart else ""
            messages = draw(outgoing, picture=picture, begun=len(sent))
            if outgoing.place.thread == AT_HOME:
                return await self._publish(outgoing, messages)
            if outgoing.reply.loud and not (outgoing.place.private or outgoing.edits):
                messages[0]["reply_broadcast"] = True
            for message in messages[len(sent) :]:
                edits = outgoing.edits if not sent else ""
                sent.append(await (self._edit if edits else self._post)(_below(outgoing), message, edits))
            if outgoing.reply.file:
                await self._share(outgoing.reply.file, _below(outgoing))
        except FAILED as error:
            ours = self._meaning(error, outgoing.id)
            if sent and isinstance(ours, Passing):
                self._begun[outgoing.id] = sent
            raise ours from None  # the library's errors hold what was to be sent
        self._pictures.pop(outgoing.id, None)
        self._unready.pop(outgoing.id, None)
        self._answered(outgoing.place, outgoing.answers)
        return sent[-1]

    async def _share(self, file: File, place: Place) -> None:
        """Below the words that go with it; Slack does not say what its message is called."""
        channel = await self._known.channel_of(place)
        await self._web.upload(cut(in_one_line(file.name), 100) or "file", file.data, channel, place.thread)

    async def _opens(self, form: Form, outgoing: Outgoing) -> bool:
        """The form itself instead of the words that say how else it is done; they follow where it cannot be opened."""
        trigger, until = self._triggers.pop(outgoing.place, ("", 0.0))
        if self._clock() > until:
            return False
        return await self._open_view(trigger, edit(form, outgoing.language))

    async def _open_view(self, trigger: str, view: Block) -> bool:
        try:
            await self._web.call("views.open", {"trigger_id": trigger, "view": view})
        except FAILED as error:
            log.warning("slack: a form was not opened: %s", reason_of(error) or type(error).__name__)
            return False
        return True

    async def _publish(self, outgoing: Outgoing, messages: Sequence[Block]) -> str:
        user = outgoing.place.chat.rpartition(":")[2]
        view = home(messages, outgoing.language)
        await self._web.call("views.publish", {"user_id": user, "view": view})
        return ""

    async def _post(self, place: Place, message: dict[str, Any], edits: str = "") -> str:
        given = {"unfurl_links": False, "unfurl_media": False, "link_names": False, **message}
        if place.thread.startswith(ONLY_FOR):
            return await self._post_to_one(place, given, edits)
        given["channel"] = await self._known.channel_of(place)
        if place.thread:
            given["thread_ts"] = place.thread
        else:
            given.pop("reply_broadcast", None)
        return str((await self._web.call("chat.postMessage", given))["ts"])

    async def _post_to_one(self, place: Place, message: dict[str, Any], edits: str) -> str:
        """Only they see it. Where the bot is no member, the address that came with the command takes it."""
        url = self._answer_at.get(place, "")
        if edits and url:
            await self._web.post_at(url, message | {"replace_original": True})
            return ""  # Slack does not say what it is called
        user, _, thread = place.thread.removeprefix(ONLY_FOR).partition("/")
        try:
            given = {"channel": place.chat, "user": user, **({"thread_ts": thread} if thread else {}), **message}
            return str((await self._web.call("chat.postEphemeral", given))["message_ts"])
        except SlackApiError as error:
            if not url or reason_of(error) not in UNSEEN:
                raise
        await self._web.post_at(url, message | {"response_type": "ephemeral", "replace_original": False})
        return ""

    async def _edit(self, place: Place, message: dict[str, Any], ts: str) -> str:
        """A message that stands no more is posted anew."""
        if place.thread.startswith(ONLY_FOR):
            return await self._post_to_one(place, message, ts)
        given = {"channel": await self._known.channel_of(place), "ts": ts, **message}
        try:
            return str((await self._web.call("chat.update", given))["ts"])
        except SlackApiError as error:
            if reason_of(error) not in NOT_EDITABLE:
                raise
        return await self._post(place, message)

    async def _picture(self, number: int, chart: Chart) -> str:
        """Slack's id of the chart, uploaded once however often the message must be tried."""
        if number not in self._pictures:
            name = re.sub(r"[^\w-]", "_", chart.name.removesuffix(".png"))[:60] + ".png"
            self._pictures[number] = await self._web.upload(name, chart.png)
        return self._pictures[number]

    def _meaning(self, error: Exception, number: int) -> Exception:
        """Right after its upload a picture may not be there yet, and Slack blames the blocks."""
        if reason_of(error) == "invalid_blocks" and number in self._pictures:
            self._unready[number] = self._unready.get(number, 0) + 1
            if self._unready[number] <= UNREADY:
                return Passing(PAUSE)
        return in_our_words(error)

    async def busy(self, place: Place) -> None:
        """An hourglass on the message that waits for its answer: Slack has no typing sign for bots."""
        if ts := self._unanswered.get(place):
            await self._react("reactions.add", place, ts)
            self._marked.add(ts)
            if self._unanswered.get(place) != ts:  # it was answered meanwhile
                await self._unmark(place, ts)

    async def _unmark(self, place: Place, ts: str) -> None:
        self._marked.discard(ts)
        await self._react("reactions.remove", place, ts)

    async def _react(self, method: str, place: Place, ts: str) -> None:
        with suppress(*FAILED):
            given = {"channel": await self._known.channel_of(place), "timestamp": ts, "name": HOURGLASS}
            await self._web.call(method, given)

    def _answered(self, place: Place, ts: str) -> None:
        said_in = Place("slack", place.chat, place.thread.partition("/")[2] or ts, private=False)
        for each in (place, said_in):  # what was said in a channel may be answered aside
            if self._unanswered.get(each) == ts:
                del self._unanswered[each]
        if ts in self._marked:
            self._in_background(self._unmark(place, ts))

    # --- in

    async def run(self, take: Take, page_done: Callable[[], None] | None = None) -> None:
        """Hear for ever; raises `Deaf` when nothing came through the socket for five minutes.

        `take` comes back when its message is committed; what it raises `Unavailable` for is not acknowledged.
        `page_done` is called when all that Slack had repeated has come.
        """
        self._alive = self._heard = self._clock()
        settled = asyncio.get_running_loop().call_later(SETTLED, page_done or (lambda: None))
        try:
            await self._who()
            if self._http:
                await self._http.serve(self._bolt(take))
            while True:
                await self._listen(take)
        finally:
            settled.cancel()

    async def _who(self) -> Us:
        """Asked before anything is heard: without it nobody knows which words are meant for the bot."""
        pause = PAUSE
        while not self._us:
            try:
                told = await self._web.ask("auth.test")
                self._us, self._alive = Us(told["team_id"], told["user_id"]), self._clock()
            except FAILED as error:
                self._note(trouble_of(error))
                self._give_up_when_deaf()
                await asyncio.sleep(max(pause, retry_after(error)))
                pause = min(pause * GROWTH, LONGEST_PAUSE)
        return self._us

    async def _listen(self, take: Take) -> None:
        """Until the connection is to be built anew."""
        self._web.session()
        began, client = self._clock(), self._web.client
        handler = AsyncSocketModeHandler(self._bolt(take), self._app_token, quiet, client, ping_interval=PING)
        socket = handler.client
        socket.proxy = client.proxy
        socket.on_message_listeners.append(self._frame)
        connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # Bolt's gap
        try:
            while True:
                await asyncio.sleep(LOOK)
                if socket.last_ping_pong_time != self._pong:
                    self._pong, self._alive = socket.last_ping_pong_time, self._clock()
                silent = self._clock() - self._alive
                self._note("not reached; trying again" if silent > 6 * PING else "")
                self._give_up_when_deaf()
                if self._clock() - max(self._alive, began) > REBUILD or self._clock() - max(self._heard, began) > RENEW:
                    return
        finally:
            connecting.cancel()
            with suppress(ClientError, OSError):
                await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's gap
            loops = (connecting, socket.message_processor, socket.message_receiver, socket.current_session_monitor)
            await asyncio.gather(*filter(None, loops), return_exceptions=True)

    async def _frame(self, _: object) -> None:
        self._alive = self._heard = self._clock()

    def _give_up_when_deaf(self) -> None:
        if self._clock() - self._alive > GIVE_UP:
            raise Deaf(f"Slack: nothing was heard for {GIVE_UP:.0f} s")

    def _note(self, trouble: str) -> None:
        """One line when trouble begins, changes or ends."""
        if trouble != self._trouble:
            log.log(logging.WARNING if trouble else logging.INFO, "slack: %s", trouble or "heard again")
        self._trouble = trouble

    def _bolt(self, take: Take) -> AsyncApp:
        """The road runs before anything is acknowledged; what it does not take in, Slack brings again."""

        async def road(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
            if body.get("type") == "url_verification":
                await next()
                return None
            answer = await self._answer_to(body, take)
            return BoltResponse(status=503 if answer is None else 200, body=answer or "")

        return AsyncApp(
            client=self._web.client,
            token=self._web.client.token,
            logger=quiet,
            before_authorize=road,
            request_verification_enabled=False,  # the socket is ours; what comes by HTTP was verified there
        )

    async def _answer_to(self, body: Body, take: Take) -> Block | None:
        """What goes with the acknowledgement; nothing, when there is to be none."""
        us = await self._who()
        try:
            match body.get("type"):
                case "shortcut" | "message_action":
                    return {} if await self._open(body, us) else None
                case "view_submission":
                    heard, answer = await self._submitted(body, us)
                case _:
                    heard, answer = receive(body, us, self._commands), {}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.error("slack: a payload cannot be read: %s", type(error).__name__)
            return {}
        return answer if not heard or await self._take(heard, take) else None

    async def _open(self, body: Body, us: Us) -> bool:
        """A form, at once: what opens it is good for three seconds. On a message it keeps who wrote it, and where."""
        form, user = body["callback_id"], body["user"]
        if form not in FORMS or form in EDITS:
            return True
        reader = await self._known.named(Sender("slack", f"{user.get('team_id', us.team)}:{user['id']}", user["id"]))
        message, note = body.get("message") or {}, ""
        if message:
            note = await self._known.origin(message, body["channel"]["id"], us)
        words = plain(message.get("text") or "")
        return await self._open_view(body["trigger_id"], modal(form, words, note, self._language(reader)))

    def _language(self, reader: Sender) -> str:
        """That of the last answer, which knows what they chose, else that of their app."""
        return self._reads.get(reader.id) or language_of(reader.language, "en")

    async def _submitted(self, body: Body, us: Us) -> tuple[Heard | None, Block]:
        """A form with a mistake in it goes back with the acknowledgement, and nothing of it is kept."""
        given = filled(body["view"])
        if given.form not in FORMS or (given.about and not given.fields):  # saved as it was
            return None, {}
        heard = submitted(body, said_by(given), us)
        if heard:
            reader = await self._known.named(heard.incoming.sender)
            language = self._language(reader)
            if mistakes := wrong(given, datetime.now(UTC), language):
                return None, errors(mistakes, language)
        return heard, {}

    async def _take(self, heard: Heard, take: Take) -> bool:
        """Whether it is taken in. What takes longer goes on: its repeat finds it here."""
        same = heard.incoming.key
        task = self._in_hand.get(same)
        if not task:
            task = self._in_hand[same] = self._in_background(self._take_in(heard, take))
            task.add_done_callback(lambda _: self._in_hand.pop(same, None))
        done, _ = await asyncio.wait({task}, timeout=ACKNOWLEDGE)
        if not done or task.cancelled():
            return False
        failed = task.exception()
        if failed and not isinstance(failed, Unavailable):
            log.error("slack: a message was not taken in: %s", type(failed).__name__)
        return not failed

    async def _take_in(self, heard: Heard, take: Take) -> None:
        """In order within one chat, files and names included."""
        line = self._lines.setdefault(heard.channel, asyncio.Lock())
        try:
            async with line:
                incoming = await self._whole(heard)
                if incoming.message_id:
                    remember(self._unanswered, incoming.place, incoming.message_id)
                taking = asyncio.ensure_future(take(incoming))
                await asyncio.sleep(0)  # it is in the road's own queue before the next one is
        finally:
            if not line.locked():
                self._lines.pop(heard.channel, None)
        await taking

    async def _whole(self, heard: Heard) -> Incoming:
        """With the sender's name, the files, and the place as we call it."""
        incoming = replace(heard.incoming, sender=await self._known.named(heard.incoming.sender))
        person, place = incoming.sender.id, incoming.place
        if heard.channel.startswith("D"):
            if place.chat == person:
                if incoming.message_id:  # a message to the bot; where a press was is what its sender's app says
                    self._known.meets(person, heard.channel)
            elif await self._known.is_direct(person, heard.channel):  # a command in the chat with the bot is no aside
                incoming = replace(incoming, place=Place("slack", person), group=None)
        if incoming.group and not incoming.overheard and await self._known.others_read(heard.channel) is not False:
            incoming = replace(incoming, group=None)  # an event says so itself; commands and presses do not
        if heard.answer_at and incoming.place.thread.startswith(ONLY_FOR):
            remember(self._answer_at, incoming.place, heard.answer_at)
        if heard.trigger:
            remember(self._triggers, incoming.place, (heard.trigger, self._clock() + FRESH))
        return await self._known.with_files(incoming, heard.files) if heard.files else incoming

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _below(outgoing: Outgoing) -> Place:
    """What is said below a message of a channel stands in its thread."""
    place = outgoing.place
    return place if place.private or place.thread else replace(place, thread=outgoing.answers)
