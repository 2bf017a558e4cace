"""Killed at random points under traffic, the bot loses nothing, does nothing twice and keeps every chat in order."""

import pytest
from campaign import campaign
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
