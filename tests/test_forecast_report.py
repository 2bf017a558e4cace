"""The forecast in the chat: said by the worker, said again at once, and held against what came."""

import json
import re
import time

import pytest
from conftest import NOW
from sqlmodel import select

from crmbot.analysis.forecast import forecast as fit
from crmbot.people import Member, Role
from crmbot.words import say
from handlers.forecast import AskForecast, forecast
from storage.sample import generate
from storage.tables import Analysis, Deal, MemberRow, Product


@pytest.fixture
def amy(chat):
    return chat("amy", Role.REP)


@pytest.fixture
def years(amy, clock):
    """Two years of a season that repeats, 10k to 21k a month, won by Amy; then a day in the month after."""
    end = clock.now
    clock.now = end.replace(year=end.year - 2, day=10)
    for month in range(24):
        amy.say(f"new deal Acme {10 + month % 12}k")
        amy.say(f"won D{month + 1}")
        clock.now = clock.now.replace(year=clock.now.year + clock.now.month // 12, month=clock.now.month % 12 + 1)
    clock.now = end
    return amy


def rows(chat):
    return [[say(cell, chat.last.language) for cell in row] for row in chat.last.reply.table.rows]


def figures(database):
    """What is kept of the last one."""

    def read(store):
        [row, *_] = store.session.exec(select(Analysis).order_by(Analysis.id.desc())).all()
        return json.loads(store.keys.open("analysis.figures", row.key, row.figures))

    return database.run(read)


def test_too_little_is_said_in_words_and_nothing_is_made_up(amy):
    assert amy.does("forecast.report") == (
        "There is too little to go on: I need won deals in at least two periods, and there are 0."
    )
    assert amy.does("forecast.report", subject="tickets") == (
        "There is too little to go on: I need tickets in at least two periods, and there are 0."
    )
    amy.say("new deal Acme 30k")
    amy.say("won D1")
    assert amy.does("forecast.report").endswith("and there are 0.")


def test_a_forecast_says_how_much_how_sure_and_how_it_was_found(years):
    words = years.does("forecast.report", horizon=2)
    assert re.match(r"\$\d\d,\d{3} expected until Sun 31 Jan 2027\.\nThis month: \$\d,\d{3} expected", words), words
    assert "ARIMA(" in words
    months = rows(years)
    assert [month for month, _, _ in months] == ["Nov 2026", "Dec 2026", "Jan 2027"]
    chart = years.last.reply.chart
    assert chart.png.startswith(b"\x89PNG")


def test_the_second_time_the_same_day_it_is_said_at_once_and_the_next_day_anew(years, clock, database):
    first = years.does("forecast.report", horizon=2)
    before = years.last.id
    years.say("new deal Hooli 90k")
    years.say("won D25")
    assert years.does("forecast.report", horizon=2) == first  # no job stands between: it is this message's own reply
    assert years.press("Work it out again") != first
    assert years.does("forecast.report", horizon=1) != first
    clock.wait(days=1)
    assert "Of it, $90,000 is won" in years.does("forecast.report", horizon=2)
    assert years.last.id > before


def test_the_next_forecast_says_how_the_last_one_did(years, clock, database):
    years.does("forecast.report", horizon=2)
    said = figures(database)["mean"]
    years.say("new deal Acme 44k")
    years.say("won D25")
    clock.wait(days=20)
    words = years.does("forecast.report", horizon=2)
    off = round(100 * (44_000 / said[0] - 1))
    assert f"On Mon 23 Nov I said ${said[0]:,.0f} for the period that is over since; " in words
    assert f"it was $44,000 (+{off} %), outside my range." in words
    assert figures(database)["before"]["within_80"] == 0


def test_a_forecast_made_within_a_period_judges_it_only_when_there_is_no_earlier_one(years, clock):
    years.does("forecast.report", horizon=2)  # on 22 November
    clock.wait(days=5)
    years.press("Work it out again")
    clock.wait(days=15)
    assert "On Sat 28 Nov I said" in years.does("forecast.report", horizon=2)
    clock.wait(days=30)
    words = years.does("forecast.report")
    assert re.search(r"On Sat 28 Nov 2026 I said .* for the 2 periods .*; it was \$0 \(−100 %\), 0 of them", words), (
        words
    )


def test_open_deals_carry_a_part_and_those_that_slip_are_named(years, clock):
    years.say("new deal Hooli 50k close 2026-11-20")
    years.say("new deal Initech 10k close 2026-12-10")
    words = years.does("forecast.report", horizon=2)
    assert "Of it, $0 is won, $1,000 may come from deals that are open now" in words  # by the usual rate of a lead
    assert "One is past its closing date: D25 Hooli" in words


def test_open_deals_never_carry_more_than_the_whole(years):
    years.say("new deal Initech 900m close 2026-12-10")
    words = years.does("forecast.report", horizon=2)
    said = re.search(r"\$([\d,]+) may come from deals that are open now, \$0 has", words)
    assert said and int(said[1].replace(",", "")) < 1_000_000, words


def test_what_is_won_already_is_never_more_than_what_is_expected(years):
    years.say("new deal Hooli 900k")
    years.say("won D25")
    words = years.does("forecast.report", horizon=2)
    expected, low = re.search(r"This month: \$([\d,]+) expected, four times in five between \$([\d,]+)", words).groups()
    assert int(expected.replace(",", "")) > int(low.replace(",", "")) >= 900_000


def test_a_target_is_held_against_what_is_expected(years, database):
    years.say("target 90k this month")
    words = years.does("forecast.report", horizon=2)
    assert re.search(
        r"Nov 2026: \$90,000 is the target; by this forecast it will be \$[\d,]+, \$[\d,]+ below it\.", words
    )
    assert figures(database)["target"]["target"] == 90_000


def test_a_longer_target_counts_what_was_won_in_it_before(years, database):
    years.say("target 20k this quarter")
    words = years.does("forecast.report", horizon=2, fresh=True)
    kept = figures(database)
    expected = dict(kept["history"])["2026-10-01"] + sum(kept["mean"][:2])
    assert f"Q4 2026: $20,000 is the target; by this forecast it will be ${expected:,.0f}" in words


def test_a_target_of_one_team_is_not_held_against_the_deals_of_all(years, chat):
    eve = chat("eve", Role.OWNER)
    eve.say("target 90k this month")
    assert "Nov 2026: $90,000 is the target" in eve.does("forecast.report", horizon=2)
    chat("zoe", Role.REP, team="asia")
    words = eve.does("forecast.report", horizon=3)
    assert "Team sales, Nov 2026: $0 won of $90,000" in words and "is the target" not in words


def test_deals_are_counted_and_split(years):
    years.say("new deal Initech close 2026-12-10")
    words = years.does("forecast.report", subject="deals", horizon=2)
    assert "2.3 won deals expected until" in words  # this month has a quarter of its days to go
    assert "All 24 periods were the same, so that is carried on." in words
    assert "Of it, 0 is won, 0.1 may come from deals that are open now" in words


def test_tickets_are_counted_without_deals_or_targets(years, clock):
    end = clock.now
    clock.now = end.replace(month=8)
    for month in (8, 9, 10):
        clock.now = end.replace(month=month)
        for number in range(month):
            years.say(f"open a ticket for Acme: problem {number}")
    clock.now = end
    words = years.does("forecast.report", subject="tickets", horizon=2)
    assert re.match(r"[\d.]+ new tickets expected until", words), words
    assert "Opened in it so far: 0." in words and "open now" not in words


def test_a_colleague_is_known_by_a_first_name(years, chat, database):
    def rename(store):
        store.session.exec(select(MemberRow).where(MemberRow.name == "Amy")).one().name = "Amy Wong"

    database.run(rename)
    eve = chat("eve", Role.MANAGER)
    assert eve.does("forecast.report", owner="Amy").startswith("$")
    assert eve.does("forecast.report", owner="Anna") == "I know no member Anna."


def test_a_product_has_a_forecast_and_a_split_of_its_own(years, database):
    def of_anvil(store):
        anvil = Product(name="Anvil", name_key="anvil")
        store.session.add(anvil)
        store.session.flush()
        for deal in store.session.exec(select(Deal).where(Deal.id % 2 == 0)):
            deal.product_id = anvil.id

    database.run(of_anvil)
    years.say("new deal Initech 10k close 2026-12-10")
    everything = years.does("forecast.report", horizon=2)
    words = years.does("forecast.report", product="Anvil", horizon=2)
    assert "$1,000 may come from deals that are open now" in everything
    assert "$0 may come from deals that are open now" in words


def test_nobody_sees_a_forecast_of_deals_that_are_not_theirs(years, chat):
    years.does("forecast.report", horizon=2)
    assert chat("bob", Role.REP).does("forecast.report", horizon=2).startswith("There is too little")
    assert "expected" in chat("eve", Role.MANAGER).does("forecast.report", horizon=2)


def test_a_product_that_is_none_is_asked_about_in_vain(years):
    assert years.does("forecast.report", product="Anvil") == "I know no product Anvil."


def test_what_is_kept_of_a_forecast_is_sealed(years, database):
    years.does("forecast.report", horizon=2)
    [kept] = database.run(lambda store: store.connection.execute(select(Analysis.figures)).scalars().all())
    with pytest.raises(ValueError):
        json.loads(kept)


def test_years_and_quarters_are_cut_where_they_begin(years):
    words = years.does("forecast.report", period="year", horizon=2)
    assert re.search(r"until Sun 31 Dec 2028", words), words
    assert [year for year, _, _ in rows(years)] == ["2026", "2027", "2028"]
    years.does("forecast.report", period="quarter", horizon=2)
    assert [quarter for quarter, _, _ in rows(years)] == ["Q4 2026", "Q1 2027", "Q2 2027"]


@pytest.mark.parametrize(
    ("said", "next_one", "this_one"),
    [
        ("forecast next quarter", "Next quarter", "This quarter"),
        ("预测下个季度的销售", "下季度", "本季度"),
        ("what will we sell next month", "Next month", "This month"),
    ],
)
def test_the_next_period_is_answered_by_itself_and_the_running_one_stands_below(years, said, next_one, this_one):
    years.say("new deal Initech 10k close 2026-12-30")
    chinese = not said.isascii()
    if chinese:
        years.say("speak Chinese")
    first, split, present, *_ = years.say(said).splitlines()
    assert first.startswith(next_one) and present.startswith(this_one)
    [(_, expected, _), (_, of_the_next, _)] = rows(years)
    assert of_the_next in first and expected in present
    month = "month" in said  # the deal closes in December: next month, but this quarter
    assert ("$1,000" if month else "$0") in split.partition("$0")[2]


def test_the_report_costs_little_beside_its_fit(database):
    """The chat may wait ten times the fit's own CPU time for the chart."""
    generate(database, NOW, "UTC")
    boss = Member(0, "", Role.OWNER, "", "en", "UTC", "USD")
    with database.reading() as store:
        forecast(AskForecast(horizon=1), boss, store, NOW)  # what is loaded or built at first use
        began = time.process_time()
        history = forecast(AskForecast(), boss, store, NOW).figures["history"]
        whole = time.process_time() - began
    began = time.process_time()
    fit([value for _, value in history], horizon=6, season=12)
    assert whole < 10 * (time.process_time() - began)
