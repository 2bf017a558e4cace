"""Draws the reports of the README for a sample company: `.venv/bin/python -m docs.draw_reports`."""

import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image

from crmbot.analysis.periods import moved, start_of
from crmbot.money import Money
from crmbot.people import Member, Role
from handlers._report import Report
from handlers.campaigns import AllCampaigns, campaigns
from handlers.forecast import AskForecast, forecast
from handlers.satisfaction import AskSatisfaction, satisfaction
from handlers.segments import AskSegments, segments
from storage import Database, Store, open_database
from storage.sample import generate

PICTURES = Path(__file__).parent / "pictures"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TARGETS = {"sales": Money(90_000_00, "USD"), "asia": Money(60_000_00, "USD")}


def draw(database: Database, language: str) -> None:
    boss = Member(0, "", Role.OWNER, "sales", language, "UTC", "USD")

    def report(store: Store) -> dict[str, Report]:
        earlier = NOW - timedelta(days=150)  # so that there is one to look back on
        forecast(AskForecast(horizon=8), boss, store, earlier).keep(store)
        return {
            "forecast": forecast(AskForecast(), boss, store, NOW),
            "segments": segments(AskSegments(), boss, store, NOW),
            "satisfaction": satisfaction(AskSatisfaction(period="quarter"), boss, store, NOW),
            "campaigns": campaigns(AllCampaigns(), boss, store, NOW),
        }

    for name, made in database.run(report).items():
        chart = made.reply.chart
        if chart:
            small = Image.open(BytesIO(chart.png)).convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
            small.save(PICTURES / (name + ("" if language == "en" else f"-{language}") + ".png"), optimize=True)


def plan(store: Store) -> None:
    """Targets for the months to come."""
    present = start_of(NOW.date(), "month")
    for team, amount in TARGETS.items():
        for ahead in range(-2, 6):
            store.targets.set(team, None, "month", moved(present, "month", ahead), amount)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        company = open_database(f"sqlite:///{folder}/sample.db")
        generate(company, NOW, "UTC")
        company.run(plan)
        for each in ("en", "zh"):
            draw(company, each)
        company.close()
