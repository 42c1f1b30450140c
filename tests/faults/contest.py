"""One clerk of a race, in a process of its own, with a database of the race's own."""

import time
from datetime import datetime


def compete(plan) -> None:
    """Book what the plan says, in its order; print one outcome a line.

    The clerk waits for the starting shot, a moment in time, so that all begin together.
    """
    from django.utils import timezone

    from clinic.accounts.models import User
    from clinic.shared.errors import DomainError
    from patients.models import Patient
    from scheduling.actions.book import BookingRequest, book_appointment
    from scheduling.models import Resource, Site, VisitType

    if plan["guard"] == "off":
        _take_the_guard_off()
    clerk = User.objects.get(pk=plan["clerk"])
    site = Site.objects.get()
    visit_type = VisitType.objects.get()
    patients = {str(patient.pk): patient for patient in Patient.objects.all()}
    time.sleep(max(0.0, plan["shot"] - time.time()))
    for attempt in plan["attempts"]:
        request = BookingRequest(
            patient=patients[attempt["patient"]],
            visit_type=visit_type,
            site=site,
            start_at=datetime.fromisoformat(attempt["start_at"]),
            clinician=Resource.objects.get(pk=attempt["clinician"]),
        )
        try:
            book_appointment(request=request, by=clerk, now=timezone.now())
        except DomainError as refusal:
            print(refusal.code, flush=True)
        else:
            print("booked", flush=True)


def _take_the_guard_off() -> None:
    """The row locks go; the race's test has dropped the constraint already."""
    from scheduling.actions import places
    from scheduling.models import Resource

    places.lock_resources = Resource.objects.in_bulk
