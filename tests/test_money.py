"""Amounts are read as people type them, kept exactly, and printed so that they can be typed back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.money import ISO, LARGEST, Money, canonical, find_money, minor_digits, read_money, say_money


@pytest.mark.parametrize(
    ("said", "value", "currency"),
    [
        ("40k", "40000", None),
        ("40 K", "40000", None),
        ("4千", "4000", None),
        ("6w", "60000", None),
        ("6万", "60000", None),
        ("2.5m", "2500000", None),
        ("2.5 mil", "2500000", None),
        ("3mm", "3000000", None),
        ("3百万", "3000000", None),
        ("1bn", "1000000000", None),
        ("2亿", "200000000", None),
        ("1亿3000万", "130000000", None),
        ("7万5", "75000", None),
        ("七万五", "75000", None),
        ("三百二十万", "3200000", None),
        ("四十万", "400000", None),
        ("1,250", "1250", None),
        ("€14.500", "14500", "EUR"),
        ("14,5k", "14500", None),
        ("1.750m", "1750000", None),
        ("14.500,75", "14500.75", None),
        ("14,500.75", "14500.75", None),
        ("1,234,567", "1234567", None),
        ("15-25k", "15000", None),
        ("15k-25k", "15000", None),
        ("15 to 25k eur", "15000", "EUR"),
        ("10-20万", "100000", None),
        ("~40k", "40000", None),
        ("about 40k", "40000", None),
        ("大概40万左右", "400000", None),
        ("US$500", "500", "USD"),
        ("500 bucks", "500", "USD"),
        ("5千美金", "5000", "USD"),
        ("500刀", "500", "USD"),
        ("£7 500", None, None),
        ("ten grand", "10000", None),
        ("Twenty-five thousand dollars", "25000", "USD"),
        ("a hundred and twenty thousand", "120000", None),
        ("three hundred fifty k", "350000", None),
        ("half a million", "500000", None),
        ("a quarter of a million euros", "250000", "EUR"),
        ("two and a half million", "2500000", None),
        ("about twelve point five grand", "12500", None),
        ("ten", None, None),
        ("a grand", None, None),
        ("two hundred", None, None),
        ("60 quid", "60", "GBP"),
        ("8000块", "8000", "CNY"),
        ("￥8,000", "8000", "CNY"),
        ("rmb 8k", "8000", "CNY"),
        ("JP¥9000", "9000", "JPY"),
        ("HK$20k", "20000", "HKD"),
        ("20万港币", "200000", "HKD"),
        ("A$1", "1", "AUD"),
        ("C$1", "1", "CAD"),
        ("S$1", "1", "SGD"),
        ("NT$1", "1", "TWD"),
        ("₹1", "1", "INR"),
        ("900 CHF", "900", "CHF"),
        ("900 ZAR", "900", "ZAR"),
        ("20 seats", None, None),
        ("35%", None, None),
        ("D12", None, None),
        ("a lot", None, None),
        ("", None, None),
    ],
)
def test_amounts_as_they_are_typed(said, value, currency):
    expected = None if value is None else {"value": value} | ({"currency": currency} if currency else {})
    assert read_money(said) == expected


@pytest.mark.parametrize(
    "said", ["50 licences for 3 people", "on 15号 with 20个席位", "see D-12 or #7", "三一重工", "3pm"]
)
def test_what_counts_or_names_something_is_no_amount(said):
    assert [found for found in find_money(said) if found.sureness] == []


def test_an_amount_in_a_sentence_is_found_where_it_stands():
    [found] = [each for each in find_money("they want 20 seats, ~30k usd, soon") if each.sureness]
    assert (found.said, found.sureness) == ({"value": "30000", "currency": "USD"}, 3)


codes = st.sampled_from(sorted(ISO))
amounts = st.builds(Money, st.integers(0, LARGEST), codes)


@given(amounts, st.sampled_from(["en", "zh"]))
def test_what_is_printed_is_read_back_equal(money, language):
    said = read_money(say_money(money, language))
    assert said is not None
    assert Money.of(said, "no currency") == money  # the amount names its own


@given(amounts)
def test_exports_are_plain_decimals(money):
    figure = canonical(money)
    assert Decimal(figure) == money.value
    assert Money.of({"value": figure}, money.currency) == money
    assert "," not in figure and "E" not in figure and not ("." in figure and figure.endswith("0"))


@given(st.integers(0, 10**9), st.sampled_from(["k", "万", "m", "亿"]))
def test_a_unit_multiplies(number, unit):
    factor = {"k": 10**3, "万": 10**4, "m": 10**6, "亿": 10**8}[unit]
    said = read_money(f"{number}{unit}")
    assert said is not None and int(said["value"]) == number * factor


@given(st.text(max_size=60))
def test_anything_at_all_is_an_amount_or_none(said):
    found = read_money(said)
    assert found is None or Decimal(found["value"]) >= 0
    assert list(find_money(said)) is not None


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (3_000_000, "USD", "$30,000"),
        (1_250, "EUR", "€12.50"),
        (3_000_000, "CNY", "¥30,000"),
        (3_000, "JPY", "JP¥3,000"),
        (50_000, "HKD", "HK$500"),
        (3_000_000, "CHF", "30,000 CHF"),
        (1_234, "KWD", "1.2340 KWD"),
        (0, "GBP", "£0"),
    ],
)
def test_how_amounts_look(minor, currency, said):
    assert str(Money(minor, currency)) == say_money(Money(minor, currency), "zh") == said


@pytest.mark.parametrize(
    ("said", "currency"),
    [
        ({"value": "-1"}, "USD"),
        ({"value": "1e30"}, "USD"),
        ({"value": str(LARGEST)}, "USD"),
        ({"value": "1", "currency": "XYZ"}, "USD"),
        ({"value": "1"}, "usd"),
        ({"value": "NaN"}, "USD"),
        ({"value": "ten"}, "USD"),
    ],
)
def test_what_is_no_money_is_refused(said, currency):
    with pytest.raises(ValueError, match=r"no such currency|no number|not an amount"):
        Money.of(said, currency)


def test_minor_units_are_those_of_the_currency():
    assert [minor_digits(code) for code in ("USD", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    assert Money.of({"value": "12.345"}, "USD").minor == 1235


def test_a_comma_between_clauses_is_no_part_of_a_figure():
    found = [each.said for each in find_money("HK$380,000,2月底签") if each.sureness]
    assert found == [{"value": "380000", "currency": "HKD"}]
    assert read_money("1,50,000")["value"] == "150000"  # as in India
