"""Free times, arranged for eyes: by day, and within a day by clinician."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.accounts.models import Viewer
from patients.models import Patient
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.models import Resource, Site, VisitType
from scheduling.queries import catalogue
from scheduling.queries.availability import SlotSearch, free_slots

# What the desk can read aloud; the rest is one click away.
TIMES_A_CLINICIAN = 8
DAYS_AHEAD = 14
OFFERED_AHEAD = 24
OFFERED_A_DAY = 1000


@dataclass
class ClinicianOffer:
    """The times of one clinician on one day; `hidden` more are there than are shown."""

    clinician_id: int | None
    name: str
    slots: list[Slot] = field(default_factory=list)
    hidden: int = 0


@dataclass
class DayOffer:
    """The times of one local day. `is_wished` if it is the day that was asked for."""

    day: date
    is_today: bool
    is_wished: bool
    offers: list[ClinicianOffer]

    @property
    def earliest(self) -> Slot | None:
        """The very first time of the day."""
        return min((slot for offer in self.offers for slot in offer.slots), default=None)


def offered_days(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    clinician: Resource | None,
    patient: Patient,
    day: date | None,
    moving: UUID | None = None,
    now: datetime,
) -> list[DayOffer]:
    """The day asked for (today if none), and if it has nothing, the next days that have."""
    today = now.astimezone(site.zone).date()
    wished = day or today
    begin, end = day_bounds(wished, site.zone)

    def found(earliest: datetime, latest: datetime, limit: int) -> list[Slot]:
        search = SlotSearch(
            visit_type=visit_type,
            sites=[site],
            earliest=earliest,
            latest=latest,
            clinicians=[clinician] if clinician else None,
            patient_id=patient.pk,
            moving=moving,
            limit=limit,
        )
        return free_slots(viewer, search, now=now)

    slots = found(begin, end, OFFERED_A_DAY)
    if not slots:
        slots = found(end, end + timedelta(days=DAYS_AHEAD), OFFERED_AHEAD)
    names = {person.pk: person.name for person in catalogue.clinicians(viewer, site)}
    shown = OFFERED_A_DAY if clinician or moving else TIMES_A_CLINICIAN
    return _by_day(slots, site, today, wished, names, shown)


def _by_day(
    slots: list[Slot],
    site: Site,
    today: date,
    wished: date,
    names: dict[int, str],
    shown: int,
) -> list[DayOffer]:
    days: dict[date, dict[int | None, ClinicianOffer]] = {}
    for slot in slots:
        local_day = slot.start_at.astimezone(site.zone).date()
        offers = days.setdefault(local_day, {})
        name = names.get(slot.clinician_id or 0, "No clinician needed")
        offer = offers.setdefault(slot.clinician_id, ClinicianOffer(slot.clinician_id, name))
        if len(offer.slots) < shown:
            offer.slots.append(slot)
        else:
            offer.hidden += 1
    return [
        DayOffer(day, day == today, day == wished, list(offers.values()))
        for day, offers in days.items()
    ]
