"""A file that nobody has explained: the fitting analysis, and others where they fit as well."""

from datetime import date

import numpy as np
import pytest
from planted import answers, months, shops

from crmbot.analysis._fits import is_row
from crmbot.analysis._series import series_of
from crmbot.analysis._table import read_table
from crmbot.analysis.bare import analyse, fits


def rows(table):
    """As `csv.DictReader` gives them: words."""
    return [dict(zip(table, map(str, row), strict=True)) for row in zip(*table.values(), strict=True)]


def marketing(**names):
    table = {
        "sales": months(0)["sales"],
        "marketing_budget": months(0)["budget"],
        "marketing_channel": months(0)["channel"],
    }
    return rows({names.get(name, name): column for name, column in table.items()})


def bought(count=400):
    random = np.random.default_rng(0)
    return [
        {
            "Order No": str(1000 + at),
            "Customer": f"Shop {random.integers(0, 60)}",
            "Order Date": f"2026-{random.integers(1, 9):02d}-{random.integers(1, 28):02d}",
            "Amount": f"${random.gamma(2, 50):,.2f}",
        }
        for at in range(count)
    ]


def tickets():
    found = answers(1, 300)
    ids = [f"K{at}" for at in range(300)]
    return rows({"Ticket ID": ids, "Rating": found["stars"], "Hours": found["waited"], "Type": found["kind"]})


FILES = {
    "customer_data": (shops(0, 200)[0], "segments", "figures of customers"),
    "sales_data": (rows({"sales": months(0)["sales"]}), "forecast", "sales in time"),
    "sales_data with dates": (
        rows({"date": months(0)["month"], "sales": months(0)["sales"]}),
        "forecast",
        "sales in time",
    ),
    "csat_data": (
        rows({"satisfied": answers(0, 200)["stars"] > 2, "wait": answers(0, 200)["waited"]}),
        "csat",
        "scores",
    ),
    "marketing_data": (marketing(), "campaign", "sales and spending"),
    "marketing in Chinese": (
        marketing(sales="销售额", marketing_budget="市场预算", marketing_channel="渠道"),
        "campaign",
        "sales and spending",
    ),
    "advertising": (
        rows({"": range(60), "TV": months(1)["budget"], "Newspaper": months(2)["budget"], "Sales": months(1)["sales"]}),
        "campaign",
        "sales and spending",
    ),
    "tickets": (tickets(), "csat", "scores"),
    "purchases": (bought(), "segments", "purchases"),
    "figures": (
        rows({"age": [20 + at * 7 % 31 for at in range(40)], "visits": [at % 7 for at in range(40)]}),
        "segments",
        "only figures",
    ),
    "one column": (rows({"y": months(3)["sales"]}), "forecast", "sales in time"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_columns(name):
    table, analysis, why = FILES[name]
    best, *others = fits(table)
    assert (best.analysis, best.why) == (analysis, why)
    assert {best.analysis}.isdisjoint(each.analysis for each in others)
    assert set(best.columns) <= set(table[0])


def test_the_columns_of_each_analysis_are_told():
    assert fits(marketing())[0].target == "sales"
    assert fits(marketing())[0].terms == ("marketing_budget", "marketing_channel")
    assert fits(FILES["advertising"][0])[0].terms == ("TV", "Newspaper")
    assert fits(tickets())[0].columns == ("Rating", "Hours", "Type")
    assert fits(bought())[0].columns == ("Customer", "Order Date", "Amount")
    dated = fits(FILES["sales_data with dates"][0])[0]
    assert (dated.target, dated.time) == ("sales", "date")


def test_the_four_files_bring_their_analysis():
    found = analyse(FILES["marketing_data"][0])
    assert found.result.coefficients["marketing_budget"] > 1 and found.result.rows == 60
    found = analyse(FILES["csat_data"][0])
    assert found.result.classes == {"low": 94, "high": 106} and "wait" in found.result.odds
    found = analyse(FILES["customer_data"][0])
    assert found.result.count >= 3 and found.features is not None
    found = analyse(FILES["sales_data with dates"][0], horizon=5)
    assert len(found.result.mean) == 5 and found.series.unit == "month" and found.series.starts[0] == date(2020, 1, 1)


def test_purchases_become_named_groups_of_customers():
    found = analyse(bought())
    assert found.result.features == ("recency", "frequency", "monetary")
    assert len(found.result.ids) == 60 and found.result.ids[0].startswith("Shop ")
    assert {each.analysis for each in found.others} >= {"forecast"}


def test_another_analysis_can_be_asked_for():
    first = analyse(bought())
    other = next(each for each in first.others if each.analysis == "forecast")
    again = analyse(bought(), fit=other)
    assert again.fit == other and again.series.added_up and again.series.unit == "week" and not again.doubtful
    assert sum(again.series.values) == pytest.approx(sum(read_table(bought()).columns["Amount"]))


def test_two_that_fit_alike_are_doubtful():
    table = rows({"client": [f"c{at}" for at in range(60)], "sales": months(0)["sales"], "date": months(0)["month"]})
    assert analyse(table).doubtful and not analyse(marketing()).doubtful


@pytest.mark.parametrize(
    ("cells", "known"),
    [
        (["144,1", "40,0"], [144.1, 40]),
        (["1.100,50 €", "1.234"], [1100.5, 1234]),
        (["1,234", "5,678"], [1234, 5678]),
        (["$1,234.50", "2.75"], [1234.5, 2.75]),
        (["0,125", "0,250"], [0.125, 0.25]),
        (["12 345 678", "1'234.5"], [12345678, 1234.5]),
        (["¥3万", "1.2亿", "5k"], [30000, 1.2e8, 5000]),
        (["(100)", "−5", "５０", "12 %"], [-100, -5, 50, 12]),
    ],
)
def test_figures_are_read_as_their_column_writes_them(cells, known):
    assert read_table({"x": cells}).columns["x"].tolist() == pytest.approx(known)


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2018Q1", "Q2 2018"], "2018-01-01"),
        (["2018年第二季度", "2018年3季度"], "2018-04-01"),
        (["Jan 2022", "February 2022"], "2022-01-01"),
        (["15 Mar 2022", "Mar 16, 2022"], "2022-03-15"),
        (["2022年3月", "2022年4月"], "2022-03-01"),
    ],
)
def test_days_are_read_however_they_are_written(cells, first):
    assert str(read_table({"x": cells}).columns["x"][0]).startswith(first)


def test_words_with_a_figure_here_and_there_stay_words():
    assert read_table({"x": ["00004 0001 29.33", "A17", "12"]}).columns["x"].dtype.kind == "O"


def test_days_may_be_one_figure():
    for cells in (["202601", "202602", "202603"], ["20260105", "20260205", "20260305"]):
        found = analyse(rows({"month": cells, "sales": [3, 1, 2]}))
        assert (found.series.unit, found.series.starts[0]) == ("month", date(2026, 1, 1))
    assert analyse(rows({"year": [2020, 2021, 2022], "sales": [3, 1, 2]})).series.unit == "year"


def test_a_line_of_totals_is_left_out_and_told():
    days = [f"2026-{month:02d}" for month in range(1, 11)]
    found = analyse(rows({"month": [*days, "Total"], "sales": [*range(10), 45]}))
    assert found.series.values == tuple(range(10)) and found.unread == 1


def test_days_that_cannot_be_read_leave_the_rows_in_their_order():
    found = analyse(rows({"date": ["2026-02-31", "soon", "later"], "sales": [3, 1, 2]}))
    assert found.series.values == (3, 1, 2) and found.fit.disordered == "date"


def test_sales_that_grow_evenly_are_no_key():
    assert fits(rows({"sales": range(100, 130)}))[0].analysis == "forecast"


def test_what_persons_earn_and_spend_are_customers():
    persons = rows({"age": range(20, 60), "income": months(0)["sales"][:40], "spending": months(0)["budget"][:40]})
    assert fits(persons)[0].analysis == "segments"


def test_a_file_is_what_it_is_called_where_its_columns_leave_it_open():
    table = rows({"income": months(0)["sales"], "visits": range(0, 180, 3), "media": [1, 2, 3] * 20})
    assert fits(table, file="marketing_data.csv")[0].analysis == "campaign"
    assert fits(table, file="customer_data.csv")[0].analysis == "segments"


def test_a_first_line_of_figures_is_no_heading():
    assert is_row(["144.1", "40", "tv"], [["50", "3", "web"], ["60", "4", "tv"]])
    assert not is_row(["Product", "2023", "2024"], [["A", "3", "4"]])
    assert not is_row(["tv", "web"], [["tv", "web"]])


def test_what_cost_nothing_or_has_no_buyer_is_no_purchase():
    ours = bought()
    others = [{**ours[0], "Amount": "0"}, {**ours[0], "Customer": ""}]
    assert analyse([*ours, *others]).features == analyse(ours).features


def test_cells_in_lists_are_read_with_their_names():
    cells = [list(row.values()) for row in marketing()]
    assert fits(cells, ["sales", "marketing_budget", "marketing_channel"]) == fits(marketing())


@pytest.mark.parametrize(
    "table", [[], [{"note": "hello"}], [{"id": str(at)} for at in range(30)], [{"a": ""}, {"a": None}]]
)
def test_a_file_with_nothing_to_analyse_is_said_to_be_one(table):
    assert fits(table) == () and analyse(table) is None


@pytest.mark.parametrize(
    ("days", "unit", "values"),
    [
        (["2026-01-01", "2026-01-02", "2026-01-04"], "day", (1, 2, None, 3)),
        (["2026-01-05", "2026-01-12", "2026-01-26"], "week", (1, 2, None, 3)),
        (["2026-03-31", "2026-02-28", "2026-01-31"], "month", (3, 2, 1)),
        (["2025-01", "2025-04", "2025-10"], "quarter", (1, 2, None, 3)),
        (["2022/1/1", "2023/1/1", "2024/1/1"], "year", (1, 2, 3)),
        (["2026-01-01", "2026-01-01", "2026-01-03"], "day", (3, 0, 3)),
        (["1/31/2026", "2/28/2026", "3/31/2026"], "month", (1, 2, 3)),
        (["31/3/2026", "28/2/2026", "31/1/2026"], "month", (3, 2, 1)),
        (["01.02.2026", "01.03.2026", "01.04.2026"], "month", (1, 2, 3)),
        ([1, 3, 2], "row", (1, 3, 2)),
    ],
)
def test_rows_become_a_regular_series(days, unit, values):
    table = read_table({"day": days, "sales": [1, 2, 3]})
    found = series_of(table.columns["sales"], table.columns["day"])
    assert (found.unit, found.values) == (unit, values)
    assert len(found.starts) == (0 if unit == "row" else len(values))
    assert all(start.weekday() == 0 for start in found.starts) or unit != "week"
