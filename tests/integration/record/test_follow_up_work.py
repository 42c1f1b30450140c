"""What people press on a follow-up, and what the clinic moves by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from tests import builders
from tests.outcome_builders import DAY, NOW
from tests.record_builders import make_follow_up
from treatments.actions.escalations import escalate_overdue
from treatments.actions.follow_up_work import (
    FollowUpResult,
    NothingToUndo,
    close_follow_up,
    undo_follow_up,
)
from treatments.actions.follow_ups import OPEN, Closed
from treatments.domain.follow_ups import GRACE, is_working_day, next_try, too_late_at
from treatments.models import FollowUpEvent, FollowUpKind
from treatments.queries import follow_ups as due

NEW_YORK = ZoneInfo("America/New_York")
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
instants = st.integers(0, 5 * 365 * 24 * 60).map(lambda count: BEGIN + timedelta(minutes=count))
zones = st.sampled_from(["America/New_York", "America/Los_Angeles", "Pacific/Honolulu"]).map(
    ZoneInfo
)


@given(instants, zones)
def test_the_next_try_is_on_the_next_working_day(now, zone):
    """Nobody is called on a Sunday, and a clock that changes skips no day."""
    begin, end = next_try(now, zone)
    today, day = now.astimezone(zone).date(), begin.astimezone(zone).date()
    assert today < day <= today + timedelta(days=3)
    assert is_working_day(day)
    between = [today + timedelta(days=n) for n in range(1, (day - today).days)]
    assert not any(is_working_day(one) for one in between)
    assert begin < end


@given(instants, zones, st.integers(0, 96).map(lambda hours: timedelta(hours=hours)))
def test_too_late_is_never_on_a_day_off_nor_early(due_at, zone, grace):
    """A call that was due on a Friday night is not a failure on Saturday."""
    late = too_late_at(due_at, grace, zone)
    assert late >= due_at + grace
    assert is_working_day(late.astimezone(zone).date())
    assert late <= due_at + grace + timedelta(days=6)


def press(row, result, by, **said):
    return close_follow_up(
        follow_up=row, result=FollowUpResult(result), by=by, **{"now": NOW} | said
    )


# What each press makes of each kind; what is not here is refused.
OUTCOMES = {
    "done": dict.fromkeys(FollowUpKind.values, "completed"),
    "well": {"call": "completed"},
    "no_answer": dict.fromkeys(("call", "questionnaire", "diary", "visit"), "in_progress"),
    "send_again": {"questionnaire": "in_progress"},
    "by_phone": dict.fromkeys(("questionnaire", "diary"), "completed"),
    "elsewhere": dict.fromkeys(("lab", "imaging", "referral", "visit"), "completed"),
    "not_needed": dict.fromkeys(FollowUpKind.values, "cancelled"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("result", sorted(FollowUpResult))
@pytest.mark.parametrize("kind", FollowUpKind.values)
def test_each_press_of_each_kind(patient, physician, kind, result):
    """The whole table: what fits closes or waits, what does not is refused, closed is closed."""
    row = make_follow_up(patient, due_at=NOW, kind=kind)
    wanted = OUTCOMES[result].get(kind)
    if wanted is None:
        with pytest.raises(Invalid):
            press(row, result, physician, note="Why")
        return
    row = press(row, result, physician, note="Why")
    assert (row.status, row.closed_at is None) == (wanted, wanted in OPEN)
    if wanted not in OPEN:
        with pytest.raises(Closed):
            press(row, "done", physician)
    undo_follow_up(follow_up=row, by=physician, now=NOW + timedelta(minutes=59))
    row.refresh_from_db()
    assert (row.status, row.closed_at, row.result, row.tries) == ("requested", None, "", 0)
    assert row.due_at == NOW


@pytest.mark.django_db
def test_only_whoever_pressed_it_takes_it_back_and_only_soon(patient, physician):
    """Undo is for a slip, not for the work of others."""
    row = press(make_follow_up(patient, due_at=NOW), "well", physician)
    other = builders.make_user(Role.PHYSICIAN)
    for who, at in ((other, NOW), (physician, NOW + timedelta(minutes=61))):
        with pytest.raises(NothingToUndo):
            undo_follow_up(follow_up=row, by=who, now=at)
    assert due.just_done(physician, now=NOW) == [row]
    undo_follow_up(follow_up=row, by=physician, now=NOW)
    with pytest.raises(NothingToUndo):
        undo_follow_up(follow_up=row, by=physician, now=NOW)
    assert due.just_done(physician, now=NOW) == []


@pytest.mark.django_db
def test_three_tries_and_it_is_the_physicians(patient, physician):
    """Somebody who never answers after a needle is somebody to worry about."""
    row, at = make_follow_up(patient, due_at=NOW, step="safety-call"), NOW
    for number in (1, 2, 3):
        row = press(row, "no_answer", physician, now=at)
        assert row.tries == number
        assert is_working_day(row.earliest_at.astimezone(NEW_YORK).date())
        at = row.earliest_at
    assert (row.owner_role, row.escalated_from) == ("physician", "nurse")
    (moved,) = row.events.filter(kind="escalated")
    assert moved.note == "Nobody answered 3 times."
    row = press(row, "no_answer", physician, now=at)
    assert row.events.filter(kind="escalated").count() == 1


@pytest.mark.django_db
def test_what_is_overdue_is_moved_once_and_says_why(patient, physician):
    """Two days of grace; the second look moves nothing."""
    late = make_follow_up(patient, due_at=NOW - 5 * DAY)
    fresh = make_follow_up(patient, due_at=NOW - timedelta(hours=3))
    own = make_follow_up(patient, due_at=NOW - 9 * DAY, owner_role="physician")
    personal = make_follow_up(patient, due_at=NOW - 9 * DAY, owner_role="physician")
    personal.owner = physician
    personal.save()
    assert escalate_overdue(by=None, now=NOW) == 2
    assert escalate_overdue(by=None, now=NOW) == 0
    late.refresh_from_db()
    assert (late.owner_role, late.escalated_from, late.escalated_at) == ("physician", "nurse", NOW)
    assert FollowUpEvent.objects.get(follow_up=late).note.startswith("Overdue for 5 days")
    for row in (fresh, own):
        row.refresh_from_db()
        assert row.escalated_at is None
    personal.refresh_from_db()
    assert personal.owner is None


@pytest.mark.django_db
def test_a_safety_call_is_moved_sooner(patient, physician):
    """The protocol's own words count: a call after an injection has one day of grace."""
    due_at = datetime(2026, 6, 2, 15, tzinfo=UTC)
    call = make_follow_up(patient, due_at=due_at, protocol="epidural", step="safety-call")
    other = make_follow_up(patient, due_at=due_at)
    at = due_at + timedelta(days=1, minutes=1)
    assert at < due_at + GRACE
    assert escalate_overdue(by=None, now=at) == 1
    call.refresh_from_db()
    other.refresh_from_db()
    assert (call.escalated_at, other.escalated_at) == (at, None)


@pytest.mark.django_db
def test_the_desk_sees_plain_words_of_its_own_work_only(patient, physician):
    """What was done to somebody is nothing for the desk; whom to call and to book is."""
    desk = builders.make_user()
    words = {"title": "Call about the epidural", "instructions": "Ask about the needle"}
    call = make_follow_up(patient, due_at=NOW, step="safety-call", **words)
    sugar = make_follow_up(patient, due_at=NOW, step="glucose-call", **words)
    visit = make_follow_up(patient, due_at=NOW, kind="visit", owner_role="physician", **words)
    labs = make_follow_up(patient, due_at=NOW, kind="lab", **words)
    paper = make_follow_up(patient, due_at=NOW, kind="paperwork", owner_role="front_desk")
    rows = due.desk_list(desk, due.Wanted(), page=list, now=NOW)
    assert {one.row.pk for one in rows} == {call.pk, visit.pk, paper.pk}
    assert not any("epidural" in one.title or "needle" in one.says for one in rows)
    for row in (sugar, labs):
        with pytest.raises(NotAllowed):
            press(row, "done", desk)
    assert press(call, "well", desk).status == "completed"
    assert due.counts(desk, now=NOW).due == 2
