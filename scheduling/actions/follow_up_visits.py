"""Booking a visit that is due after a treatment, and saying so in the record: one transaction."""

from datetime import datetime

from clinic.accounts.models import User
from clinic.shared.actions import action
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.models import Appointment, Resource, Site, VisitType
from treatments.actions.follow_up_work import note_booking
from treatments.models import FollowUp


@action
def book_follow_up(
    *,
    follow_up: FollowUp,
    visit_type: VisitType,
    site: Site,
    start_at: datetime,
    clinician: Resource | None,
    by: User,
    now: datetime,
) -> Appointment:
    """Book the visit; the follow-up closes when it has taken place.

    Raises as `book_appointment` and `note_booking` do; then nothing is booked.
    """
    request = BookingRequest(
        patient=follow_up.patient,
        visit_type=visit_type,
        site=site,
        start_at=start_at,
        clinician=clinician,
    )
    booked = book_appointment(request=request, by=by, now=now)
    local = booked.start_at.astimezone(site.zone)
    words = f"Booked for {local:%b} {local.day}, {local.year}."
    note_booking(follow_up=follow_up, words=words, by=by, now=now)
    return booked
