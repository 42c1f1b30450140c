"""Putting somebody on the waitlist, changing what they wish, and taking them off."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from scheduling.actions.offer_ends import take_back_offers
from scheduling.actions.reserve import check_site
from scheduling.domain.states import MOVABLE
from scheduling.domain.waiting_states import ENDINGS, Ending
from scheduling.models import (
    Appointment,
    Resource,
    Site,
    VisitType,
    WaitlistEntry,
    WaitlistPriority,
    WaitlistStatus,
)
from scheduling.queries.waitlist import lacking_at

LONGEST_WAIT = timedelta(days=366)
LONGEST_NOTICE = 7 * 24 * 60


class AlreadyWaiting(Conflict):
    """The person is on the list for this kind of visit at this site."""

    code = "already_waiting"
    title = "Already on the waitlist"
    default_sentence = "They wait for this kind of visit here already. Change that entry instead."


class NotWaiting(Conflict):
    """The entry has ended."""

    code = "not_waiting"
    default_sentence = "They are not on the waitlist any more."


@dataclass(frozen=True)
class Wish:
    """When somebody could come, by the clock of the site. `clinician=None` means anybody.

    No `weekdays` means any day (1 is Monday); the times bound the start; `notice_minutes` is how
    long they need to get here, `region` where the visit is for, if its kind leaves that open.
    """

    earliest_date: date
    latest_date: date
    clinician: Resource | None = None
    weekdays: tuple[int, ...] = ()
    from_time: time | None = None
    until_time: time | None = None
    notice_minutes: int = 60
    priority: int = WaitlistPriority.ROUTINE
    note: str = ""
    region: str = ""


@action
def add_to_waitlist(
    *,
    patient: Patient,
    visit_type: VisitType,
    site: Site,
    wish: Wish,
    appointment: Appointment | None = None,
    by: User,
    now: datetime,
) -> WaitlistEntry:
    """Put somebody on the list; with an `appointment`, to bring that visit forward.

    Raises `Invalid` for a wish that nothing could fulfil, `AlreadyWaiting`, `NotAllowed`.
    """
    require(by, "scheduling.book")
    _check_kind(by, visit_type, site, wish.clinician)
    check_wish(wish, now.astimezone(site.zone).date(), first=None)
    lock_record(patient)
    if appointment is not None:
        _check_visit(appointment, patient, visit_type, site)
    with constraint_errors({"waits_once_for_a_visit_type": AlreadyWaiting}):
        return WaitlistEntry.objects.create(
            patient=patient,
            visit_type=visit_type,
            site=site,
            appointment=appointment,
            created_by=by,
            created_at=now,
            **columns_of(wish, visit_type),
        )


@action
def change_entry(*, entry: WaitlistEntry, wish: Wish, by: User, now: datetime) -> WaitlistEntry:
    """Write down another wish; an offer that is out stays out.

    Raises `Invalid`, `NotWaiting`, `NotAllowed`.
    """
    require(by, "scheduling.book")
    current = _waiting(entry)
    _check_kind(by, current.visit_type, current.site, wish.clinician)
    check_wish(wish, now.astimezone(current.site.zone).date(), first=current.earliest_date)
    columns = columns_of(wish, current.visit_type)
    for name, value in columns.items():
        setattr(current, name, value)
    current.save(update_fields=list(columns))
    return current


@action
def leave_waitlist(*, entry: WaitlistEntry, by: User, now: datetime) -> WaitlistEntry:
    """Take somebody off the list; a time that is offered to them goes to the next in line.

    Raises `NotWaiting`, `NotAllowed`.
    """
    require(by, "scheduling.book")
    return end_wait(entry, by=by, now=now)


def end_wait(entry: WaitlistEntry, *, by: User, now: datetime) -> WaitlistEntry:
    """Take an entry off, with what is offered for it; the caller asked who may.

    Raises `NotWaiting`.
    """
    current = _waiting(entry)
    take_back_offers(current, by=by, now=now)
    current.status, current.ended_at = WaitlistStatus(ENDINGS[Ending.TAKE_OFF]), now
    current.save(update_fields=["status", "ended_at"])
    return current


@action
def lapse_entries(*, site: Site, by: User | None, now: datetime) -> int:
    """End the entries of a site whose last day has passed; how many there were."""
    today = now.astimezone(site.zone).date()
    waiting = WaitlistEntry.objects.filter(site=site, status=WaitlistStatus.WAITING)
    past = waiting.filter(latest_date__lt=today).exclude(offers__status="open")
    return past.update(status=ENDINGS[Ending.LAPSE], ended_at=now)


def _waiting(entry: WaitlistEntry) -> WaitlistEntry:
    lock_record(entry.patient)
    rows = WaitlistEntry.objects.select_related("visit_type", "site", "patient")
    current = rows.get(pk=entry.pk)
    if current.status != WaitlistStatus.WAITING:
        raise NotWaiting
    return current


def columns_of(wish: Wish, visit_type: VisitType) -> dict[str, object]:
    """A wish as the columns of an entry for this kind of visit."""
    region = wish.region if visit_type.leaves_region_open else ""
    return vars(wish) | {"weekdays": sorted(set(wish.weekdays)), "region": region}


def _check_kind(by: User, visit_type: VisitType, site: Site, clinician: Resource | None) -> None:
    check_site(site)
    if visit_type.capacity > 1:
        raise Invalid(
            f"{visit_type.name} is a group: nobody is put on a list for a seat in it. "
            "Hold or book a seat instead; it can be let go."
        )
    lacking = lacking_at(by, visit_type, site, clinician)
    if not visit_type.is_active or lacking:
        what = f": {', '.join(lacking)}" if lacking else ""
        whom = f"with {clinician}" if clinician else f"at {site}"
        raise Invalid(f"{visit_type.name} cannot be booked {whom}{what}.")


def _check_visit(visit: Appointment, patient: Patient, kind: VisitType, site: Site) -> None:
    current = Appointment.objects.get(pk=visit.pk)
    same = (current.patient_id, current.visit_type_id, current.site_id)
    if same != (patient.pk, kind.pk, site.pk):
        raise Invalid("The visit to bring forward is another person's, or of another kind.")
    if current.status not in MOVABLE:
        raise Invalid("The visit to bring forward has begun or ended.")


def check_wish(wish: Wish, today: date, *, first: date | None) -> None:
    """Raises `Invalid`; a first day that has passed is fine if it stays as it is."""
    if wish.latest_date < today or (wish.earliest_date < today and wish.earliest_date != first):
        raise Invalid("These days have passed.")
    if wish.latest_date < wish.earliest_date:
        raise Invalid("The last day lies before the first.")
    if wish.latest_date > today + LONGEST_WAIT:
        raise Invalid("Nobody waits for longer than a year: choose an earlier last day.")
    if not set(wish.weekdays) <= set(range(1, 8)):
        raise Invalid("Weekdays are 1 (Monday) to 7 (Sunday).")
    begin = max(wish.earliest_date, today)
    week = (begin + timedelta(days=n) for n in range(7))
    coming = {day.isoweekday() for day in week if day <= wish.latest_date}
    if wish.weekdays and not coming & set(wish.weekdays):
        raise Invalid("None of these weekdays lies between the first and the last day.")
    _check_times(wish)


def _check_times(wish: Wish) -> None:
    if wish.from_time and wish.until_time and wish.until_time <= wish.from_time:
        raise Invalid("The latest time of day lies before the earliest.")
    if not 0 <= wish.notice_minutes <= LONGEST_NOTICE:
        raise Invalid("Somebody needs between no notice and a week's.")
    if wish.priority not in WaitlistPriority.values:
        raise Invalid("This priority is not known.")
