"""Replies go out in order, wait when told to, and give up on dead addresses only."""

import asyncio
from dataclasses import dataclass, field, replace

from crmbot.errors import Moved, Passing, Permanent
from crmbot.incoming import Place
from crmbot.reply import Reply, verbatim
from crmbot.sender import AT_ONCE, Delivery, Outgoing
from crmbot.words import say


@dataclass
class Channel:
    """A channel whose next answers in each chat are given."""

    answers: dict[str, list[Exception]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    at_once: int = 0
    most: int = 0

    async def send(self, outgoing):
        chat = outgoing.place.chat
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if self.answers.get(chat):
            raise self.answers[chat].pop(0)
        again = "again " if outgoing.repeat else ""
        self.sent.append(f"{chat}: {again}{say(outgoing.reply.text, outgoing.language)}")
        return str(len(self.sent))

    async def busy(self, place):
        pass


@dataclass
class Rows:
    marked: list[int] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)

    def sent(self, outgoing, message_id):
        self.marked.append(outgoing.id)

    async def mark(self):
        await asyncio.sleep(0.001)
        self.written = list(self.marked)

    async def trying(self, outgoing):
        self.tried.append(outgoing.id)
        return True

    async def bury(self, outgoing, why):
        self.buried.append(f"{outgoing.id}: {why}")

    async def bury_place(self, place, why):
        self.buried.append(f"{place.chat}: {why}")
        return []

    async def move(self, place, chat):
        self.moved.append(f"{place.chat} → {chat}")


def outgoing(id, chat, words):
    return Outgoing(id, f"t{id}", Place("test", chat), Reply(verbatim(words)), "en")


def delivery(channel, rows, bugs=None):
    return Delivery(rows, {"test": channel}, (bugs if bugs is not None else []).append)


async def test_each_reply_is_sent_once_in_order_and_marked():
    channel, rows = Channel(), Rows()
    sender = delivery(channel, rows)
    replies = [outgoing(id, "a", f"{id}") for id in range(5)]
    sender.post(replies)
    sender.post(replies)  # a sweep found them too
    await sender.settled()
    assert channel.sent == [f"a: {id}" for id in range(5)]
    assert rows.marked == [0, 1, 2, 3, 4]


async def test_what_the_bot_says_by_itself_is_marked_before_the_next_is_sent(monkeypatch):
    monkeypatch.setattr("crmbot.sender.APART", 3600)
    monkeypatch.setattr("crmbot.sender.HANGS", 7200)
    channel, rows = Channel(), Rows()
    sender = delivery(channel, rows)
    for id in range(20):
        await sender.in_turn(replace(outgoing(id, f"chat {id}", "reminder"), unasked=True))
        assert len(set(rows.marked) - set(rows.written)) <= 1, "in doubt"
    await sender.settled()
    assert channel.most == 1
    assert rows.written == list(range(20))


async def test_a_chat_that_hangs_holds_no_other_reminder():
    channel, rows = Channel(), Rows()
    sender = delivery(channel, rows)
    channel.answers = {"slow": [Passing(after=3600)]}
    for id, chat in enumerate(("slow", "a", "b")):
        await sender.in_turn(replace(outgoing(id, chat, "reminder"), unasked=True))
    async with asyncio.timeout(60):
        while len(rows.written) < 2:
            await asyncio.sleep(0.01)
    assert channel.sent == ["a: reminder", "b: reminder"]
    await sender.close()


async def test_a_chat_that_must_wait_keeps_its_order_and_holds_no_other():
    channel = Channel({"a": [Passing(0.1)]})
    sender = delivery(channel, Rows())
    sender.post([outgoing(1, "a", "1"), outgoing(2, "a", "2"), outgoing(3, "b", "3")])
    await sender.settled()
    assert channel.sent == ["b: 3", "a: 1", "a: 2"]


async def test_what_may_have_arrived_is_marked_when_it_is_sent_again():
    channel = Channel({"a": [Passing(0, doubtful=True)], "b": [Passing(0)]})
    sender = delivery(channel, Rows())
    sender.post([outgoing(1, "a", "1"), outgoing(2, "b", "2")])
    await sender.settled()
    assert sorted(channel.sent) == ["a: again 1", "b: 2"]


async def test_what_is_said_at_most_once_is_not_sent_again_in_doubt():
    channel, rows = Channel({"a": [Passing(0, doubtful=True)], "b": [Passing(0)]}), Rows()
    sender = delivery(channel, rows)
    sender.post([replace(outgoing(1, "a", "1"), once=True), replace(outgoing(2, "b", "2"), once=True)])
    await sender.settled()
    assert (channel.sent, rows.buried) == (["b: 2"], ["1: in doubt"])
    assert rows.tried == [1, 2, 2]


async def test_a_dead_address_is_not_tried_again():
    channel, rows = Channel({"a": [Permanent("blocked")]}), Rows()
    sender = delivery(channel, rows)
    sender.post([outgoing(1, "a", "1"), outgoing(2, "a", "2")])
    await sender.settled()
    assert (channel.sent, rows.buried, rows.marked) == ([], ["a: blocked"], [])
    sender.post([outgoing(3, "a", "3")])  # they wrote again: the place was revived
    await sender.settled()
    assert channel.sent == ["a: 3"]


async def test_a_group_that_became_a_supergroup_is_followed_with_all_that_waits():
    channel, rows = Channel({"a": [Moved("-100a")]}), Rows()
    sender = delivery(channel, rows)
    sender.post([outgoing(1, "a", "1"), outgoing(2, "a", "2")])
    await sender.settled()
    assert (channel.sent, rows.moved) == (["-100a: 1", "-100a: 2"], ["a → -100a"])


async def test_a_reply_that_cannot_be_drawn_is_set_aside_and_the_chat_goes_on():
    channel, rows, bugs = Channel({"a": [LookupError("no such sentence")]}), Rows(), []
    sender = delivery(channel, rows, bugs)
    sender.post([outgoing(1, "a", "1"), outgoing(2, "a", "2")])
    await sender.settled()
    assert channel.sent == ["a: 2"]
    assert [bug.id for bug in bugs] == [1]
    assert rows.buried == ["1: our bug"]


async def test_not_too_many_at_once():
    channel = Channel()
    sender = delivery(channel, Rows())
    sender.post([outgoing(id, f"chat{id}", "x") for id in range(100)])
    await sender.settled()
    assert (len(channel.sent), channel.most) == (100, AT_ONCE)
