"""Saying that a booking took somebody off the waitlist."""

from datetime import datetime

from django.contrib import messages

from clinic.accounts.guards import SignedInRequest
from patients.models import Patient
from scheduling.queries.waitlist import left_by


def say_who_left(request: SignedInRequest, patient: Patient, *, now: datetime) -> None:
    """Tell the desk, if what was just booked ended a wait."""
    for entry in left_by(request.user, patient, at=now):
        since = entry.created_at.astimezone(entry.site.zone)
        messages.info(
            request,
            f"{patient} waited for {entry.visit_type.name} since {since:%b %-d}"
            " and is off the waitlist now.",
        )
