"""Follow-up protocols: read from their file, refused with the line, due on the right day."""

import calendar
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.actions.follow_ups import FILE
from treatments.domain.protocols import ProtocolError, parse_span, read_protocols
from treatments.management.catalogue_files import read_catalogue

SHIPPED = read_protocols(FILE.read_text(), file=FILE.name)


def day(*parts):
    return datetime(*parts, tzinfo=UTC)


START = day(2026, 1, 31, 15)
GOOD = """protocols:
  - key: a
    name: A
    steps:
      - {key: call, kind: call, title: Call, after: PT24H, window: PT24H, owner: nurse}
"""


def test_the_shipped_protocols_are_those_the_catalogue_names():
    """A treatment that names a protocol that is not there would have no follow-up at all."""
    assert set(SHIPPED) == {
        "nsaid-course",
        "therapy-course",
        "epidural",
        "medial-branch-block",
        "radiofrequency",
        "vertebral-augmentation",
        "injection",
        "surgery",
    }


def test_every_treatment_that_names_a_protocol_has_one():
    """Otherwise nothing would ever be due after it, and nobody would notice."""
    named = {entry.details.get("protocol") for entry in read_catalogue()} - {None, ""}
    assert named <= set(SHIPPED)
    assert "epidural" in named


@pytest.mark.parametrize(
    ("protocol", "step", "first", "last"),
    [
        ("epidural", "safety-call", day(2026, 2, 1, 15), day(2026, 2, 2, 15)),
        ("epidural", "score-2w", day(2026, 2, 14, 15), day(2026, 2, 21, 15)),
        ("epidural", "score-3m", day(2026, 4, 30, 15), day(2026, 5, 14, 15)),
        ("radiofrequency", "visit-4w", day(2026, 2, 28, 15), day(2026, 3, 14, 15)),
        (
            "vertebral-augmentation",
            "bone-density",
            day(2026, 1, 31, 15),
            day(2026, 3, 2, 15),
        ),
        ("nsaid-course", "labs-2w", day(2026, 2, 7, 15), day(2026, 2, 14, 15)),
    ],
)
def test_a_step_is_due_on_its_days(protocol, step, first, last):
    """Worked examples of the numbers in the clinical rules."""
    (found,) = [one for one in SHIPPED[protocol].steps if one.key == step]
    assert found.due(START) == (first, last)


def test_steps_depend_on_what_is_known():
    """A diary after a therapeutic block, or glucose without diabetes, is asked for nothing."""
    block = SHIPPED["medial-branch-block"]
    diagnostic = {step.key for step in block.due_steps(frozenset({"diagnostic"}))}
    assert diagnostic == {"diary", "safety-call", "result"}
    epidural = SHIPPED["epidural"]
    keys = {step.key for step in epidural.due_steps(frozenset({"steroid", "diabetes"}))}
    assert "glucose-call" in keys
    assert "glucose-call" not in {step.key for step in epidural.due_steps(frozenset({"steroid"}))}


@given(
    start=st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 2090),
    months=st.integers(0, 60),
    days=st.integers(0, 500),
)
def test_months_are_calendar_months(start, months, days):
    """Counted one month after the other; the day never runs over into the next month."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = calendar.monthrange(year, month)[1]
    expected = start.replace(year=year, month=month, day=min(start.day, last))
    text = f"P{months}M{days}D"
    assert parse_span(text).after(start) == expected + timedelta(days=days)


@pytest.mark.parametrize("text", ["", "P", "PT", "2W", "P-1D", "P1.5D", "PT1H2D", "P9999M", "p1d"])
def test_nonsense_is_no_duration(text):
    """A window of nothing would be overdue at once."""
    with pytest.raises(ValueError, match=r"duration|ten years"):
        parse_span(text)


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("kind: call", "kind: shout", 5),
        ("after: PT24H", "after: soon", 5),
        ("owner: nurse", "owner: front_desk", 5),
        ("title: Call, ", "", 5),
        ("title: Call", "title: Call, colour: red", 5),
        ("owner: nurse", "owner: nurse, conditions: [tall]", 5),
        ("name: A", "names: A", 3),
        ("key: a", "key: {}", 2),
        ("protocols:", "protokolls:", 1),
        ("key: call", "key: [", 5),
    ],
)
def test_a_mistake_is_shown_with_its_line(good, bad, line):
    """Whoever edits the file finds the place."""
    with pytest.raises(ProtocolError, match=rf"^file\.yaml:{line}: "):
        read_protocols(GOOD.replace(good, bad), file="file.yaml")


def test_nothing_stands_twice():
    """Of two steps with one key only one would ever be written."""
    step = GOOD.splitlines()[-1]
    with pytest.raises(ProtocolError, match="twice"):
        read_protocols(GOOD + step + "\n", file="file.yaml")
    with pytest.raises(ProtocolError, match="twice"):
        read_protocols(GOOD + GOOD.removeprefix("protocols:\n"), file="file.yaml")
