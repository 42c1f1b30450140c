"""A gym where courses take place, and what tests ask about them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.messaging.models import Message
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.series import CourseRequest, book_series
from scheduling.actions.series_cancel import cancel_series
from scheduling.actions.series_move import SeriesChange, move_series
from scheduling.domain.courses import Scope
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentSeries,
    Opening,
    Reservation,
)
from tests import builders

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2027, 1, 2, 15, 0, tzinfo=UTC)
MONDAY = date(2027, 1, 4)
DAYTIME = (time(8), time(18))


class Gym:
    """Two therapists, two gyms; twelve visits twice a week at ten."""

    def __init__(self, capacity=1):
        self.site = builders.make_site("America/New_York", DAYTIME)
        self.therapists = [builders.make_clinician(self.site, hours=DAYTIME) for _ in range(2)]
        self.rooms = [builders.make_resource(self.site) for _ in range(2)]
        self.kind = builders.make_visit_type(45, horizon_days=200, capacity=capacity)
        self.clerk = builders.make_user()
        self.patient = builders.make_patient(email="ana@example.org")

    def at(self, days, clock=time(10)):
        return datetime.combine(MONDAY + timedelta(days=days), clock, NEW_YORK).astimezone(UTC)

    def times(self, count=12, therapist=True):
        named = self.therapists[0] if therapist else None
        return [(self.at(7 * (n // 2) + 3 * (n % 2)), named) for n in range(count)]

    def course(self, count=12, **changes):
        fields = {
            "patient": self.patient,
            "visit_type": self.kind,
            "site": self.site,
            "times": self.times(count),
            "per_week": 2,
        }
        return CourseRequest(**fields | changes)

    def book(self, count=12, by=None, now=NOW, **changes):
        request = self.course(count, **changes)
        return book_series(request=request, by=by or self.clerk, now=now)

    def one(self, start_at, patient=None, clinician=None):
        wish = BookingRequest(
            patient or builders.make_patient(),
            self.kind,
            self.site,
            start_at,
            clinician or self.therapists[0],
        )
        return book_appointment(request=wish, by=self.clerk, now=NOW)

    def move(self, visit, scope=Scope.ALL, now=NOW, by=None, **change):
        return move_series(
            appointment=visit,
            scope=scope,
            change=SeriesChange(**change),
            by=by or self.clerk,
            now=now,
        )

    def cancel(self, visit, scope=Scope.ALL, now=NOW, by=None):
        return cancel_series(
            appointment=visit, scope=scope, reason="patient", by=by or self.clerk, now=now
        )


def visits_of(series):
    return list(series.appointments.order_by("series_number"))


def starts_of(series):
    return [visit.start_at for visit in visits_of(series)]


def counts():
    models = (AppointmentSeries, Appointment, Reservation, AppointmentEvent, Message, Opening)
    return [model.objects.count() for model in models]


def state():
    visits = Appointment.objects.order_by("pk").values_list("pk", "start_at", "status")
    places = Reservation.objects.order_by("resource", "during").values_list("during", "is_active")
    return counts(), list(visits), list(places)
