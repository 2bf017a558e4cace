"""Half of all sends are answered 429 for a time: nothing is dropped, and chats that were not limited do not notice."""

import asyncio
import random
import time
from signal import SIGTERM
from statistics import median, quantiles

from campaign import _bot, _config, _number, _until
from platforms import OnTelegram
from servers.telegram import too_many

CHATS, LIMITED = range(2001, 2041), range(2001, 2031)  # three in four are limited, so that half of all sends can be
RATE = 25.0  # messages a second
NOISE = 0.3  # seconds: the short form runs beside other tests, and a chat that is held waits a second and more


class Stormy(OnTelegram):
    """While it storms, every other send is refused, and only to chats that are limited."""

    chats = CHATS

    def __init__(self, seed):
        super().__init__(seed)
        self.chance = random.Random(seed)
        self.storms, self.calls, self.refused = False, 0, 0
        self.server.duplicates = 0
        usual = self.server._fault

        def fault(method, given):
            if not self.storms or method == "sendChatAction" or not method.startswith(("send", "edit")):
                return usual(method, given)
            self.calls += 1
            if int(given["chat_id"]) in LIMITED and 2 * self.refused <= self.calls:
                self.refused += 1
                return too_many(self.chance.randint(1, 2))
            return None

        self.server._fault = fault


async def test_a_storm_of_429_drops_nothing_and_slows_no_other_chat(blank, tmp_path, request):
    blank(tmp_path / "crm.db")
    long = request.config.getoption("--campaign")
    platform = Stormy(5)
    async with platform.server:
        config = _config(tmp_path, platform)
        async with _bot(config, platform, SIGTERM) as (alive, _):
            traffic = Traffic(platform)
            await traffic.flow(0.5)  # what is slow at the first time only
            await _until(lambda: len(traffic.came()) == len(traffic.said), alive, 30)
            calm, storm = [], []
            for _ in range(2):  # in turns, for the machine has other work too
                calm += await traffic.flow(60 if long else 0.4)
                platform.storms = True
                storm += await traffic.flow(120 if long else 0.6)
                platform.storms = False
            await _until(lambda: len(traffic.came()) == len(traffic.said), alive, 60)
    times = traffic.came()
    waited = {number: times[number] - said for number, (_, said) in traffic.said.items() if number in times}
    free = [
        sorted(waited[number] for number in phase if traffic.said[number][0] not in LIMITED) for phase in (calm, storm)
    ]
    ratio = median(free[1]) / median(free[0])
    p95 = [1000 * quantiles(each, n=20)[-1] for each in free]
    print(
        f"\n{len(traffic.said)} messages, {platform.refused} of {platform.calls} sends refused, "
        f"{len(traffic.said) - len(times)} dropped; not limited: {ratio:.2f} times the median without the storm, "
        f"p95 {p95[1]:.0f} ms beside {p95[0]:.0f} ms"
    )
    assert platform.refused >= 0.45 * platform.calls > 10
    assert times.keys() == traffic.said.keys()
    assert len(platform.sent) == len(times), "nothing came twice"
    assert ratio <= 2 or (not long and median(free[1]) < NOISE)
    assert not long or p95[1] <= 2 * p95[0]


class Traffic:
    def __init__(self, platform):
        self.said = {}  # number → chat, when
        self.platform, self.chance = platform, random.Random(7)

    async def flow(self, seconds):
        """The numbers of the messages that were said."""
        before, ends = len(self.said), time.monotonic() + seconds
        while time.monotonic() < ends:
            number, chat = 1000 + len(self.said), self.chance.choice(CHATS)
            self.said[number] = chat, time.monotonic()
            self.platform.say(number, chat, "Acme Robotics", self.chance)
            await asyncio.sleep(self.chance.expovariate(RATE))
        return list(self.said)[before:]

    def came(self):
        return {_number(words): at for words, at in self.platform.sent}
