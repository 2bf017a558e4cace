"""The bot's web server says whether it is well, and in figures how well."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from conftest import NOW

from adapters.web import Web
from crmbot.errors import BadInput, Unavailable
from crmbot.reply import Reply, verbatim
from crmbot.signs import Signs
from storage.health import lags

WELL = Signs({"telegram": timedelta(seconds=3)}, timedelta(seconds=1), timedelta(), 0, 2, 1)


async def asked(signs, *paths):
    async def now():
        if isinstance(signs, Exception):
            raise signs
        return signs

    web = Web("127.0.0.1", 0, now)
    running = asyncio.create_task(web.run())
    answers = []
    async with ClientSession() as session:
        for path in paths:
            async with session.get(f"http://127.0.0.1:{web.port}{path}") as answer:
                answers.append((answer.status, await answer.text()))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await web.close()
    return answers


async def test_all_is_well():
    [health, metrics, elsewhere] = await asked(WELL, "/healthz", "/metrics", "/")
    assert health == (200, '{"ok":true,"ills":[]}')
    assert 'crmbot_heard_seconds{channel="telegram"} 3.0' in metrics[1]
    assert "crmbot_due_lag_seconds 1.0" in metrics[1]
    assert "crmbot_outgoing_given_up 2.0" in metrics[1]
    assert "crmbot_failures_total 1.0" in metrics[1]
    assert elsewhere[0] == 404


@pytest.mark.parametrize(
    ("signs", "ill"),
    [
        (Signs({"slack": timedelta(seconds=91)}, timedelta(), timedelta(), 0, 0, 0), "slack was not heard for 91 s"),
        (Signs({}, timedelta(minutes=3), timedelta(), 0, 0, 0), "something was due 180 s ago and is not said"),
        (Signs({}, timedelta(), timedelta(minutes=16), 1, 0, 0), "a reply waits for 960 s"),
        (Unavailable(), "the database is away"),
    ],
)
async def test_what_is_wrong_is_said_and_tells_the_supervisor(signs, ill):
    [(status, words)] = await asked(signs, "/healthz")
    assert status == 503
    assert ill in words


async def test_a_port_that_is_taken_is_told_in_one_line():
    web = Web("127.0.0.1", 0, None)
    with pytest.raises(BadInput, match="cannot listen"):
        Web("127.0.0.1", web.port, None)
    await web.close()


def test_the_lags_are_those_of_the_rows(chat, database):
    amy = chat("amy")
    amy.does("task.add", subject="a", due="2026-11-23T09:30")
    database.run(lambda store: store.say(Reply(verbatim("x")), amy.place, "en", "token", NOW))

    def at(minutes):
        return database.run(lambda store: lags(store.connection, NOW + timedelta(minutes=minutes)))

    assert at(0).due == timedelta()
    database.run(lambda store: setattr(store.members.all()[0][0], "agenda_at", None))
    assert at(20).due == timedelta()
    assert at(40).due == timedelta(minutes=10)
    assert at(40).unsent == timedelta(minutes=40)
    assert at(40).waiting == 2  # what `does` offered, and this
