"""Killed at random points under traffic, the bot loses nothing, does nothing twice and keeps every chat in order."""

import pytest
from campaign import campaign, locked_out
from platforms import OnSlack, OnTelegram


@pytest.mark.long
@pytest.mark.parametrize(("platform", "everyday"), [(OnTelegram, 10), (OnSlack, 5)])
async def test_kill_9_under_traffic_loses_nothing_and_does_nothing_twice(platform, everyday, blank, tmp_path, request):
    blank(tmp_path / "crm.db")
    kills = request.config.getoption("--kills") if request.config.getoption("--campaign") else everyday
    figures = await campaign(tmp_path, platform(seed=9), kills=kills, seed=9)
    print(f"\ncampaign: {figures}")
    assert figures.messages > 4 * kills
    assert figures.good, f"{figures}\n{(tmp_path / 'log.txt').read_text()[-2000:]}"


@pytest.mark.long
async def test_while_another_program_locks_the_database_nothing_is_said_to_be_saved(blank, tmp_path, request):
    """In the long form up to a minute each time. Both platforms beside each other: tests/test_serving.py."""
    blank(tmp_path / "crm.db")
    long = request.config.getoption("--campaign")
    times, longest = (10, 60.0) if long else (1, 1.5)
    figures = await locked_out(tmp_path, OnTelegram(seed=4), times=times, longest=longest, seed=4)
    print(f"\nlocked: {figures}")
    assert figures.messages > 20 and (figures.hints > 0 or not long)
    assert figures.good, f"{figures}\n{(tmp_path / 'log.txt').read_text()[-2000:]}"
