"""Which reminders are due, against somebody who looks through the whole calendar every time.

The statement looks only from where it stopped; whoever forgets nothing must come to the same, over
changes of the clock, moved visits, nights without a worker and rules of several scopes.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.messaging.models import Message
from scheduling.models import Appointment, AppointmentEvent, ReminderRule
from tests.builders import make_patient, make_site, make_visit_type
from tests.integration.reminders.worlds import remind

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NEAREST = 15 * MINUTE
# Both changes of the clock in New York in 2027.
CHANGES = [datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2027, 11, 7, 6, tzinfo=UTC)]
BEFORES = [timedelta(minutes=30), timedelta(hours=3), timedelta(days=1), timedelta(days=2)]

rules = st.lists(
    st.tuples(st.sampled_from(BEFORES), st.sampled_from(["all", "kind", "site"]), st.booleans()),
    min_size=1,
    max_size=5,
    unique_by=lambda rule: rule[:2],
)
# (minutes of the start after the beginning, how long before that it was booked, what kind).
visits = st.lists(
    st.tuples(st.integers(0, 6000), st.integers(0, 6000), st.booleans()), min_size=1, max_size=4
)
# Each tick is so many minutes after the one before; the first visit may be moved before it.
ticks = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 5, 30, 200, 900]),
        st.none() | st.integers(-3000, 3000),
    ),
    min_size=2,
    max_size=9,
)


class Oracle:
    """Looks at everything, every time, and remembers whom it has reminded."""

    def __init__(self):
        self.told, self.sent = {}, set()

    def tick(self, rows, visits, now):
        """The reminders that this moment adds, as (visit, rule, start)."""
        added = set()
        for visit in visits:
            rule = self._speaks(rows, visit, now)
            if rule is None or visit.start_at - now <= NEAREST or self._knows(visit, rule):
                continue
            if (visit.pk, rule.pk, visit.start_at) not in self.sent:
                added.add((visit.pk, rule.pk, visit.start_at))
        self.sent |= added
        return added

    def _speaks(self, rows, visit, now):
        fitting = [
            row
            for row in rows
            if row.visit_type_id in (None, visit.visit_type_id)
            and row.site_id in (None, visit.site_id)
        ]
        rank = max(self._rank(row) for row in fitting) if fitting else 0
        due = [
            row
            for row in fitting
            if self._rank(row) == rank and row.is_active and visit.start_at - row.before <= now
        ]
        return min(due, key=lambda row: row.before, default=None)

    def _rank(self, row):
        return 2 * (row.visit_type_id is not None) + (row.site_id is not None)

    def _knows(self, visit, rule):
        return self.told[visit.pk] > visit.start_at - rule.before


def event(visit, step, at):
    AppointmentEvent.objects.create(
        appointment=visit,
        step=step,
        from_status="" if step == "book" else "booked",
        to_status="booked",
        occurred_at=at,
    )


@pytest.fixture
def places():
    return make_site(), make_visit_type(), make_visit_type(), [make_patient() for _ in range(4)]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(CHANGES), rules, visits, ticks)
def test_the_statement_and_whoever_forgets_nothing_agree(places, change, rules, visits, ticks):
    """One reminder lost or sent twice is what peers are known for."""
    with transaction.atomic():
        _play(places, change - timedelta(days=1), rules, visits, ticks)
        transaction.set_rollback(True)


def _play(places, begin, rules, wanted, ticks):
    site, kind, other, people = places
    ReminderRule.objects.all().delete()
    for before, scope, is_active in rules:
        ReminderRule.objects.create(
            before=before,
            is_active=is_active,
            site=site if scope == "site" else None,
            visit_type=kind if scope == "kind" else None,
        )
    oracle, rows = Oracle(), []
    for person, (start, ahead, is_kind) in zip(people, wanted, strict=False):
        start_at = begin + start * MINUTE
        visit = Appointment.objects.create(
            patient=person,
            visit_type=kind if is_kind else other,
            site=site,
            start_at=start_at,
            end_at=start_at + 30 * MINUTE,
            status_at=begin,
        )
        booked_at = min(start_at - ahead * MINUTE, begin)
        event(visit, "book", booked_at)
        oracle.told[visit.pk] = booked_at
        rows.append(visit)
    now = begin
    for wait, shift in ticks:
        now += wait * MINUTE
        if shift is not None:
            moved, start_at = rows[0], now + (shift % 4000) * MINUTE
            moved.start_at, moved.end_at = start_at, start_at + 30 * MINUTE
            moved.save()
            event(moved, "move", now)
            oracle.told[moved.pk] = now
        expected = oracle.tick(list(ReminderRule.objects.all()), rows, now)
        before = set(Message.objects.values_list("pk", flat=True))
        remind(now)
        added = Message.objects.exclude(pk__in=before).values_list("dedupe_key", flat=True)
        keys = {
            f"appointment:{pk}:reminder:{rule}:{start:%Y%m%dT%H%MZ}" for pk, rule, start in expected
        }
        assert set(added) == keys, (now, [str(row.start_at) for row in rows])
