"""What the desk types while the phone rings must be understood however it is typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.domain.search_terms import parse_terms

TODAY = date(2026, 11, 21)
BIRTHDAY = date(1962, 3, 14)


@pytest.mark.parametrize(
    "text",
    [
        "3/14/1962",
        "03/14/1962",
        "3-14-62",
        "03.14.1962",
        "1962-03-14",
        "1962/3/14",
        "14 Mar 1962",
        "14. March 1962",
        "March 14, 1962",
        "mar 14th 1962",
        "14/3/1962",
    ],
)
def test_a_birth_date_is_understood_in_common_notations(text):
    """Callers say it in every order; the desk must not have to translate."""
    assert parse_terms(text, today=TODAY).birth_date == BIRTHDAY


@pytest.mark.parametrize("text", ["031462", "03141962"])
def test_bare_digits_may_be_a_birth_date_or_a_number(text):
    """Nobody can know which was meant, so both are looked for."""
    terms = parse_terms(text, today=TODAY)
    assert (terms.digits, terms.compact_date) == (text, BIRTHDAY)


def test_a_two_digit_year_is_never_in_the_future():
    """'27 in 2026 is a person of 99, not one who is not born yet."""
    assert parse_terms("1/1/26", today=TODAY).birth_date == date(2026, 1, 1)
    assert parse_terms("1/1/27", today=TODAY).birth_date == date(1927, 1, 1)


@pytest.mark.parametrize("text", ["99/99/99", "2/30/1990", "0000-00-00"])
def test_an_impossible_date_is_not_a_date(text):
    """A typing slip must not search for another day."""
    assert parse_terms(text, today=TODAY).birth_date is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("(555) 680-5545", "5556805545"),
        ("+1 555.680.5545", "15556805545"),
        ("5545", "5545"),
        ("#100042", "100042"),
    ],
)
def test_numbers_are_read_with_whatever_stands_between_the_digits(text, digits):
    """Phone numbers are read aloud in groups."""
    assert parse_terms(text, today=TODAY).digits == digits


def test_names_dates_and_numbers_may_come_together():
    """'Smith, born the 14th of March, number ends in 5545' is one search."""
    terms = parse_terms("  smith,  3/14/1962   5545 ", today=TODAY)
    assert (terms.names, terms.birth_date, terms.digits) == (("smith",), BIRTHDAY, "5545")


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_every_date_survives_being_written_and_read(day):
    """No day of any year may be a special case."""
    for text in (f"{day:%m/%d/%Y}", day.isoformat(), f"{day:%d %B %Y}", f"{day:%B %d, %Y}"):
        assert parse_terms(text, today=TODAY).birth_date == day


@given(st.text(max_size=60))
def test_nothing_that_can_be_typed_breaks_it(text):
    """The search box is open to anything on the clipboard."""
    terms = parse_terms(text, today=TODAY)
    assert all(not name.isspace() for name in terms.names)
    assert terms.digits == "" or terms.digits.isdigit()
