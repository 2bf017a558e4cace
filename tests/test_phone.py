"""Phone numbers are kept in one form, whatever form they were typed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.phone import find_phones, last_four, matching, national, read_phone, say_phone

LONDON, SHANGHAI, NEW_YORK, BERLIN = "Europe/London", "Asia/Shanghai", "America/New_York", "Europe/Berlin"


@pytest.mark.parametrize(
    ("typed", "zone", "phone"),
    [
        ("+44 20 7946 0123", BERLIN, "+442079460123"),
        ("+44 (0)20 7946 0123", BERLIN, "+442079460123"),
        ("0049 30 1234567", LONDON, "+49301234567"),
        ("020 7946 0123", LONDON, "+442079460123"),
        ("07700 900321", LONDON, "+447700900321"),
        ("020 7946 0123", BERLIN, "02079460123"),
        ("13912345678", LONDON, "+8613912345678"),
        ("139 1234 5678", NEW_YORK, "+8613912345678"),
        ("139-1234-5678", SHANGHAI, "+8613912345678"),
        ("13 912 345 678", LONDON, "13912345678"),
        ("010 8765 4321", SHANGHAI, "+861087654321"),
        ("(212) 555-0187", NEW_YORK, "+12125550187"),
        ("212.555.0187", NEW_YORK, "+12125550187"),
        ("1 212 555 0187", NEW_YORK, "+12125550187"),
        ("212 555 0187", LONDON, "2125550187"),
        ("12345", LONDON, None),
        ("2026-05-13", LONDON, None),
        ("hello", LONDON, None),
        ("", LONDON, None),
    ],
)
def test_numbers_as_they_are_typed(typed, zone, phone):
    assert read_phone(typed, zone) == phone


def test_a_number_is_found_in_a_sentence():
    said = "add Tom Ray from Quill 07700 900321, 30,000 on 2026-05-13"
    [(start, end, phone)] = find_phones(said, LONDON)
    assert (said[start:end], phone) == ("07700 900321", "+447700900321")
    assert [phone for *_, phone in find_phones("手机号13912345678是谁", SHANGHAI)] == ["+8613912345678"]


@pytest.mark.parametrize(
    ("phone", "own", "last"),
    [
        ("+447700900321", "7700900321", "0321"),
        ("+8613912345678", "13912345678", "5678"),
        ("+12125550187", "2125550187", "0187"),
        ("+35312345678", "12345678", "5678"),
        ("02079460123", "2079460123", "0123"),
    ],
)
def test_parts_of_a_number(phone, own, last):
    assert (national(phone), last_four(phone)) == (own, last)


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ("+442079460123", "+44 20 7946 0123"),
        ("+8613912345678", "+86 139 1234 5678"),
        ("2079460123", "2079460123"),
        ("+999", "+999"),
    ],
)
def test_how_numbers_look(phone, said):
    assert say_phone(phone) == said


@given(st.from_regex(r"\+(44|1|86|49)[1-9][0-9]{8,9}", fullmatch=True), st.sampled_from([LONDON, SHANGHAI, NEW_YORK]))
def test_a_number_that_is_printed_is_read_back(phone, zone):
    assert read_phone(say_phone(phone), zone) == phone == matching(say_phone(phone))


@given(st.text(max_size=60), st.sampled_from([LONDON, SHANGHAI, NEW_YORK]))
def test_anything_at_all_is_a_number_or_none(said, zone):
    found = read_phone(said, zone)
    assert found is None or found.lstrip("+").isdecimal()
    for start, end, _ in find_phones(said, zone):
        assert 0 <= start < end <= len(said)
