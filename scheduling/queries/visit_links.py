"""Links in messages by which people answer about a visit without signing in.

A link says which visit at which time it is about, and works until then. It is signed, and carries
a number of its own, so that it answers once. Nobody is signed in here: whoever passes `THE_CLINIC`
has read the token from an address.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.reading import record_read
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict, NotFound
from clinic.shared.tokens import TokenSpent, seal, unseal
from scheduling.domain.link_secrets import digest_of
from scheduling.domain.slots import Slot
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.models import Appointment, Resource, VisitAnswer
from scheduling.queries.availability import SlotSearch
from scheduling.queries.limited_slots import slots_for
from treatments.queries.hold_plans import approved_instructions

_VISIT, _AGAIN = "visit.answer", "visit.again"
# After a missed visit one may choose another time for so long.
AGAIN_LASTS = timedelta(days=30)
_OWN_BYTES = 4
_INSTANT_BYTES = 5
# Times that are offered: few, and not all on one day.
TIMES = 12
_SEARCHED = 400
DAYS_AHEAD = timedelta(days=60)


class SlotGone(Conflict):
    """The time that was chosen is not free any more, or was never offered."""

    code = "slot_taken"
    title = N_("That time is not free")
    default_sentence = N_("That time is not free any more.")


@dataclass(frozen=True)
class VisitLink:
    """What a link is about: the visit as it stands, and the start that the message named.

    `answered` is what the link was used for, None as long as it was not. `is_again` links choose a
    new time after a missed visit.
    """

    appointment: Appointment
    told_start: datetime
    key: str
    is_again: bool
    answered: VisitAnswer | None

    @property
    def booked_again(self) -> Appointment | None:
        """The visit that was booked by this link after a missed one."""
        return self.answered.new_appointment if self.answered else None

    @property
    def stands(self) -> bool:
        """Whether the visit is still what the message said: to come, and at that time."""
        visit = self.appointment
        return visit.status in MOVABLE and visit.start_at == self.told_start

    @property
    def missed(self) -> bool:
        """Whether the visit is still one that was missed."""
        return self.appointment.status == AppointmentStatus.NO_SHOW


def answer_address(viewer: Viewer, appointment: Appointment) -> str:
    """A new link by which the person answers about this visit, until it begins."""
    return _address(_VISIT, appointment, appointment.start_at)


def again_address(viewer: Viewer, appointment: Appointment, *, now: datetime) -> str:
    """A new link by which the person chooses another time after a missed visit."""
    return _address(_AGAIN, appointment, now + AGAIN_LASTS)


def link_of_token(viewer: Viewer, token: str, *, now: datetime) -> VisitLink:
    """What the link is about. Raises `NotFound` for one that is over or was never ours."""
    if viewer is not THE_CLINIC:
        raise NotFound
    for purpose in (_VISIT, _AGAIN):
        try:
            said = unseal(purpose=purpose, token=token, now=now)
        except TokenSpent:
            continue
        return _link(said, is_again=purpose == _AGAIN)
    raise NotFound


@dataclass(frozen=True)
class Preparation:
    """What is to be done before a visit, as far as a page may say that nobody has signed in for."""

    fasting: bool
    driver: bool
    words: str
    has_plan: bool

    def __bool__(self) -> bool:
        return self.fasting or self.driver or bool(self.words) or self.has_plan


def preparation_of(viewer: Viewer, link: VisitLink) -> Preparation:
    """What the person does before they come. Of medicines it says only that there is something."""
    visit, kind = link.appointment, link.appointment.visit_type
    is_spanish = visit.patient.language == "es"
    return Preparation(
        fasting=kind.needs_fasting,
        driver=kind.needs_driver,
        words=kind.preparation_es if is_spanish else kind.preparation_en,
        has_plan=bool(approved_instructions(viewer, [visit.pk]).get(visit.pk)),
    )


def times_instead(
    viewer: Viewer, link: VisitLink, *, near: datetime | None = None, now: datetime
) -> list[Slot]:
    """Free times for the same kind of visit at the same place, on several days, soonest first.

    Those of the same clinician, if there is one; days that a clinical rule stops are left out. With
    `near`, whatever begins at that very instant instead.
    """
    visit = link.appointment
    led = [part.resource for part in visit.taken if part.resource.kind == "clinician"]
    search = SlotSearch(
        visit_type=visit.visit_type,
        sites=[visit.site],
        earliest=near or now,
        latest=near + timedelta(seconds=1) if near else now + DAYS_AHEAD,
        clinicians=[person for person in led if person.is_active] or None,
        patient_id=visit.patient_id,
        moving=None if link.is_again else visit.pk,
        limit=_SEARCHED,
        region=visit.region,
    )
    found = slots_for(
        viewer, search, course=visit.course, visit=None if link.is_again else visit.pk, now=now
    )
    record_read(viewer, "free times for a link", [visit.patient_id])
    return found if near else _few(found, visit)


@dataclass(frozen=True)
class Offered:
    """One of the times, with whoever sees the person then, if that is fixed."""

    start_at: datetime
    clinician: Resource | None


def offered(
    viewer: Viewer, link: VisitLink, start_at: datetime, clinician_id: int | None, *, now: datetime
) -> Offered:
    """A time that was shown and can still be had. Raises `SlotGone` if somebody was faster."""
    for slot in times_instead(viewer, link, now=now, near=start_at):
        if slot.start_at == start_at and slot.clinician_id == clinician_id:
            clinician = Resource.objects.filter(pk=clinician_id).first() if clinician_id else None
            return Offered(start_at, clinician)
    raise SlotGone


def _few(slots: list[Slot], visit: Appointment) -> list[Slot]:
    """The first, the middle and the last time of each of the next days that have any."""
    zone, by_day = visit.site.zone, dict[date, dict[datetime, Slot]]()
    for slot in sorted(slots, key=lambda slot: slot.start_at):
        if slot.start_at != visit.start_at:
            day = slot.start_at.astimezone(zone).date()
            by_day.setdefault(day, {}).setdefault(slot.start_at, slot)
    chosen: list[Slot] = []
    for times in map(list, map(dict.values, by_day.values())):
        chosen += [times[at] for at in sorted({0, len(times) // 2, len(times) - 1})]
    return chosen[:TIMES]


def _address(purpose: str, appointment: Appointment, expires_at: datetime) -> str:
    start = int(appointment.start_at.timestamp()).to_bytes(_INSTANT_BYTES, "big")
    said = appointment.pk.bytes + start + secrets.token_bytes(_OWN_BYTES)
    return public_address(
        "public:visit", seal(purpose=purpose, subject=said, expires_at=expires_at)
    )


def _link(said: bytes, *, is_again: bool) -> VisitLink:
    pk, start = UUID(bytes=said[:16]), said[16 : 16 + _INSTANT_BYTES]
    visit = Appointment.objects.with_parts().select_related("course").filter(pk=pk).first()
    if visit is None:
        raise NotFound
    key = f"link:{digest_of(said.hex())}"
    return VisitLink(
        appointment=visit,
        told_start=datetime.fromtimestamp(int.from_bytes(start, "big"), UTC),
        key=key,
        is_again=is_again,
        answered=VisitAnswer.objects.filter(key=key)
        .select_related("new_appointment__visit_type")
        .first(),
    )
