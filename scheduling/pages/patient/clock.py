"""By which clock a person's days are told: that of the place they come to."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from scheduling.queries.places import place_of


def zone_of(patient_id: UUID) -> ZoneInfo:
    """The zone of the place of their last or next visit, else the clinic's own."""
    site = place_of(THE_CLINIC, patient_id)
    return site.zone if site else ZoneInfo(timezone.get_default_timezone_name())
