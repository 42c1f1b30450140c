"""A clinic in which visits are booked and people are reminded of them."""

from datetime import UTC, datetime, timedelta

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.reminders import write_due_reminders
from scheduling.models import ReminderRule
from tests.builders import (
    make_clinician,
    make_patient,
    make_resource,
    make_site,
    make_user,
    make_visit_type,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOOKED_AT = datetime(2027, 3, 1, 15, tzinfo=UTC)


class World:
    """One site with a clinician and a room; a person whom mail reaches."""

    def __init__(self, zone="America/New_York", **kind):
        self.site = make_site(zone)
        make_resource(self.site)
        self.clinician = make_clinician(self.site)
        self.kind = make_visit_type(**kind)
        self.desk = make_user(Role.FRONT_DESK)
        self.person = make_patient(email="ana@example.org")

    def book(self, start, *, at=BOOKED_AT, person=None):
        """Book the person's visit at this instant."""
        request = BookingRequest(person or self.person, self.kind, self.site, start)
        return book_appointment(request=request, by=self.desk, now=at)


def only_rules(*befores, **scope):
    """These reminders and no others."""
    ReminderRule.objects.all().delete()
    return [ReminderRule.objects.create(before=before, **scope) for before in befores]


def remind(now):
    """What the worker does at this instant; how many reminders it wrote."""
    written = 0
    while (done := write_due_reminders(limit=50, by="worker", now=now)).is_more:
        written += done.written
    return written


def reminders(visit=None):
    """The reminders that were written, oldest first."""
    rows = Message.objects.filter(kind="appointment_reminder").order_by("id")
    return list(rows if visit is None else rows.filter(about=f"appointment:{visit.pk}"))
