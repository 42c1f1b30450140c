"""The picture of a treatment must not lie: earlier stands left, worse stands higher."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.domain import timeline
from treatments.domain.timeline import Course, Dose, Event, History, Score, draw

BEGIN = date(2024, 2, 29)
days = st.integers(-400, 4000).map(lambda number: BEGIN + timedelta(days=number))
scores = st.lists(
    st.builds(
        Score,
        on=days,
        value=st.decimals(0, 10, places=1),
        instrument=st.sampled_from(["NRS", "PEG"]),
    ),
    max_size=12,
)
events = st.lists(
    st.builds(Event, on=days, label=st.text("abc ", min_size=1, max_size=40)), max_size=40
)
courses = st.lists(
    st.builds(
        lambda start, length, label: Course(
            start, None if length is None else start + timedelta(days=length), label
        ),
        days,
        st.none() | st.integers(0, 900),
        st.text("abc ", min_size=1, max_size=30),
    ),
    max_size=20,
)
doses = st.lists(st.builds(Dose, on=days, milligrams=st.decimals(1, 200, places=2)), max_size=8)
histories = st.builds(History, scores=scores, events=events, courses=courses, doses=doses)


@given(histories, st.integers(1, 4000))
def test_everything_stands_in_order_and_inside(history, length):
    """A clinician reads before and after from left and right."""
    end = BEGIN + timedelta(days=length)
    picture = draw(history, begin=BEGIN, end=end)
    for line in picture.lines:
        assert [dot.score.on for dot in line.dots] == sorted(dot.score.on for dot in line.dots)
        assert [dot.x for dot in line.dots] == sorted(dot.x for dot in line.dots)
        for dot in line.dots:
            assert picture.plot_top <= dot.y <= picture.plot_bottom
            for other in line.dots:
                if dot.score.value > other.score.value:
                    assert dot.y <= other.y
    for bar in picture.bars:
        assert bar.x >= timeline.LEFT
        assert bar.x + bar.width <= timeline.WIDTH
        assert bar.goes_on == (bar.course.end is None or bar.course.end > end)
    for column in picture.columns:
        assert column.y + column.height == picture.doses_bottom
    drawn = len(picture.marks) + len(picture.bars) + picture.hidden
    inside = [event for event in history.events if BEGIN <= event.on <= end]
    running = [c for c in history.courses if c.start <= end and (c.end or end) >= BEGIN]
    assert drawn == len(inside) + len(running)


@given(events)
def test_labels_never_cover_each_other(found):
    """Two labels on top of each other are none."""
    picture = draw(History(events=found), begin=BEGIN, end=BEGIN + timedelta(days=3000))
    boxes = []
    for mark in picture.marks:
        room = len(mark.event.label) * timeline.LETTER
        start = mark.text_x if mark.anchor == "start" else mark.text_x - room
        boxes.append((mark.text_y, start, start + room))
    for number, (y, start, end) in enumerate(boxes):
        for other_y, other_start, other_end in boxes[number + 1 :]:
            assert y != other_y or end <= other_start or other_end <= start


def test_the_scale_is_true():
    """Half of the worst pain stands in the middle."""
    history = History(
        scores=[
            Score(BEGIN, Decimal(5), "NRS"),
            Score(BEGIN, Decimal(15), "ODI", highest=Decimal(30)),
        ]
    )
    picture = draw(history, begin=BEGIN, end=BEGIN + timedelta(days=10))
    middle = (picture.plot_top + picture.plot_bottom) // 2
    assert {dot.y for line in picture.lines for dot in line.dots} == {middle}


@pytest.mark.parametrize("years", [1, 3, 6, 14, 40])
def test_the_axis_names_few_days(years):
    """An axis that cannot be read is no axis."""
    end = BEGIN + timedelta(days=365 * years)
    ticks = draw(History(), begin=BEGIN, end=end).ticks
    assert 4 <= len(ticks) <= 22
    assert all(tick.on.day == 1 for tick in ticks)


def test_a_time_line_of_no_time_is_refused():
    """It would divide by nothing."""
    with pytest.raises(ValueError, match="two days"):
        draw(History(), begin=BEGIN, end=BEGIN)
