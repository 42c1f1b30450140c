"""Why a search for times came back empty."""

from dataclasses import replace
from datetime import datetime

from clinic.accounts.models import Viewer
from scheduling.domain.emptiness import NeedSteps, NothingFree, Reason, explain
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.statements import ask, slot_parameters


def why_nothing(viewer: Viewer, search: SlotSearch, *, now: datetime) -> NothingFree:
    """The reason why `free_slots` has nothing for this search. Raises `NotAllowed`."""
    kind = search.visit_type
    if not any(site.is_active for site in search.sites):
        return NothingFree(Reason.CLOSED, "This site is out of use. Choose another one.")
    earliest, latest = search.window(now)
    if search.latest <= earliest:
        if kind.notice_minutes and search.latest > now:
            words = f"{kind.name} needs {kind.notice_minutes} minutes' notice."
            return NothingFree(Reason.TOO_SOON, words)
        return NothingFree(Reason.TOO_SOON, "That time has passed.")
    if latest <= earliest:
        words = f"{kind.name} can be booked at most {kind.horizon_days} days ahead."
        return NothingFree(Reason.TOO_FAR, words)
    parameters = slot_parameters(
        viewer, kind, search.sites, search.clinicians, earliest, latest, now
    )
    rows = ask(viewer, "nothing_free.sql", parameters | {"moving": search.moving})
    found = explain([NeedSteps(*row) for row in rows], kind.duration_minutes)
    return found or _why_not_together(viewer, search, now)


def _why_not_together(viewer: Viewer, search: SlotSearch, now: datetime) -> NothingFree:
    """Each need could be met: what of the rest of the wish rules out every start?"""
    anybody = replace(search, patient_id=None, limit=1)
    if search.patient_id and free_slots(viewer, anybody, now=now):
        return NothingFree(
            Reason.PATIENT_BUSY, "They have another visit at the times that are free."
        )
    any_hour = replace(anybody, weekdays=(), from_time=None, until_time=None)
    if free_slots(viewer, any_hour, now=now):
        return NothingFree(
            Reason.NOT_AT_THAT_HOUR,
            "There are free times, but not on these days or at these hours.",
        )
    if free_slots(viewer, replace(any_hour, every=1), now=now):
        every = search.visit_type.alignment_minutes
        return NothingFree(
            Reason.NO_START,
            f"{search.visit_type.name} begins every {every} minutes by the clock, "
            "and none of those times is free then.",
        )
    return NothingFree(
        Reason.NEVER_TOGETHER, "Clinician, room and equipment are never free at the same time."
    )
