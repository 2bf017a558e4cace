"""When two names are the same, near the same, or certainly not."""

import pytest

from crmbot.names import CLEAR, NEAR, SAME, grams, is_person, likeness, untitled


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Acme Corp.", "ACME Corporation"),
        ("智云科技(杭州)", "杭州智云科技有限公司"),
        ("Ａｃｍｅ", "acme"),
        ("台積電", "台积电股份有限公司"),
        ("台灣高速鐵路", "台湾高速铁路有限责任公司"),
    ],
)
def test_spellings_of_one_name_are_the_same(said: str, known: str) -> None:
    assert likeness(said, known) == SAME


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Acme Corporatio", "Acme Corporation"),
        ("Acme Robotcs", "Acme Robotics"),
        ("Acme", "Acme Robotics"),
        ("Cocacola", "Coca-Cola"),
        ("OReilly Media", "O'Reilly Media"),
        ("Wal Mart Stores", "Walmart Stores"),
        ("Dataworks Systems", "Data Works Systems"),
        ("Northwind Coean Traders", "Northwind Ocean Traders"),
        ("Aenith Global Foods", "Zenith Global Foods"),
        ("Foods Zenith Globl", "Zenith Global Foods"),
        ("Continental Logistcs", "Continental Logistics Holding Group"),
    ],
)
def test_a_slip_or_a_beginning_is_clear(said: str, known: str) -> None:
    assert CLEAR <= likeness(said, known) < SAME


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Granite Medical", "Granite Media"),
        ("Granite Media", "Granite Medical"),
        ("Northern Optical Systems", "Northern Optics Systems"),
        ("Studio B Design", "Studio A Design"),
    ],
)
def test_a_word_that_is_another_word_is_near_but_not_clear(said: str, known: str) -> None:
    assert NEAR <= likeness(said, known) < CLEAR


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Acne Corporation", "Apex Corporation"),
        ("Acme Foods", "Acme Corporation"),
        ("Plant 2", "Plant 3"),
        ("腾讯", "腾达"),
        ("Ann", "Anna"),
    ],
)
def test_other_names_are_not_even_near(said: str, known: str) -> None:
    assert likeness(said, known) < NEAR


def test_traditional_characters_are_read_as_simplified_ones():
    assert is_person("陳總") and is_person("張偉") and not is_person("鴻海精密")
    assert untitled("陳總經理") == "陈"
    assert grams("國泰人壽") == grams("国泰人寿")
    assert likeness("國泰", "国泰人寿") == likeness("国泰", "国泰人寿") > NEAR
