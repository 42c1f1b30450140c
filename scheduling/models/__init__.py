"""The facts of the calendar, one file a noun."""

from scheduling.models.appointment import (
    Appointment,
    AppointmentEvent,
    AppointmentQuerySet,
    CancellationReason,
)
from scheduling.models.board import BoardColumn, BoardView
from scheduling.models.booking_intent import BookingIntent, IntentEnd, PartWished
from scheduling.models.day import Delay, QueueTicket
from scheduling.models.group import GroupSeat, GroupSession
from scheduling.models.hold import Hold, HoldStatus
from scheduling.models.holiday import Holiday
from scheduling.models.hours import TimeOff, Weekday, WorkingHours
from scheduling.models.links import LinkKind, SecretLink
from scheduling.models.local_run import LocalRun
from scheduling.models.reminder import AnswerKind, ReminderRule, TextToAnswer, VisitAnswer, WhyAsked
from scheduling.models.reservation import Reservation, ReservationKind
from scheduling.models.resource import Capability, Resource, ResourceKind
from scheduling.models.rule_run import RuleRun
from scheduling.models.series import AppointmentSeries
from scheduling.models.site import Site
from scheduling.models.visit_type import NeedPart, ResourceNeed, VisitType
from scheduling.models.waitlist import (
    OfferStatus,
    Opening,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistPriority,
    WaitlistStatus,
)
from scheduling.models.worklist import WorklistItem, WorklistKind

__all__ = [
    "AnswerKind",
    "Appointment",
    "AppointmentEvent",
    "AppointmentQuerySet",
    "AppointmentSeries",
    "BoardColumn",
    "BoardView",
    "BookingIntent",
    "CancellationReason",
    "Capability",
    "Delay",
    "GroupSeat",
    "GroupSession",
    "Hold",
    "HoldStatus",
    "Holiday",
    "IntentEnd",
    "LinkKind",
    "LocalRun",
    "NeedPart",
    "OfferStatus",
    "Opening",
    "PartWished",
    "QueueTicket",
    "ReminderRule",
    "Reservation",
    "ReservationKind",
    "Resource",
    "ResourceKind",
    "ResourceNeed",
    "RuleRun",
    "SecretLink",
    "Site",
    "TextToAnswer",
    "TimeOff",
    "VisitAnswer",
    "VisitType",
    "WaitlistEntry",
    "WaitlistOffer",
    "WaitlistPriority",
    "WaitlistStatus",
    "Weekday",
    "WhyAsked",
    "WorkingHours",
    "WorklistItem",
    "WorklistKind",
]
