"""What a valid form says on the pages where people book for themselves."""

from datetime import UTC, datetime, timedelta

from scheduling.models import BookingIntent
from tests import builders
from tests.rule_builders import SADDLE, file_rules

WHO = "patient_a"


def posted(world):
    """For each page its form, as in `valid_forms`."""
    soon = {"visit_id": world.own.appointment.pk}
    return {
        "patient:book": lambda: (WHO, {}, began(world)),
        "patient:book-step": lambda: (WHO, {"answer": "none"}, asked()),
        "patient:visit-move": lambda: (WHO, {"slot": slot_of(world)}, {}),
        "patient:visit-cancel": lambda: (WHO, {"cancellation_reason": "ill"}, {}),
        "patient:visit-late": lambda: (WHO, {"minutes": "20"}, soon),
        "patient:visit-here": lambda: (WHO, {}, soon),
        "patient:waitlist-join": lambda: (
            WHO,
            {"until": "14", "part": "", "notice": "60", "weekdays": list("1234567")},
            began(world),
        ),
        "patient:waitlist-leave": lambda: (WHO, {}, {}),
        "patient:waitlist-answer": lambda: (WHO, {"answer": "decline"}, {}),
    }


def began(world):
    """A booking that has come to its times."""
    now = datetime.now(UTC)
    BookingIntent.objects.create(
        patient=world.own.patient,
        by=world.patients[WHO],
        urgency="routine",
        visit_type=builders.make_visit_type(is_bookable_online=True),
        site=world.own.site,
        started_at=now,
        expires_at=now + timedelta(minutes=30),
    )
    return {}


def asked():
    """Something to ask about, and to book."""
    file_rules(SADDLE)
    builders.make_visit_type(is_bookable_online=True)
    return {}


def slot_of(world):
    """A time on the day after the visit of the course."""
    visit = world.own.patient.appointments.get(pk=world.own.ids["visit_id"])
    return f"{(visit.start_at + timedelta(days=1)).isoformat()}/"
