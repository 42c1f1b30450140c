"""The picture of somebody's own pain: in its place, and honest about gaps."""

from datetime import date, timedelta

import pytest

from treatments.domain.own_chart import LEFT, RIGHT, WIDTH, Done, Span, draw
from treatments.domain.plain_names import plain_name, said_in

TODAY = date(2026, 6, 1)


def back(days):
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize("span", list(Span))
def test_everything_stands_inside_the_picture(span):
    """Nothing is cut off at the edge of a phone, at either end."""
    days = [(back(number), number % 11) for number in range(400)]
    done = [Done(back(number), f"Shot {number}") for number in (0, 1, 2, 3, 4, span.days - 1)]
    picture = draw(days, done, span=span, today=TODAY)
    assert {point.on <= TODAY for point in picture.points} == {True}
    places = [*picture.points, *picture.marks, *picture.ticks]
    assert all(LEFT <= place.x <= WIDTH - RIGHT for place in places)
    assert all(picture.top <= point.y <= picture.bottom for point in picture.points)
    assert all(9 <= mark.y <= picture.top for mark in picture.marks)


def test_days_without_a_word_are_no_line():
    """A line over a fortnight of silence would say what nobody said."""
    picture = draw([(back(20), 4), (back(19), 5), (back(2), 3)], [], span=Span.MONTH, today=TODAY)
    assert len(picture.runs) == 2


def test_a_week_of_the_year_is_its_middle():
    """One bad day is not the week, and is still told."""
    picture = draw([(back(2), 2), (back(1), 9), (TODAY, 3)], [], span=Span.YEAR, today=TODAY)
    (point,) = picture.points
    assert (point.pain, point.least, point.most, point.days) == (3, 2, 9, 3)


def test_marks_near_each_other_stand_above_one_another():
    """Two numbers on one spot are read as another number."""
    done = [Done(back(1), "Shot"), Done(TODAY, "Started: walking"), Done(TODAY, "Test")]
    first, second = draw([], done, span=Span.MONTH, today=TODAY).marks
    assert first.y != second.y
    assert second.labels == ("Started: walking", "Test")


def test_names_are_plain_in_both_languages():
    """What has no plain name of ours keeps its own."""
    assert plain_name("en", "epidural-steroid-injection", "cervical", "ESI") == "Shot in your neck"
    assert plain_name("es-mx", "kyphoplasty", "", "x") == "Cemento en un hueso de la espalda"
    assert plain_name("fr", "yoga", "lumbar", "Yoga") == "Yoga"
    assert said_in("es", "Walking", "") == "Walking"
