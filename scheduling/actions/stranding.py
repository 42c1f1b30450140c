"""Changing hours without cancelling anything: what a change strands is shown, then listed.

Times that are only held are shown as well: nobody is booked there yet, and nobody can be any more
(`scheduling.actions.hold`). They run out by themselves, so they are not put on the worklist.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.accounts.models import THE_CLINIC, User
from clinic.shared.actions import action
from scheduling.actions.places import lock_resources
from scheduling.models import Appointment, Hold, Resource, Site, WorklistItem, WorklistKind
from scheduling.queries.holds import stranded_holds
from scheduling.queries.open_hours import Fault, fallen_holds, faults
from scheduling.queries.worklist import listed_faults, settled, stranded_visits

# Instead of a key: whatever is stranded is accepted.
WHATEVER = "*"


@dataclass(frozen=True)
class Outcome:
    """What became of a change of hours, and which coming visits and held times it strands.

    If `is_saved` is false, nothing was changed: show them, and send `key` with the change.
    """

    is_saved: bool
    visits: list[Appointment] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Which these are, in a word: others are shown before anything is saved."""
        return _key(row.pk for row in (*self.visits, *self.holds))


def keep_or_show(
    change: Callable[[], object],
    *,
    sites: Collection[Site],
    reason: str,
    accepted: str,
    by: User,
    now: datetime,
) -> Outcome:
    """Do the change, unless it strands others than those whose key was `accepted`.

    What it strands goes on the worklist; what it helps leaves it. Looking is doing, taken back: so
    what was shown and what is saved cannot differ.
    """
    # No booking slips in between: it locks the same resources before it writes.
    lock_resources(Resource.objects.filter(site__in=sites).values_list("pk", flat=True))
    before = set(faults(THE_CLINIC, sites, now=now))
    fallen = fallen_holds(THE_CLINIC, sites, now=now)
    with transaction.atomic():
        change()
        found = [f for f in faults(THE_CLINIC, sites, now=now) if f not in before]
        visits = stranded_visits(by, {fault.appointment_id for fault in found})
        holds = stranded_holds(by, fallen_holds(THE_CLINIC, sites, now=now) - fallen)
        outcome = Outcome(is_saved=True, visits=visits, holds=holds)
        if accepted not in {WHATEVER, outcome.key}:
            transaction.set_rollback(True)
            return Outcome(is_saved=False, visits=visits, holds=holds)
        _enlist([visit.pk for visit in visits], reason=reason, by=by, now=now)
        _settle(sites, faults(THE_CLINIC, sites, now=now), by=by, now=now)
    return outcome


@action
def settle_worklist(*, by: str, now: datetime) -> None:
    """Close what has settled itself. It looks at who is listed, and at nothing else."""
    sites = list(Site.objects.all())
    _settle(sites, listed_faults(THE_CLINIC, sites, now=now), by=None, now=now)


@action
def sweep_worklist(*, by: str, now: datetime) -> None:
    """The same, and list what a race or an undone step left outside hours.

    It compares every coming visit with the hours, which takes seconds where there are 100,000. A
    visit that was ever listed, or was booked over something on purpose, is not listed anew.
    """
    sites = list(Site.objects.all())
    found = faults(THE_CLINIC, sites, now=now)
    _settle(sites, found, by=None, now=now)
    away = {fault.appointment_id for fault in found if fault.is_away}
    unheard = Appointment.objects.filter(pk__in=away, overbooking_reason="").exclude(
        worklist_items__kind=WorklistKind.STRANDED
    )
    ids = unheard.values_list("pk", flat=True)
    _enlist(list(ids), reason="Outside the hours", by=None, now=now)


def _enlist(ids: Iterable[UUID], *, reason: str, by: User | None, now: datetime) -> None:
    """Put these visits on the list, once each: one that waits there already stays as it is."""
    WorklistItem.objects.bulk_create(
        [
            WorklistItem(
                kind=WorklistKind.STRANDED,
                appointment_id=pk,
                reason=reason[:200],
                created_at=now,
                created_by=by,
            )
            for pk in ids
        ],
        ignore_conflicts=True,
    )


def _settle(
    sites: Collection[Site], found: Iterable[Fault], *, by: User | None, now: datetime
) -> None:
    for item, how in settled(THE_CLINIC, sites, found, now=now):
        item.resolved_at, item.resolved_by, item.resolution = now, by, how
        item.save(update_fields=["resolved_at", "resolved_by", "resolution"])


def _key(ids: Iterable[UUID]) -> str:
    names = sorted(str(pk) for pk in ids)
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:16] if names else ""
