"""When two names are the same, near the same, or certainly not."""

import pytest

from crmbot.names import CLEAR, NEAR, SAME, likeness


@pytest.mark.parametrize(
    ("said", "known"),
    [("Acme Corp.", "ACME Corporation"), ("智云科技(杭州)", "杭州智云科技有限公司"), ("Ａｃｍｅ", "acme")],
)
def test_spellings_of_one_name_are_the_same(said: str, known: str) -> None:
    assert likeness(said, known) == SAME


@pytest.mark.parametrize(
    ("said", "known"),
    [("Acme Corporatio", "Acme Corporation"), ("Acme Robotcs", "Acme Robotics"), ("Acme", "Acme Robotics")],
)
def test_a_slip_or_a_beginning_is_clear(said: str, known: str) -> None:
    assert CLEAR <= likeness(said, known) < SAME


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
