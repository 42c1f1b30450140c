"""By which clock a person's days are told: that of the place they come to."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from django.utils import timezone
from django.utils.translation import get_language

from clinic.accounts.models import THE_CLINIC
from scheduling.queries.places import place_of


@dataclass(frozen=True)
class Clock:
    """A zone, and the place whose clock it is, "" if the clinic has none yet."""

    zone: ZoneInfo
    place: str

    @property
    def name(self) -> str:
        """What people call the zone: "Eastern Time", "hora oriental"."""
        return get_timezone_name(self.zone, locale=(get_language() or "en")[:2])


def clock_of(patient_id: UUID) -> Clock:
    """That of the place of their last or next visit, else the clinic's own."""
    site = place_of(THE_CLINIC, patient_id)
    if site is None:
        return Clock(ZoneInfo(timezone.get_default_timezone_name()), "")
    return Clock(site.zone, site.name)


def zone_of(patient_id: UUID) -> ZoneInfo:
    """The zone of that clock."""
    return clock_of(patient_id).zone
