"""Booking for oneself in the portal, question by question.

Whoever signed in is asked for their permission and for the record in the same transaction as what
they do; the id in an address or a form counts for nothing by itself. All writers queue up on the
person's record, so two phones and two tabs follow each other.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from patients.queries import own_record
from scheduling.actions.hold import HoldGone, book_hold, place_hold, release_hold
from scheduling.actions.reserve import BookingRequest
from scheduling.domain.own_booking import HOLD_LASTS, LASTS, is_soon_enough
from scheduling.models import (
    Appointment,
    BookingIntent,
    Hold,
    HoldStatus,
    IntentEnd,
    PartWished,
    Resource,
    Site,
    VisitType,
)
from scheduling.queries.own_booking import (
    MAY_BOOK,
    clinicians_for,
    kinds_to_choose,
    online_visits,
    sites_for,
)
from treatments.actions.triage import ROUTINE, file_own_triage, settle_own_triage
from treatments.domain.flag_questions import answered_pages
from treatments.domain.vocabulary import URGENCIES
from treatments.facts.people import age_here
from treatments.facts.urgent import EMERGENCY, has_emergency, urgent_rows
from treatments.queries.triage import own_questions


class Stopped(Conflict):
    """The person told of an emergency, and no clinician has settled it yet."""

    code = "emergency"
    title = gettext_noop("Please call now")
    default_sentence = gettext_noop("Please do not book online now. Call 911 or call us.")


class NotStarted(Conflict):
    """There is no booking to go on with: it ran out, ended, or this answer comes too soon."""

    code = "not_started"
    title = gettext_noop("Please start again")
    default_sentence = gettext_noop("Some time has passed. Please answer the questions again.")


class TooManyBooked(Conflict):
    """They have as many visits to come as one may book by oneself."""

    code = "too_many_booked"
    title = gettext_noop("Please call us to book more")
    default_sentence = gettext_noop(
        "You have booked as many visits online as one can. Call us, and we will book more for you."
    )


class NotToday(Conflict):
    """Who should be seen the same day cannot wait for a later one."""

    code = "not_soon_enough"
    title = gettext_noop("This day is too late")
    default_sentence = gettext_noop("You should be seen today. Choose a time of today, or call us.")


@action
def answer_signs(
    *,
    patient: Patient,
    page: int,
    fits: Collection[str],
    shown: Collection[str] | None = None,
    by: User,
    now: datetime,
) -> BookingIntent:
    """Write down one page of red flags: those that fit, and with them those that do not.

    `shown` are those that stood on the page: an answer to others is asked for again.

    An emergency ends the booking at once, frees what was held and tells the clinic; the answer says
    so by `ended_as`. Raises `Invalid` for a flag that is not on the page, `NotStarted` for a page
    out of turn, `Stopped`, `NotFound`, `NotAllowed`.
    """
    mine = _enter(patient, by, now)
    pages = own_questions(by, "en", age=age_here(mine, now))
    intent = _live(mine, by, now) or BookingIntent(patient=mine, by=by, started_at=now)
    if not 1 <= page <= min(len(pages), answered_pages(pages, intent.answers) + 1):
        raise NotStarted
    asked = pages[page - 1].keys
    if not set(fits) <= set(asked) or (shown is not None and set(shown) != set(asked)):
        raise Invalid(gettext_noop("This page has changed. Please answer it again."))
    before = intent.flags if intent.urgency else None
    intent.answers = intent.answers | {key: key in fits for key in asked}
    triage = file_own_triage(
        patient=mine, flags=intent.flags, asked=sorted(intent.answers), by=by, now=now
    )
    if triage.urgency == EMERGENCY:
        _let_go(intent, now)
        return _end(intent, IntentEnd.EMERGENCY, now)
    if answered_pages(pages, intent.answers) == len(pages):
        if intent.flags != before:
            settle_own_triage(patient=mine, flags=intent.flags, by=by, now=now)
        intent.urgency = _soonest(mine, triage.urgency)
    return _keep(intent, now)


@action
def choose_kind(*, patient: Patient, code: str, by: User, now: datetime) -> BookingIntent:
    """Why they come. The site goes with it, if there is one only.

    Raises `Invalid` for what is not booked by oneself, `NotStarted`, `Stopped`, `NotAllowed`.
    """
    intent = _answered(_enter(patient, by, now), by, now)
    kind = next((kind for kind in kinds_to_choose(by) if kind.code == code), None)
    if kind is None:
        raise Invalid(gettext_noop("This visit cannot be booked online. Please choose another."))
    if intent.visit_type_id != kind.pk:
        _let_go(intent, now)
        intent.visit_type, intent.clinician = kind, None
    sites = sites_for(by, kind)
    if intent.site not in sites or len(sites) == 1:
        intent.site = sites[0] if len(sites) == 1 else None
    return _keep(intent, now)


@action
def choose_site(*, patient: Patient, site_id: int, by: User, now: datetime) -> BookingIntent:
    """Where they come to. Raises `Invalid`, `NotStarted`, `Stopped`, `NotAllowed`."""
    intent = _answered(_enter(patient, by, now), by, now)
    kind = _chosen_kind(intent)
    site = next((site for site in sites_for(by, kind) if site.pk == site_id), None)
    if site is None:
        raise Invalid(gettext_noop("We do not see people for this there. Please choose again."))
    if intent.site_id != site.pk:
        _let_go(intent, now)
        intent.site, intent.clinician = site, None
    return _keep(intent, now)


@action
def narrow_times(
    *, patient: Patient, part: str, clinician_id: int | None, by: User, now: datetime
) -> BookingIntent:
    """With whom, and when on a day; None and "" mean any.

    Raises `Invalid`, `NotStarted`, `Stopped`, `NotAllowed`.
    """
    intent = _answered(_enter(patient, by, now), by, now)
    intent.clinician = _clinician(intent, clinician_id, by) if clinician_id else None
    intent.part = PartWished(part)
    return _keep(intent, now)


@action
def hold_time(
    *,
    patient: Patient,
    start_at: datetime,
    clinician_id: int | None,
    by: User,
    now: datetime,
) -> BookingIntent:
    """Keep a time while they look at it once more; the one that was kept before is let go.

    Raises `SlotTaken`, `PatientBusy`, `NotAllowedByRules`, `TooManyBooked`, `NotToday`, `Invalid`,
    `NotStarted`, `Stopped`, `NotAllowed`. What was kept is kept then.
    """
    mine = _enter(patient, by, now)
    intent = _answered(mine, by, now)
    kind, site = _chosen_kind(intent), _chosen_site(intent)
    _refuse_many(mine, site, by, now)
    day, today = (at.astimezone(site.zone).date() for at in (start_at, now))
    if not is_soon_enough(intent.urgency, day, today):
        raise NotToday
    clinician = _clinician(intent, clinician_id, by) if clinician_id else None
    _let_go(intent, now)
    request = BookingRequest(mine, kind, site, start_at, clinician)
    intent.hold = place_hold(request=request, lasting=HOLD_LASTS, by=None, now=now)
    return _keep(intent, now)


@action
def book_held(
    *, patient: Patient, hold_id: UUID, reason: str = "", by: User, now: datetime
) -> Appointment:
    """Book what is kept for them. Pressed twice, it is one visit.

    `reason` is what they want to say to the desk. Raises `HoldGone` for a time that is not kept any
    more, or was never theirs, and as `hold_time` does.
    """
    mine = _enter(patient, by, now)
    booked = BookingIntent.objects.filter(patient=mine, by=by, hold=hold_id, ended_as="booked")
    done = booked.select_related("appointment").first()
    if done is not None and done.appointment is not None:
        return done.appointment
    intent = _answered(mine, by, now)
    if intent.hold is None or intent.hold_id != hold_id:
        raise HoldGone(gettext_noop("This time is not kept for you any more."))
    _refuse_many(mine, _chosen_site(intent), by, now)
    intent.reason = _one_line(reason)
    intent.appointment = book_hold(hold=intent.hold, reason=intent.reason, by=None, now=now)
    _end(intent, IntentEnd.BOOKED, now)
    return intent.appointment


@action
def keep_words(*, patient: Patient, reason: str, by: User, now: datetime) -> None:
    """Keep what they typed although their time is gone. Raises as `choose_kind` does."""
    intent = _answered(_enter(patient, by, now), by, now)
    intent.reason = _one_line(reason)
    _keep(intent, now)


@action
def leave_booking(*, patient: Patient, by: User, now: datetime) -> None:
    """Give it up: what is kept goes to others at once. Raises `NotFound`, `NotAllowed`."""
    require(by, MAY_BOOK)
    mine = own_record(by, patient.pk, now=now)
    lock_record(mine)
    intent = _live(mine, by, now)
    if intent is not None:
        _let_go(intent, now)
        _end(intent, IntentEnd.LEFT, now)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _enter(patient: Patient, by: User, now: datetime) -> Patient:
    """The person, if the one who signed in may book for them and nothing forbids it."""
    require(by, MAY_BOOK)
    mine = own_record(by, patient.pk, now=now)
    lock_record(mine)
    if has_emergency(mine.pk):
        raise Stopped
    return mine


def _live(patient: Patient, by: User, now: datetime) -> BookingIntent | None:
    rows = BookingIntent.objects.live(now).filter(patient=patient, by=by)
    parts = ("visit_type", "site", "clinician", "hold__patient", "hold__seat__session")
    return rows.select_related(*parts).first()


def _answered(patient: Patient, by: User, now: datetime) -> BookingIntent:
    """The live booking, all of whose red flags are answered. Raises `NotStarted`."""
    intent = _live(patient, by, now)
    pages = own_questions(by, "en", age=age_here(patient, now))
    if intent is None or not intent.urgency:
        raise NotStarted
    if answered_pages(pages, intent.answers) < len(pages):
        raise NotStarted
    return intent


def _soonest(patient: Patient, answered: str) -> str:
    """How soon: by what was answered now, and what was told before and nobody has looked at."""
    order = list(URGENCIES)
    said = [answered, *(row.urgency for row in urgent_rows(patient.pk))]
    return min((word for word in said if word in order), key=order.index, default=ROUTINE)


def _chosen_kind(intent: BookingIntent) -> VisitType:
    if intent.visit_type is None:
        raise NotStarted
    return intent.visit_type


def _chosen_site(intent: BookingIntent) -> Site:
    if intent.site is None:
        raise NotStarted
    return intent.site


def _clinician(intent: BookingIntent, clinician_id: int, by: User) -> Resource:
    there = clinicians_for(by, _chosen_kind(intent), _chosen_site(intent))
    found = next((person for person in there if person.pk == clinician_id), None)
    if found is None:
        raise Invalid(gettext_noop("This person does not see people for this. Choose again."))
    return found


def _refuse_many(patient: Patient, site: Site, by: User, now: datetime) -> None:
    if online_visits(by, patient, now=now) >= site.most_online_visits:
        raise TooManyBooked


def _let_go(intent: BookingIntent, now: datetime) -> None:
    """Free what is kept, if it is kept still."""
    hold, intent.hold = intent.hold, None
    if hold is not None and _is_kept(hold, now):
        release_hold(hold=hold, by=None, now=now)


def _is_kept(hold: Hold, now: datetime) -> bool:
    return hold.status_at(now) == HoldStatus.HELD


def _keep(intent: BookingIntent, now: datetime) -> BookingIntent:
    intent.expires_at = now + LASTS
    intent.save()
    return intent


def _end(intent: BookingIntent, how: IntentEnd, now: datetime) -> BookingIntent:
    intent.ended_at, intent.ended_as = now, how
    return _keep(intent, now)
