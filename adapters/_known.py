"""What Slack knows and no payload says: names and languages, the channels of direct messages, files."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from slack_sdk.errors import SlackApiError

from adapters import read_vcard
from adapters._payloads import ONLY_FOR, Attached, Body, Us
from adapters._web_api import BIGGEST_FILE, FAILED, LONGEST_PAUSE, PAUSE, WebApi
from crmbot.incoming import File, Incoming, Place, Sender

K = TypeVar("K")
V = TypeVar("V")
log = logging.getLogger(__name__)
KNOWN, NAME = 3600.0, 1.0  # seconds that a name is remembered; that a message waits for one
SURE = 60.0  # seconds that it is remembered who reads along in a channel
FETCHES = 3  # tries to fetch a file, before its message is taken without it
MANY = 5000  # chats, people and addresses that are remembered


class Known:
    def __init__(self, web: WebApi, clock: Callable[[], float]) -> None:
        self._web = web
        self._clock = clock
        self._people: OrderedDict[str, tuple[float, Sender]] = OrderedDict()
        self._direct: OrderedDict[str, str] = OrderedDict()  # person → channel of their messages with the bot
        self._channels: OrderedDict[str, tuple[float, bool | None]] = OrderedDict()
        self._fetching = asyncio.Semaphore(4)  # files are held in memory until their message is taken

    def meets(self, person: str, channel: str) -> None:
        """They write to the bot there."""
        remember(self._direct, person, channel)

    async def channel_of(self, place: Place) -> str:
        """What Slack calls the place: a person's private place is called by the person."""
        if not place.private or place.thread.startswith(ONLY_FOR):
            return place.chat
        if channel := self._direct.get(place.chat):
            return channel
        opened = await self._web.ask("conversations.open", users=place.chat.rpartition(":")[2])
        return remember(self._direct, place.chat, str(opened["channel"]["id"]))

    async def is_direct(self, person: str, channel: str) -> bool:
        try:
            async with asyncio.timeout(NAME):
                return await self.channel_of(Place("slack", person)) == channel
        except FAILED:
            return False

    async def others_read(self, channel: str) -> bool | None:
        """Whether somebody of another company reads along; nothing, where that cannot be told."""
        until, others = self._channels.get(channel, (0.0, None))
        if self._clock() < until:
            return others
        try:
            async with asyncio.timeout(NAME):
                told = (await self._web.ask("conversations.info", channel=channel))["channel"]
            others = bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared"))
        except FAILED:
            others = None
        return remember(self._channels, channel, (self._clock() + SURE, others))[1]

    async def named(self, sender: Sender) -> Sender:
        """With the name and the language of their profile, if they are to be had at once."""
        until, known = self._people.get(sender.id, (0.0, sender))
        if self._clock() < until:
            return known
        try:
            async with asyncio.timeout(NAME):
                user = sender.id.rpartition(":")[2]
                told = (await self._web.ask("users.info", user=user, include_locale="true"))["user"]
            known = Sender("slack", sender.id, told.get("real_name") or sender.id, (told.get("locale") or "")[:2])
            until = self._clock() + KNOWN
        except FAILED:
            until = self._clock() + LONGEST_PAUSE  # with the old name, or without one
        return remember(self._people, sender.id, (until, known))[1]

    async def origin(self, message: Body, channel: str, us: Us) -> str:
        """Who wrote a message, and its address, as far as they are to be had at once."""
        author = f"{message.get('team') or us.team}:{message.get('user', '')}"
        named = await self.named(Sender("slack", author, "")) if message.get("user") else Sender("slack", "", "")
        link = ""
        with suppress(*FAILED):
            async with asyncio.timeout(NAME):
                told = await self._web.ask("chat.getPermalink", channel=channel, message_ts=message["ts"])
                link = told["permalink"]
        return " · ".join(filter(None, (named.name, link)))

    async def with_files(self, incoming: Incoming, attached: Sequence[Attached]) -> Incoming:
        """Its files, fetched; a single contact card is read as one."""
        async with self._fetching:
            files = [await self._fetch(each) for each in attached]
        cards = [read_vcard(each.data) if each.name.casefold().endswith(".vcf") else None for each in files]
        rest = tuple(file for file, card in zip(files, cards, strict=True) if not card)
        return replace(incoming, files=rest, contact=next(filter(None, cards), None))

    async def _fetch(self, attached: Attached) -> File:
        """The file; empty, if it is too big or cannot be had."""
        nothing = File(attached.name, b"", attached.mime)
        for tries in range(FETCHES if attached.size <= BIGGEST_FILE else 0):
            try:
                url = attached.url or (await self._web.ask("files.info", file=attached.id))["file"]["url_private"]
                return replace(nothing, data=await self._web.download(url))
            except SlackApiError:
                break
            except FAILED as error:
                log.warning("slack: a file was not fetched: %s", type(error).__name__)
                await asyncio.sleep(PAUSE * (tries + 1))
        return nothing


def remember(known: OrderedDict[K, V], name: K, value: V) -> V:
    known[name] = value
    known.move_to_end(name)
    if len(known) > MANY:
        known.popitem(last=False)
    return value
