"""Free times, arranged for eyes: by day, and within a day by clinician."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from clinic.accounts.models import Viewer
from patients.models import Patient
from scheduling.domain.emptiness import STOPPED_BY_RULES, NothingFree
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.facts.limits import allowed_slots, asks_region, limits
from scheduling.forms.booking import PartOfDay
from scheduling.models import Resource, Site, VisitType
from scheduling.queries import catalogue
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.limits_shown import LimitsShown, Urgent, may_go_on, shown_limits, urgent_of
from scheduling.queries.nothing_free import why_nothing
from treatments.domain.spine import Region
from treatments.facts.assess import Assessment
from treatments.models import TreatmentCourse

# What the desk can read aloud; the rest is one click away.
TIMES_A_CLINICIAN = 8
DAYS_AHEAD = 14
FARTHEST_AHEAD = 92
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


@dataclass(frozen=True)
class TimeWish:
    """What narrows the times: none of it means any. `weekdays` are ISO numbers.

    `in_spite` shows times that the clinical rules stop: whoever may go on all the same sees them.
    `region` is where the visit is for, if its kind leaves that open.
    """

    visit_type: VisitType
    site: Site
    patient: Patient
    clinician: Resource | None = None
    day: date | None = None
    part: PartOfDay = PartOfDay.ANY
    weekdays: Sequence[int] = ()
    moving: UUID | None = None
    course: TreatmentCourse | None = None
    in_spite: bool = False
    region: str = ""

    @property
    def query(self) -> str:
        """What narrows the times, as a query string: a form carries it along."""
        said: list[tuple[str, object]] = [("weekday", number) for number in self.weekdays]
        if self.clinician:
            said.append(("clinician", self.clinician.pk))
        if self.part:
            said.append(("part", self.part.value))
        if self.in_spite:
            said.append(("in_spite", "on"))
        return urlencode(said)


@dataclass(frozen=True)
class Offers:
    """What a page offers: days with times, and why the day asked for has none, if it has none.

    `limits` is what the clinical rules say, if they were asked; `asks_region` if somebody has to
    say where the visit is for, because they count by region. `urgent` is to be said first: an
    emergency is offered no time.
    """

    days: list[DayOffer]
    nothing: NothingFree | None
    limits: LimitsShown | None = None
    asks_region: bool = False
    urgent: Sequence[Urgent] = ()


def region_context(region: str, *kinds: VisitType) -> dict[str, Any]:
    """What a form needs that asks for the region: nothing to choose if no kind leaves it open."""
    is_asked = any(asks_region(kind) for kind in kinds)
    return {"regions": [one.value for one in Region] if is_asked else [], "region": region}


def offered_days(viewer: Viewer, wish: TimeWish, *, now: datetime) -> Offers:
    """The day asked for (today if none), and if it has nothing, the next days that have.

    With certain weekdays wished for, the first day that has a time is as good as the one asked for.
    """
    site = wish.site
    today = now.astimezone(site.zone).date()
    wished = wish.day or today
    asked, told = _rules(viewer, wish, max(wished, today), now)
    is_open = wish.moving is None and wish.course is None and asks_region(wish.visit_type)
    urgent = urgent_of(viewer, wish.patient)
    goes_on = wish.in_spite and may_go_on(viewer)
    if wish.moving is None and not goes_on and any(one.is_emergency for one in urgent):
        return Offers([], None, told, is_open, urgent)
    if told and told.is_stopped and asked:
        if told.earliest is None:
            return Offers([], None, told, is_open, urgent)
        wished = told.earliest
    begin, end = day_bounds(wished, site.zone)
    from_time, until_time = wish.part.bounds
    on_the_day = SlotSearch(
        visit_type=wish.visit_type,
        sites=[site],
        earliest=begin,
        latest=end,
        clinicians=[wish.clinician] if wish.clinician else None,
        patient_id=wish.patient.pk,
        moving=wish.moving,
        weekdays=wish.weekdays,
        from_time=from_time,
        until_time=until_time,
        limit=OFFERED_A_DAY,
    )
    free = free_slots(viewer, on_the_day, now=now)
    slots, nothing = allowed_slots(free, asked, site.zone), None
    if not slots:
        nothing = STOPPED_BY_RULES if free else why_nothing(viewer, on_the_day, now=now)
        for days, limit in ((DAYS_AHEAD, OFFERED_AHEAD), (FARTHEST_AHEAD, OFFERED_AHEAD)):
            latest = end + timedelta(days=days)
            ahead = replace(on_the_day, earliest=end, latest=latest, limit=limit)
            slots = slots or allowed_slots(free_slots(viewer, ahead, now=now), asked, site.zone)
    names = {person.pk: person.name for person in catalogue.clinicians(viewer, site)}
    shown = OFFERED_A_DAY if wish.clinician or wish.moving else TIMES_A_CLINICIAN
    return Offers(_by_day(slots, site, today, wished, names, shown), nothing, told, is_open, urgent)


def _rules(
    viewer: Viewer, wish: TimeWish, day: date, now: datetime
) -> tuple[Assessment | None, LimitsShown | None]:
    """What bounds the times, if anything does, and what is shown of it."""
    asked = limits(
        wish.patient.pk,
        wish.visit_type,
        wish.course,
        zone=wish.site.zone,
        on=day,
        visit=wish.moving,
        region=wish.region,
        now=now,
    )
    if asked is None:
        return None, None
    told = shown_limits(viewer, asked, wish.patient, day, now=now)
    return (None if wish.in_spite and told.may_override else asked), told


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
