"""JSON that somebody else wrote: every wrong value is named, and dates say what they can."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.domain.fhir.reading import (
    Concept,
    FhirError,
    Node,
    concept,
    needed_concept,
    written,
)
from patients.domain.fhir.times import (
    days_of,
    instants_of,
    period,
    start_and_end,
    time_at,
    whole_date,
)


def node(**content):
    return Node(content, "Thing")


def time_of(value):
    return time_at(node(at=value), "at")


def test_absent_and_null_elements_read_as_empty():
    for thing in (node(), node(a=None)):
        assert thing.text("a") == ""
        assert thing.texts("a") == []
        assert not thing.node("a")
        assert thing.nodes("a") == []
        assert not thing.first("a")
        assert thing.number("a") is None
        assert thing.flag("a") is None


@pytest.mark.parametrize(
    ("reader", "value", "reason"),
    [
        ("text", 5, "Thing.a is not a string."),
        ("text", ["x"], "Thing.a is not a string."),
        ("texts", "x", "Thing.a is not a list."),
        ("texts", ["x", 5], "Thing.a[1] is not a string."),
        ("node", "x", "Thing.a is not an object."),
        ("node", [{}], "Thing.a is not an object."),
        ("nodes", {}, "Thing.a is not a list."),
        ("nodes", [{}, None], "Thing.a[1] is not an object."),
        ("number", "5", "Thing.a is not a number."),
        ("number", True, "Thing.a is not a number."),
        ("number", 10**60, "Thing.a has more than 60 digits."),
        ("flag", "true", "Thing.a is neither true nor false."),
        ("text", "x" * 10_001, "Thing.a is longer than 10000 characters."),
    ],
)
def test_a_value_of_the_wrong_type_is_named_by_its_path(reader, value, reason):
    with pytest.raises(FhirError) as refused:
        getattr(node(a=value), reader)("a")
    assert str(refused.value) == reason


@pytest.mark.parametrize("bad", ["\x00", "a\x00b", "\x1b[31m", "\ud800"])
def test_characters_that_cannot_be_stored_are_refused(bad):
    with pytest.raises(FhirError, match=r"Thing\.a holds a character .*U\+"):
        node(a=bad).text("a")


def test_text_is_trimmed_and_may_have_lines():
    assert node(a="  two\r\nlines\t ").text("a") == "two\r\nlines"


def test_paths_go_down():
    inner = node(a=[{}, {"b": {"c": 5}}]).nodes("a")[1].node("b")
    with pytest.raises(FhirError, match=r"^Thing\.a\[1\]\.b\.c is not a string\.$"):
        inner.text("c")


@pytest.mark.parametrize(
    ("number", "text"),
    [("5", "5"), ("31.250", "31.250"), ("1E+2", "100"), ("1E-7", "0.0000001"), ("1E+99", "1E+99")],
)
def test_numbers_are_written_for_people(number, text):
    assert written(Decimal(number)) == text


class TestConcepts:
    def test_text_comes_before_display_before_code(self):
        coding = [{"system": "s", "code": "7", "display": "Seven"}]
        assert concept(node(text="VII", coding=coding)).text == "VII"
        assert concept(node(coding=coding)) == Concept("Seven", "s", "7")
        assert concept(node(coding=[{"system": "s", "code": "7"}])).text == "7"

    def test_the_coding_a_user_selected_counts(self):
        codings = [{"code": "1"}, {"code": "2", "userSelected": True}]
        assert concept(node(coding=codings)).code == "2"

    def test_a_system_without_a_code_names_nothing(self):
        assert concept(node(text="x", coding=[{"system": "s"}])) == Concept("x")

    @pytest.mark.parametrize("code", [None, {}, {"coding": []}, {"coding": [{}]}, {"text": "  "}])
    def test_a_needed_one_without_words_is_refused(self, code):
        with pytest.raises(FhirError, match=r"^Thing\.code has no text, display or code\.$"):
            needed_concept(node(code=code), "code")


class TestTimes:
    @pytest.mark.parametrize(
        ("value", "first", "last"),
        [
            ("2011", date(2011, 1, 1), date(2011, 12, 31)),
            ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
            ("2011-05-09", date(2011, 5, 9), date(2011, 5, 9)),
        ],
    )
    def test_a_partial_date_stands_for_all_its_days(self, value, first, last):
        found = time_of(value)
        assert (found.first_day, found.last_day, found.instant) == (first, last, None)
        assert found.starts_at == datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
        assert found.ends_at == datetime(last.year, last.month, last.day, 12, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("value", "instant"),
        [
            ("2011-05-09T10:11:12Z", datetime(2011, 5, 9, 10, 11, 12, tzinfo=UTC)),
            ("2011-05-09T23:30:00-05:00", datetime(2011, 5, 10, 4, 30, tzinfo=UTC)),
            ("2011-05-09T00:30:00.1234567+14:00", datetime(2011, 5, 8, 10, 30, 0, 123456, UTC)),
            ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ],
    )
    def test_an_instant_is_kept_in_utc(self, value, instant):
        assert time_of(value).instant == instant
        assert time_of(value).instant.tzinfo is UTC

    def test_its_day_is_that_of_the_clock_it_was_read_from(self):
        assert time_of("2011-05-09T23:30:00-05:00").first_day == date(2011, 5, 9)

    @pytest.mark.parametrize(
        "value",
        [
            "2011-5-9",
            "20110509",
            "09.05.2011",
            "2011-13",
            "2011-02-29",
            "2011-00-01",
            "0000",
            "2011-05-09T10:11Z",
            "2011-05-09T10:11:12",
            "2011-05-09T24:00:00Z",
            "2011-05-09T10:60:00Z",
            "2011-05-09T10:11:61Z",
            "2011-05-09T10:11:12+15:00",
            "2011-05-09T10:11:12+05:99",
            "0001-01-01T00:00:00+10:00",
            "9999-12-31T23:59:59-10:00",
            "２０１１",
            "yesterday",
        ],
    )
    def test_what_is_no_date_is_refused_by_name(self, value):
        with pytest.raises(FhirError, match=r"^Thing\.at is "):
            time_of(value)

    @given(st.text(alphabet="0123456789-T:.Z+", max_size=30))
    def test_no_text_breaks_it(self, value):
        try:
            found = time_of(value)
        except FhirError:
            return
        assert found is None or found.first_day <= found.last_day

    def test_a_whole_date_is_there_and_names_its_day(self):
        assert whole_date(node(at="1950-01-02"), "at") == date(1950, 1, 2)
        with pytest.raises(FhirError, match="is missing"):
            whole_date(node(), "at")
        with pytest.raises(FhirError, match="is 1950, which names no day"):
            whole_date(node(at="1950"), "at")

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2012", "2011"),
            ("2011-05-09", "2011-05-08"),
            ("2011-05-09T10:00:00Z", "2011-05-09T09:59:59Z"),
        ],
    )
    def test_an_end_before_the_start_is_refused(self, start, end):
        with pytest.raises(FhirError, match=r"^Thing\.p ends before it starts\.$"):
            period(node(p={"start": start, "end": end}), "p")

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2011-05-09", "2011"),
            ("2011", "2011-05-09"),
            ("2011-05-09", "2011-05-09T08:00:00Z"),
            ("2011-05-09T18:00:00Z", "2011-05-09"),
            ("2011-05-09T23:00:00-10:00", "2011-05-09T23:00:00-10:00"),
        ],
    )
    def test_ends_of_different_precision_never_stand_before_their_start(self, start, end):
        both = start_and_end(time_of(start), time_of(end), "it")
        first_day, last_day = days_of(*both)
        assert first_day <= last_day
        first, last = instants_of(*both)
        assert first <= last
