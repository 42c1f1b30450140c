"""Visits that somebody must look at: what stranded them, and what settled them since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from scheduling.domain.states import MOVABLE, NOT_BEGUN, AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    Reservation,
    Resource,
    Site,
    WorklistItem,
    WorklistKind,
)
from scheduling.queries.open_hours import Fault, faults_of
from treatments.domain.rules_states import FindingState, SubjectKind
from treatments.models import Finding

_ENDED = {
    AppointmentStatus.CANCELLED: "The visit was cancelled.",
    AppointmentStatus.NO_SHOW: "The person did not come.",
    AppointmentStatus.IN_PROGRESS: "The visit has begun.",
    AppointmentStatus.COMPLETED: "The visit took place.",
}


# Of more than these nobody sees the end; the others follow as these are settled.
SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """One visit on the worklist; `troubles` says in words what is wrong with its place."""

    item: WorklistItem
    troubles: list[str] = field(default_factory=list)
    can_move: bool = False
    # A rule stops it: only a clinician settles that.
    is_stopped: bool = False


def worklist(viewer: Viewer, *, now: datetime) -> list[Entry]:
    """What nobody has settled yet at the viewer's sites, soonest visit first, at most `SHOWN`.

    A changed rule may list thousands in a night: who comes tomorrow must not stand behind who comes
    next month. Raises `NotAllowed`.
    """
    soonest = ("appointment__start_at", "id")
    return _entries(viewer, lambda rows: list(rows.order_by(*soonest)[:SHOWN]), now)


def worklist_page(viewer: Viewer, page: Pager, *, now: datetime) -> list[Entry]:
    """One page of the same; what has settled itself since is left out. Raises `NotAllowed`."""
    return _entries(viewer, page, now)


def count_listed(viewer: Viewer) -> int:
    """How many are on the list, of which a few may have settled themselves in the last minute.

    Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.view_board")
    return _open_items(Site.objects.open_to(user)).count()


def access_item(viewer: Viewer, item_id: UUID) -> WorklistItem:
    """An open item at one of the viewer's sites. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    found = _with_visits(_open_items(Site.objects.open_to(user))).filter(pk=item_id).first()
    if found is None:
        raise NotFound
    record_read(viewer, "worklist", [found.appointment.patient_id], kind=ReadKind.LIST)
    return found


def stranded_visits(viewer: Viewer, ids: Collection[UUID]) -> list[Appointment]:
    """These visits with what a person needs to call about them, soonest first."""
    visits = list(_with_places(Appointment.objects.filter(pk__in=ids)).order_by("start_at", "id"))
    record_read(viewer, "stranded visits", [v.patient_id for v in visits], kind=ReadKind.LIST)
    return visits


def listed_faults(viewer: Viewer, sites: Iterable[Site], *, now: datetime) -> list[Fault]:
    """What is still wrong with the places of those who are on the list. Raises `NotAllowed`."""
    sites = list(sites)
    listed = WorklistItem.objects.filter(resolved_at__isnull=True, kind=WorklistKind.STRANDED)
    ids = listed.filter(appointment__site__in=sites).values_list("appointment_id", flat=True)
    return faults_of(viewer, list(ids), sites, now=now)


def settled(
    viewer: Viewer, sites: Iterable[Site], found: Iterable[Fault], *, now: datetime
) -> list[tuple[WorklistItem, str]]:
    """Open items that nobody needs to look at any more, and what settled each.

    `found` are the faults of these sites, or of who is listed there. Raises `NotAllowed`.
    """
    if viewer is not THE_CLINIC:
        require(viewer, "scheduling.view_board")
    items = list(_open_items(sites).select_related("appointment"))
    return _settled_of(items, found, now)


def _settled_of(
    items: list[WorklistItem], found: Iterable[Fault], now: datetime
) -> list[tuple[WorklistItem, str]]:
    if not items:
        return []
    broken = {fault.appointment_id for fault in found}
    stopped = _with_open_findings(items)
    return [(item, how) for item in items if (how := _how_settled(item, broken, stopped, now))]


def _with_open_findings(items: Iterable[WorklistItem]) -> set[UUID]:
    """The visits of these items about which the clinical rules say something nobody answered."""
    waiting = Finding.objects.filter(state=FindingState.OPEN)
    return _named(items, waiting) | _stopped(items)


def _stopped(items: Iterable[WorklistItem]) -> set[UUID]:
    """Those that a rule stops: that somebody has seen it is no answer."""
    return _named(items, Finding.objects.stopping())


def _named(items: Iterable[WorklistItem], findings: QuerySet[Finding]) -> set[UUID]:
    keys = [str(item.appointment_id) for item in items if item.kind == WorklistKind.RULE]
    if not keys:
        return set()
    rows = findings.filter(subject_kind=SubjectKind.APPOINTMENT, subject_key__in=keys)
    return {UUID(key) for key in rows.values_list("subject_key", flat=True)}


def _entries(viewer: Viewer, page: Pager, now: datetime) -> list[Entry]:
    user = require(viewer, "scheduling.view_board")
    sites = list(Site.objects.open_to(user))
    listed = page(_with_visits(_open_items(sites)))
    lost = {item.appointment_id for item in listed if item.kind == WorklistKind.STRANDED}
    found = faults_of(viewer, lost, sites, now=now)
    done = {item.pk for item, _how in _settled_of(listed, found, now)}
    items = [item for item in listed if item.pk not in done]
    wrong = _troubles(found)
    record_read(viewer, "worklist", [i.appointment.patient_id for i in items], kind=ReadKind.LIST)
    may_book, stopped = user.has_perm("scheduling.book"), _stopped(items)
    return [
        Entry(
            item,
            wrong.get(item.appointment_id, []),
            may_book and AppointmentStatus(item.appointment.status) in MOVABLE,
            item.kind == WorklistKind.RULE and item.appointment_id in stopped,
        )
        for item in items
    ]


def _open_items(sites: Iterable[Site]) -> QuerySet[WorklistItem]:
    """With `was_moved`: whether the visit got another time or place since it was listed."""
    moves = AppointmentEvent.objects.filter(
        appointment=OuterRef("appointment"),
        step__in=["move", "assign"],
        occurred_at__gt=OuterRef("created_at"),
    )
    items = WorklistItem.objects.filter(resolved_at__isnull=True, appointment__site__in=list(sites))
    return items.annotate(was_moved=Exists(moves))


def _with_visits(items: QuerySet[WorklistItem]) -> QuerySet[WorklistItem]:
    """With what a person needs who is to call about them."""
    return items.select_related("created_by").prefetch_related(
        Prefetch("appointment", _with_places(Appointment.objects.all()))
    )


def _with_places(visits: QuerySet[Appointment]) -> QuerySet[Appointment]:
    places = Reservation.objects.select_related("resource").order_by("id")
    return visits.select_related("patient", "visit_type", "site", "seat__session").prefetch_related(
        "patient__contacts",
        Prefetch("reservations", places),
        Prefetch("seat__session__reservations", places),
    )


def _how_settled(
    item: WorklistItem, broken: Collection[UUID], stopped: Collection[UUID], now: datetime
) -> str:
    visit = item.appointment
    status = AppointmentStatus(visit.status)
    if status not in NOT_BEGUN:
        return _ENDED[status]
    is_here = status not in MOVABLE
    if item.kind == WorklistKind.RULE and is_here and visit.pk in stopped:
        return ""
    if visit.end_at <= now:
        return "Its time has passed."
    was_moved = item.was_moved  # type: ignore[attr-defined]
    if item.kind == WorklistKind.STRANDED and visit.pk not in broken:
        return "The visit was moved." if was_moved else "It fits again."
    if item.kind == WorklistKind.RUNNING_LATE and was_moved:
        return "The visit was moved."
    if item.kind == WorklistKind.RULE and visit.pk not in stopped:
        return "A clinician looked at it, or the rule holds no more."
    return ""


def _troubles(found: Sequence[Fault]) -> dict[UUID, list[str]]:
    names = Resource.objects.in_bulk({fault.resource_id for fault in found})
    words: dict[UUID, list[str]] = defaultdict(list)
    for fault in found:
        name = names[fault.resource_id].name
        if fault.is_away:
            words[fault.appointment_id].append(f"{name} is not there then")
        elif fault.is_unable:
            words[fault.appointment_id].append(f"{name} cannot be used for it any more")
    return words
