"""What people see who book for themselves: how far they are, and what they can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.reading import record_read
from patients.models import Patient
from scheduling.domain.emptiness import Reason
from scheduling.domain.local_time import day_bounds
from scheduling.domain.own_booking import SAME_DAY, Progress, bounds_of
from scheduling.domain.slots import Slot
from scheduling.domain.states import MOVABLE
from scheduling.models import (
    Appointment,
    BookingIntent,
    Hold,
    IntentEnd,
    Resource,
    ResourceKind,
    Site,
    VisitType,
)
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.limited_slots import limited_slots, slots_for, why_none_left
from treatments.domain.flag_questions import QuestionPage, answered_pages
from treatments.facts.people import age_here
from treatments.facts.urgent import has_emergency
from treatments.queries.triage import own_questions

MAY_BOOK = "scheduling.book_own"
# Looked through at once, and shown: a phone's page, not a calendar.
AHEAD = timedelta(days=21)
FARTHEST = timedelta(days=92)
SEARCHED = 400
DAYS_SHOWN = 3


@dataclass(frozen=True)
class DayOfTimes:
    """The times of one local day, each once, whoever sees the person then."""

    day: date
    slots: list[Slot]


@dataclass(frozen=True)
class Delay:
    """A rule asks for patience: until when (None: nobody can say), and which kinds of rules."""

    until: date | None
    kinds: frozenset[str]


@dataclass(frozen=True)
class OwnTimes:
    """What can be chosen, or why there is `nothing`.

    `later` is the first day after those that are shown, if there may be more.
    """

    days: list[DayOfTimes]
    delay: Delay | None = None
    nothing: Reason | None = None
    later: date | None = None


@dataclass(frozen=True)
class Asked:
    """What people are asked: pages of red flags, and what they choose from, with where it is."""

    pages: list[QuestionPage]
    sites: dict[VisitType, list[Site]]

    @property
    def is_open(self) -> bool:
        """Whether anything is booked online: without red flags to ask about, nothing is."""
        return bool(self.pages and self.sites)

    def progress(self, intent: BookingIntent | None) -> Progress:
        """How far a booking has come; None has not begun."""
        asks_kind = len(self.sites) > 1
        if intent is None:
            return Progress(of_pages=len(self.pages), asks_kind=asks_kind)
        kind = intent.visit_type
        answered = answered_pages(self.pages, intent.answers)
        if not intent.urgency:
            # Nobody has said yet how soon: the last page is where that is done.
            answered = min(answered, len(self.pages) - 1)
        return Progress(
            pages=answered,
            of_pages=len(self.pages),
            has_kind=kind is not None,
            asks_kind=asks_kind,
            has_site=intent.site is not None,
            asks_site=kind is not None and len(self.sites.get(kind, ())) > 1,
            has_hold=intent.hold is not None,
        )


def is_stopped(viewer: Viewer, patient: Patient) -> bool:
    """Whether an emergency that was told forbids to book. Raises `NotAllowed`."""
    require(viewer, MAY_BOOK)
    return has_emergency(patient.pk)


def live_intent(viewer: Viewer, patient: Patient, *, now: datetime) -> BookingIntent | None:
    """The booking that the viewer is making for this person, if they are. Raises `NotAllowed`."""
    user = require(viewer, MAY_BOOK)
    parts = ("visit_type", "site", "clinician", "hold", "hold__site", "hold__visit_type")
    rows = BookingIntent.objects.live(now).select_related(*parts)
    return rows.filter(patient=patient, by=user).first()


def just_booked(viewer: Viewer, patient: Patient, *, now: datetime) -> Appointment | None:
    """The visit that the viewer has booked for this person a moment ago. Raises `NotAllowed`."""
    user = require(viewer, MAY_BOOK)
    rows = BookingIntent.objects.filter(patient=patient, by=user, ended_as=IntentEnd.BOOKED)
    last = rows.filter(expires_at__gt=now).select_related("appointment").first()
    return last.appointment if last else None


def what_is_asked(viewer: Viewer, patient: Patient, language: str, *, now: datetime) -> Asked:
    """Everything that a page of this person's booking may ask about. Raises `NotAllowed`."""
    return Asked(own_questions(viewer, language, age=age_here(patient, now)), _where_to())


def kinds_to_choose(viewer: Viewer) -> list[VisitType]:
    """What people book by themselves, where there is anything for it. Raises `NotAllowed`."""
    require(viewer, MAY_BOOK)
    return list(_where_to())


def sites_for(viewer: Viewer, kind: VisitType) -> list[Site]:
    """Where such a visit can be booked by oneself. Raises `NotAllowed`."""
    require(viewer, MAY_BOOK)
    return _sites(kind, _able())


def clinicians_for(viewer: Viewer, kind: VisitType, site: Site) -> list[Resource]:
    """Who could see the person, by name; nobody if no clinician is needed. Raises `NotAllowed`."""
    require(viewer, MAY_BOOK)
    for need in kind.needs.all():
        if need.kind == ResourceKind.CLINICIAN:
            found = site.resources.filter(kind=need.kind, is_active=True).order_by("name")
            if need.capability_id:
                found = found.filter(capabilities=need.capability_id)
            return list(found)
    return []


def online_visits(viewer: Viewer, patient: Patient, *, now: datetime) -> int:
    """How many visits are to come that were booked in the portal. Raises `NotAllowed`."""
    require(viewer, MAY_BOOK)
    booked = BookingIntent.objects.filter(patient=patient, ended_as=IntentEnd.BOOKED)
    coming = booked.filter(appointment__start_at__gt=now, appointment__status__in=sorted(MOVABLE))
    return coming.count()


def is_full(viewer: Viewer, patient: Patient, *, now: datetime) -> bool:
    """Whether they have booked as many as one may, at whichever site. Raises `NotAllowed`."""
    most = Site.objects.filter(is_active=True).values_list("most_online_visits", flat=True)
    return online_visits(viewer, patient, now=now) >= max(most, default=0)


def own_times(
    viewer: Viewer,
    patient: Patient,
    *,
    visit_type: VisitType,
    site: Site,
    clinician: Resource | None = None,
    part: str = "",
    urgency: str = "",
    since: date | None = None,
    moving: Appointment | None = None,
    now: datetime,
) -> OwnTimes:
    """Free times for this person, soonest first, on days that no clinical rule stops.

    `since` is the first day that is asked about. Who is to be seen the same day is shown today, or
    if there is nothing, tomorrow. Raises `NotAllowed`.
    """
    require(viewer, MAY_BOOK)
    record_read(viewer, "own free times", [patient.pk])
    today = now.astimezone(site.zone).date()
    begin = max(since or today, today)
    from_time, until_time = bounds_of(part)
    search = SlotSearch(
        visit_type=visit_type,
        sites=[site],
        earliest=max(now, day_bounds(begin, site.zone)[0]),
        latest=day_bounds(begin, site.zone)[0] + AHEAD,
        clinicians=[clinician] if clinician else None,
        patient_id=patient.pk,
        moving=moving.pk if moving else None,
        from_time=from_time,
        until_time=until_time,
        limit=SEARCHED,
        region=moving.region if moving else "",
    )
    if moving is not None:
        return _for_move(search, moving, site, now)
    if urgency == SAME_DAY:
        return _soon(search, today, site, now)
    return _searched(search, site, now)


def _for_move(search: SlotSearch, visit: Appointment, site: Site, now: datetime) -> OwnTimes:
    """Where a visit could go: not to where it is, and as its course of treatment allows."""
    found: list[Slot] = []
    for reach in (AHEAD, FARTHEST):
        wider = replace(search, latest=search.earliest + reach)
        found = slots_for(THE_CLINIC, wider, course=visit.course, visit=visit.pk, now=now)
        found = [slot for slot in found if slot.start_at != visit.start_at]
        if found:
            return _shown(found, search, site)
    return OwnTimes([], None, why_none_left(THE_CLINIC, search, None, now=now).reason)


def _soon(search: SlotSearch, today: date, site: Site, now: datetime) -> OwnTimes:
    found = OwnTimes([])
    for days in (0, 1):
        begin, end = day_bounds(today + timedelta(days=days), site.zone)
        found = _searched(replace(search, earliest=max(begin, now), latest=end), site, now)
        if found.days:
            break
    return replace(found, later=None)


def _searched(search: SlotSearch, site: Site, now: datetime) -> OwnTimes:
    """What is free within the search, and farther ahead if there is nothing."""
    asked = limited_slots(THE_CLINIC, search, now=now)
    slots = asked.slots if asked else free_slots(THE_CLINIC, search, now=now)
    begin = search.earliest.astimezone(site.zone).date()
    is_late = asked is not None and bool(asked.why) and asked.earliest != begin
    delay = Delay(asked.earliest, asked.why) if asked and is_late else None
    if not slots and search.latest - search.earliest > timedelta(days=2):
        farther = replace(search, latest=search.earliest + FARTHEST)
        asked = limited_slots(THE_CLINIC, farther, now=now)
        slots = asked.slots if asked else free_slots(THE_CLINIC, farther, now=now)
    if not slots:
        why = why_none_left(THE_CLINIC, search, asked, now=now)
        return OwnTimes([], delay, why.reason)
    return replace(_shown(slots, search, site), delay=delay)


def _shown(slots: Sequence[Slot], search: SlotSearch, site: Site) -> OwnTimes:
    days = _by_day(slots, site)
    later = days[DAYS_SHOWN].day if len(days) > DAYS_SHOWN else days[-1].day + timedelta(days=1)
    if len(slots) >= search.limit and len(days) == 1:
        later = days[0].day + timedelta(days=1)
    return OwnTimes(days[:DAYS_SHOWN], None, None, later)


def _by_day(slots: Sequence[Slot], site: Site) -> list[DayOfTimes]:
    by_day: dict[date, dict[datetime, Slot]] = {}
    for slot in sorted(slots, key=lambda slot: (slot.start_at, slot.clinician_id or 0)):
        day = slot.start_at.astimezone(site.zone).date()
        by_day.setdefault(day, {}).setdefault(slot.start_at, slot)
    return [DayOfTimes(day, list(times.values())) for day, times in by_day.items()]


# For each site and kind of resource: the abilities of each that is there.
_Able = dict[Site, dict[str, list[set[int]]]]


def _able() -> _Able:
    rows = Resource.objects.filter(is_active=True, site__is_active=True)
    rows = rows.filter(site__most_online_visits__gt=0).select_related("site")
    found: _Able = {}
    for row in rows.prefetch_related("capabilities").order_by("site_id", "pk"):
        can = {ability.pk for ability in row.capabilities.all()}
        found.setdefault(row.site, {}).setdefault(row.kind, []).append(can)
    return found


def _where_to() -> dict[VisitType, list[Site]]:
    """Each kind of visit that is booked by oneself, with the places that have what it takes."""
    able = _able()
    kinds = VisitType.objects.filter(is_active=True, is_bookable_online=True)
    found = {kind: _sites(kind, able) for kind in kinds.prefetch_related("needs")}
    return {kind: there for kind, there in found.items() if there}


def _sites(kind: VisitType, able: _Able) -> list[Site]:
    needs = list(kind.needs.all())
    return [
        site
        for site, there in able.items()
        if all(
            sum(need.capability_id in {None, *can} for can in there.get(need.kind, ()))
            >= need.count
            for need in needs
        )
    ]


def held_clinician(viewer: Viewer, hold: Hold) -> str:
    """Who sees the person at the time that is kept for them, by name. Raises `NotAllowed`."""
    require(viewer, MAY_BOOK)
    own = Q(reservations__hold=hold) | Q(reservations__group__seats__holds=hold)
    led = Resource.objects.filter(own, kind=ResourceKind.CLINICIAN).distinct()
    return " · ".join(led.values_list("name", flat=True))
