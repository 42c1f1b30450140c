"""Time that became free, written down for the waitlist in the transaction that freed it."""

from datetime import datetime

from scheduling.models import Appointment, Opening, ReservationKind, ResourceKind


def note_opening(appointment: Appointment, cause: str, now: datetime) -> None:
    """Remember when the visit's clinician (or, without one, the visit itself) has time again.

    Call it before the places are given up. What has passed already helps nobody.
    """
    places = appointment.places().filter(
        kind=ReservationKind.APPOINTMENT, resource__kind=ResourceKind.CLINICIAN
    )
    stretches: list[tuple[int | None, datetime, datetime]] = [
        (resource, during.lower, during.upper)
        for resource, during in places.values_list("resource_id", "during")
    ]
    if not stretches:
        stretches = [(None, appointment.start_at, appointment.end_at)]
    Opening.objects.bulk_create(
        Opening(
            site_id=appointment.site_id,
            resource_id=resource,
            start_at=max(begin, now),
            end_at=end,
            cause=cause,
            created_at=now,
            due_at=now,
        )
        for resource, begin, end in stretches
        if end > now
    )
