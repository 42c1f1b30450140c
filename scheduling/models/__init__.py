"""The facts of the calendar, one file a noun."""

from scheduling.models.appointment import Appointment, AppointmentEvent, AppointmentQuerySet
from scheduling.models.hours import TimeOff, WorkingHours
from scheduling.models.reservation import Reservation, ReservationKind
from scheduling.models.resource import Capability, Resource, ResourceKind
from scheduling.models.site import Site
from scheduling.models.visit_type import ResourceNeed, VisitType

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentQuerySet",
    "Capability",
    "Reservation",
    "ReservationKind",
    "Resource",
    "ResourceKind",
    "ResourceNeed",
    "Site",
    "TimeOff",
    "VisitType",
    "WorkingHours",
]
