"""What makes the demo look like a clinic: views, a hold, a block, an overbooking, a waitlist."""

from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.models import User
from clinic.shared.errors import DomainError
from patients.models import Patient
from scheduling.actions.board_views import ViewWish, save_board_view
from scheduling.actions.hold import place_hold
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.reserve import BookingRequest
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import (
    Appointment,
    Reservation,
    ReservationKind,
    Resource,
    ResourceKind,
    Site,
    VisitType,
    WaitlistPriority,
)
from scheduling.queries.availability import SlotSearch, free_slots

HELD_FOR = timedelta(hours=2)


def set_up_board(site: Site, people: list[Patient], *, desk: User, now: datetime) -> None:
    """Views under F1 to F3, and something of everything that a board can show."""
    _views(site, desk, now)
    _hold(site, people[-1], desk, now)
    _block(site, now)
    _overbook(site, people[-2], desk, now)
    _waitlist(site, people[-6:-2], desk, now)


def _views(site: Site, desk: User, now: datetime) -> None:
    of_kind = {kind: list(site.resources.filter(kind=kind)) for kind in ResourceKind}
    physicians = [r for r in of_kind[ResourceKind.CLINICIAN] if r.name.startswith("Dr.")]
    machines = of_kind[ResourceKind.EQUIPMENT]
    procedures = [r for r in of_kind[ResourceKind.ROOM] if r.name.startswith("Procedure")]
    views: list[tuple[str, list[Resource]]] = [
        ("Physicians", physicians),
        ("Rooms", of_kind[ResourceKind.ROOM]),
        ("Procedures", [*procedures, *machines]),
    ]
    for key, (name, columns) in enumerate(views, start=1):
        save_board_view(site=site, wish=ViewWish(name, columns, key), by=desk, now=now)


def _hold(site: Site, patient: Patient, desk: User, now: datetime) -> None:
    """Somebody is asking at home whether the time suits."""
    kind = VisitType.objects.get(code="follow-up")
    begin = now + timedelta(minutes=40)
    search = SlotSearch(kind, [site], begin, begin + timedelta(days=1), limit=1)
    for slot in free_slots(desk, search, now=now):
        led = site.resources.filter(pk__in=[slot.clinician_id]).first()
        request = BookingRequest(patient, kind, site, slot.start_at, led)
        place_hold(request=request, lasting=HELD_FOR, by=desk, now=now)


def _block(site: Site, now: datetime) -> None:
    """The first clinician has half an hour for themself, where they are free."""
    kind = VisitType.objects.get(code="therapy")
    begin = now + timedelta(hours=1)
    search = SlotSearch(kind, [site], begin, begin + timedelta(days=1), limit=1)
    for slot in free_slots(User.objects.get(email="desk@dorsa.example"), search, now=now):
        Reservation.objects.create(
            resource=site.resources.filter(pk__in=[slot.clinician_id])[0],
            during=DateTimeTZRange(slot.start_at, slot.start_at + timedelta(minutes=30), "[)"),
            kind=ReservationKind.BLOCK,
            note="Team meeting",
        )


def _overbook(site: Site, patient: Patient, desk: User, now: datetime) -> None:
    """Somebody in great pain comes at the time of another visit."""
    coming = Appointment.objects.filter(
        site=site, start_at__gt=now, visit_type__code="same-day", status="booked"
    ).order_by("start_at")
    for visit in coming[:1]:
        led = Resource.objects.filter(
            kind=ResourceKind.CLINICIAN, reservations__appointment=visit
        ).first()
        request = BookingRequest(patient, visit.visit_type, site, visit.start_at, led)
        try:
            overbook_appointment(request=request, reason="In great pain", by=desk, now=now)
        except DomainError:
            return


def _waitlist(site: Site, people: list[Patient], desk: User, now: datetime) -> None:
    """Some would rather come sooner: whoever cancels, one of them is asked."""
    today = now.astimezone(site.zone).date()
    kinds = list(VisitType.objects.filter(code__in=["same-day", "follow-up", "epidural"]))
    priorities = [WaitlistPriority.URGENT, *[WaitlistPriority.ROUTINE] * len(people)]
    for number, (patient, priority) in enumerate(zip(people, priorities, strict=False)):
        wish = Wish(today, today + timedelta(days=14), priority=priority)
        kind = kinds[number % len(kinds)]
        add_to_waitlist(patient=patient, visit_type=kind, site=site, wish=wish, by=desk, now=now)
