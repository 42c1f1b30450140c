"""The waitlist as the desk sees it, and one offer as the person sees it who got it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message, MessageStatus
from clinic.shared.errors import NotAllowed, NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from scheduling.domain.secret import digest_of
from scheduling.domain.states import MOVABLE
from scheduling.models import (
    Appointment,
    OfferStatus,
    Resource,
    ResourceKind,
    Site,
    VisitType,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistStatus,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class WaitRow:
    """One entry, with the offer they are thinking about and how it reached them.

    `minutes_left` of the offer are rounded up. `to_call` if nothing could be sent to them.
    """

    entry: WaitlistEntry
    days: str
    offer: WaitlistOffer | None
    minutes_left: int
    to_call: bool
    times_asked: int

    @property
    def time_left(self) -> str:
        """How long the offer is still open, in words."""
        return _in_words(self.minutes_left)

    @property
    def notice(self) -> str:
        """How long they need to get here, in words."""
        return _in_words(self.entry.notice_minutes)


def entries(
    viewer: Viewer,
    sites: Sequence[Site],
    *,
    status: str = "",
    visit_type: VisitType | None = None,
    patient: Patient | None = None,
    page: Pager,
) -> list[WaitlistEntry]:
    """A page of the entries of these sites, as far as the viewer works there.

    Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.view_board")
    found = _with_parts(WaitlistEntry.objects.filter(site__in=Site.objects.open_to(user)))
    found = found.filter(site__in=sites, patient__replaced_by__isnull=True)
    if status:
        found = found.filter(status=status)
    if visit_type is not None:
        found = found.filter(visit_type=visit_type)
    if patient is not None:
        found = found.filter(patient=patient)
    shown: list[WaitlistEntry] = page(found)
    record_read(viewer, "waitlist", [entry.patient_id for entry in shown], kind=ReadKind.LIST)
    return shown


def rows(viewer: Viewer, shown: Sequence[WaitlistEntry], *, now: datetime) -> list[WaitRow]:
    """Entries from a door, as the desk reads them. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    is_open = [o for entry in shown for o in entry.offers.all() if o.status == OfferStatus.OPEN]
    about = {f"offer:{offer.pk}": offer.entry_id for offer in is_open}
    parked = Message.objects.filter(about__in=about, status=MessageStatus.PARKED)
    to_call = {about[key] for key in parked.values_list("about", flat=True)}
    offers = {offer.entry_id: offer for offer in is_open}
    return [_row(entry, offers.get(entry.pk), entry.pk in to_call, now) for entry in shown]


def access_entry(viewer: Viewer, entry_id: UUID) -> WaitlistEntry:
    """One entry of a site where the viewer works. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    known = _with_parts(WaitlistEntry.objects.filter(site__in=Site.objects.open_to(user)))
    entry = known.filter(pk=entry_id, patient__replaced_by__isnull=True).first()
    if entry is None:
        raise NotFound
    record_read(viewer, "waitlist", [entry.patient_id])
    return entry


def access_offer(viewer: Viewer, offer_id: UUID) -> WaitlistOffer:
    """One offer of a site where the viewer works. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    known = _offers().filter(pk=offer_id, entry__site__in=Site.objects.open_to(user))
    offer = known.first()
    if offer is None:
        raise NotFound
    record_read(viewer, "waitlist", [offer.hold.patient_id])
    return offer


def offer_by_secret(viewer: Viewer, secret: str) -> WaitlistOffer:
    """The offer whose link carries this secret, whoever opens it. Raises `NotFound`."""
    offer = _offers().filter(digest=digest_of(secret)).first()
    if offer is None:
        raise NotFound
    record_read(viewer, "offer", [offer.hold.patient_id])
    return offer


def phones(viewer: Viewer) -> list[Site]:
    """The sites that can be called, for whoever holds a link that says nothing else any more."""
    return list(Site.objects.exclude(phone=""))


def left_by(viewer: Viewer, patient: Patient, *, at: datetime) -> list[WaitlistEntry]:
    """The waits of this person that a booking at this very instant ended. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    ended = WaitlistEntry.objects.filter(status=WaitlistStatus.BOOKED, ended_at=at, patient=patient)
    found = list(ended.select_related("site", "visit_type"))
    record_read(viewer, "waitlist", [entry.patient_id for entry in found])
    return found


def offers_run_out(viewer: Viewer, *, now: datetime) -> list[WaitlistOffer]:
    """Open offers whose hold has run out, for the clinic to end. Raises `NotAllowed`."""
    if viewer is not THE_CLINIC:
        raise NotAllowed
    return list(_offers().filter(status=OfferStatus.OPEN, hold__expires_at__lte=now))


def sites_with_waitlist(viewer: Viewer) -> list[Site]:
    """Where somebody waits, for the clinic to look after. Raises `NotAllowed`."""
    if viewer is not THE_CLINIC:
        raise NotAllowed
    waiting = WaitlistEntry.objects.filter(status=WaitlistStatus.WAITING)
    return list(Site.objects.filter(pk__in=waiting.values("site")))


def movable_visits(
    viewer: Viewer, patient: Patient, visit_type: VisitType, site: Site, *, now: datetime
) -> list[Appointment]:
    """Coming visits of this kind that could be brought forward. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    visits = Appointment.objects.filter(patient=patient, visit_type=visit_type, site=site)
    coming = visits.filter(start_at__gt=now, status__in=sorted(MOVABLE), seat__isnull=True)
    record_read(viewer, "coming visits", [patient.pk])
    return list(coming.select_related("site", "visit_type").order_by("start_at"))


def lacking_at(
    viewer: Viewer, visit_type: VisitType, site: Site, clinician: Resource | None
) -> list[str]:
    """What this kind of visit needs and the site has not, in words; the clinician counts alone.

    Raises `NotAllowed`.
    """
    require(viewer, "scheduling.find_slots")
    lacking = []
    for need in visit_type.needs.select_related("capability"):
        able = Resource.objects.filter(site=site, kind=need.kind, is_active=True)
        if need.capability is not None:
            able = able.filter(capabilities=need.capability)
        if clinician is not None and need.kind == ResourceKind.CLINICIAN:
            able = able.filter(pk=clinician.pk)
        if able.count() < need.count:
            lacking.append(need.what)
    return lacking


def _in_words(minutes: int) -> str:
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} days"
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (hours and f"{hours} h", rest and f"{rest} min") if part)


def _row(
    entry: WaitlistEntry, offer: WaitlistOffer | None, to_call: bool, now: datetime
) -> WaitRow:
    seconds = (offer.hold.expires_at - now).total_seconds() if offer else 0
    days = ", ".join(WEEKDAYS[day - 1] for day in sorted(entry.weekdays))
    asked = len(entry.offers.all())
    return WaitRow(entry, days, offer, max(0, -int(-seconds // 60)), to_call, asked)


def _with_parts(found: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    parts = found.select_related(
        "patient", "visit_type", "site", "clinician", "appointment", "created_by"
    )
    return parts.prefetch_related("offers__hold", "patient__contacts")


def _offers() -> QuerySet[WaitlistOffer]:
    return WaitlistOffer.objects.select_related(
        "entry__site",
        "entry__visit_type",
        "entry__appointment",
        "hold__patient",
        "hold__site",
        "hold__visit_type",
        "hold__appointment__site",
    ).exclude(Q(hold__patient__replaced_by__isnull=False))
