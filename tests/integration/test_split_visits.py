"""Split visits: the clinician at the beginning and at the end, and free for others in between."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.actions.errors import SlotTaken
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.models.visit_type import ResourceNeed
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

MINUTE = timedelta(minutes=1)


@pytest.fixture
def place():
    made = Place()
    made.kind = builders.make_visit_type(
        60,
        [
            {"kind": "clinician", "parts": [(0, 10), (50, None)], "buffer_after_minutes": 5},
            "room",
        ],
    )
    made.talk = builders.make_visit_type(30, ["clinician"], alignment_minutes=5)
    return made


def taken(visit, kind):
    rows = visit.reservations.filter(resource__kind=kind, is_active=True)

    def minutes(instant):
        return int((instant - visit.start_at) / MINUTE)

    return sorted((minutes(r.during.lower), minutes(r.during.upper), r.kind) for r in rows)


@pytest.mark.django_db
def test_the_clinician_is_taken_twice_and_the_room_once(place):
    """With the note written after each part."""
    visit = place.book()
    assert taken(visit, "clinician") == [
        (0, 10, "appointment"),
        (10, 15, "buffer"),
        (50, 60, "appointment"),
        (60, 65, "buffer"),
    ]
    assert taken(visit, "room") == [(0, 60, "appointment")]


@pytest.mark.django_db
def test_somebody_else_is_seen_in_between_and_not_a_minute_more(place):
    """That is what a split is for."""
    place.book()
    for minutes, fits in [(10, False), (15, True), (25, False)]:
        start = TEN + minutes * MINUTE
        if fits:
            assert place.book(start, visit_type=place.talk).status == "booked"
        else:
            with pytest.raises(SlotTaken):
                place.book(start, visit_type=place.talk)


@pytest.mark.django_db
def test_a_split_visit_moves_into_its_own_gaps(place):
    """Ten minutes later its second part lies where nothing was, and its first over its own."""
    visit = place.book()
    to = NewPlace(place.site, TEN + 10 * MINUTE, place.clinician)
    move_appointment(appointment=visit, to=to, by=place.clerk, now=NOW)
    visit.refresh_from_db()
    assert [row[:2] for row in taken(visit, "clinician")] == [(0, 10), (10, 15), (50, 60), (60, 65)]


@pytest.mark.django_db
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 6)), max_size=4),
    st.sampled_from([0, 5, 20]),
    st.sampled_from([0, 5, 20]),
)
def test_spans_never_overlap_and_leave_no_part_out(stretches, before, after):
    """A resource is taken once at each instant, or the constraint refuses every such booking."""
    need = ResourceNeed(buffer_before_minutes=before, buffer_after_minutes=after)
    parts = sorted((5 * offset, 5 * length) for offset, length in dict(stretches).items())
    need._stretches = lambda start, end: [
        (start + o * MINUTE, start + (o + length) * MINUTE) for o, length in parts
    ]
    spans = need.spans(TEN, TEN + 60 * MINUTE)
    minutes = [
        int((span.begin - TEN) / MINUTE) + n
        for span in spans
        for n in range(int((span.end - span.begin) / MINUTE))
    ]
    wanted = {m for o, length in parts for m in range(o - before, o + length + after)}
    assert len(minutes) == len(set(minutes))
    assert set(minutes) == wanted
