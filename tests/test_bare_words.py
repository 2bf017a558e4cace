"""What is said of a bare file that is small or untidy: what it can say, what is missing, and what was left out."""

import pytest

from crmbot.reply import text
from crmbot.words import LANGUAGES, say
from handlers._bare import analysed, read_table

MONTHS = "\n".join(f"{month} 2026;1.{100 + at},50" for at, month in enumerate(("Jan", "Feb", "March"))).encode()


def said(name, data, language="en"):
    return say(analysed(read_table(name, data), language, file=name).reply.text, language)


@pytest.mark.parametrize(
    ("name", "columns", "row", "sentences"),
    [
        ("customer_data.csv", "age,spending", "{at}5,{at}20", ("Too few to see groups: 3 so far, 3 more",)),
        ("sales_data.csv", "sales", "1{at}", ("Only 3 periods are known", "Period +1: 12 (80 % between")),
        ("csat_data.csv", "satisfied,wait", "{at},2", ("Too few answers to look for reasons: 3 so far, 57 more",)),
        (
            "marketing_data.csv",
            "sales,marketing_budget,marketing_channel",
            "{at}0,1{at},tv",
            ("Too few rows to tell effects apart: 3 so far, 7 more",),
        ),
    ],
)
def test_three_rows_of_each_kind_say_what_is_missing(name, columns, row, sentences):
    words = said(name, "\n".join([columns, *(row.format(at=at) for at in range(3))]).encode())
    assert all(each in words for each in sentences), words


def test_each_step_has_its_date_and_figures_are_those_of_the_country():
    words = said("sales.csv", b"Monat;Umsatz sales\n" + MONTHS)
    assert "Apr 2026: 1,102 (80 % between" in words and "Sep 2026" in words, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_could_not_be_taken_as_it_should_is_told(language):
    months = b"month,sales\n" + b"".join(b"2026-%02d,%d\n" % (at, at) for at in range(1, 9))
    unread = say(text("file-unread-cells", count=1), language)
    assert unread in said("x.csv", months + b"Total,36", language) and unread not in said("x.csv", months, language)
    disordered = said("x.csv", b"date,sales\n31/31/2026,3\nsoon,4\nlater,5", language)
    assert say(text("file-disordered", column="date"), language) in disordered
    headless = said("x.csv", MONTHS, language)
    assert say(text("file-headless"), language) in headless and "B, A" in headless


def test_an_empty_cell_is_called_so():
    rows = b"".join(b"%d,%s\n" % (at * 7 % 11, (b"tv", b"web", b"")[at % 3]) for at in range(60))
    assert "channel tv instead of (empty)" in said("x.csv", b"sales,channel\n" + rows)


def test_rows_without_names_are_nobody_one_knows():
    rows = b"".join(b"%d,%d\n" % ((at % 3) * 100 + at % 5, (at % 3) * 90 + at % 7) for at in range(60))
    words = said("x.csv", b"weight,height\n" + rows)
    assert "3 groups among 60" in words and "You know" not in words and ".  " not in words, words
