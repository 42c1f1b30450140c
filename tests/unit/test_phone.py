"""A phone number is the same number however it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.domain.phone import LONGEST, phone_digits


@pytest.mark.parametrize(
    "written",
    [
        "5551234567",
        "555-123-4567",
        "(555) 123-4567",
        "555.123.4567",
        " +1 555 123 4567 ",
        "1-555-123-4567",
        "1-555-123-4567 ext. 12",
        "tel:+15551234567",
        "٥٥٥١٢٣٤٥٦٧",
    ],
)
def test_every_way_to_write_a_number_gives_the_same_digits(written):
    assert phone_digits(written) == "15551234567"


def test_a_number_that_names_its_country_keeps_it():
    assert phone_digits("+44 20 7946 0958") == "442079460958"


def test_the_region_is_where_a_bare_number_is_dialled():
    assert phone_digits("020 7946 0958", region="GB") == "442079460958"


@pytest.mark.parametrize(
    ("written", "digits"),
    [("911", "911"), ("555-1234", "5551234"), ("12", "12"), ("room 7", "7"), ("٠١٢", "012")],
)
def test_an_impossible_or_local_number_keeps_its_digits(written, digits):
    assert phone_digits(written) == digits


@pytest.mark.parametrize("written", ["", " ", "none", "+", "()-", "\x00"])
def test_without_digits_there_is_nothing(written):
    assert phone_digits(written) == ""


def test_an_endless_number_keeps_its_end():
    assert phone_digits("9" * 300 + "12345") == "9" * (LONGEST - 5) + "12345"


@given(st.text())
def test_any_text_gives_ascii_digits_of_bounded_length(written):
    digits = phone_digits(written)
    assert len(digits) <= LONGEST
    assert digits == "" or (digits.isascii() and digits.isdigit())
