"""Killed at random points under traffic, the bot loses nothing, does nothing twice and keeps every chat in order."""

from campaign import campaign


async def test_kill_9_under_traffic_loses_nothing_and_does_nothing_twice(tmp_path, request):
    kills = 200 if request.config.getoption("--campaign", default=False) else 10
    figures = await campaign(tmp_path, kills=kills, seed=9)
    print(f"\ncampaign: {figures}")
    assert figures.messages > 10 * kills
    assert figures.good, f"{figures}\n{(tmp_path / 'log.txt').read_text()[-2000:]}"
