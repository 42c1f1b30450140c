"""Whether a tick has anything to do: one statement that is planned once, because mostly it has not.

Each answers yes rather too often than too seldom. What is really due is decided, under locks, by
the action that does it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from clinic.shared.prepared import first_row
from scheduling.domain.states import NOT_BEGUN
from scheduling.models import Site
from scheduling.queries.worklist import listed_faults
from treatments.domain.plain_follow_ups import SHARED_CALL

_RUN_OUT = """
SELECT EXISTS (SELECT FROM scheduling_waitlistoffer o JOIN scheduling_hold h ON h.id = o.hold_id
                WHERE o.status = 'open' AND h.expires_at <= %(now)s),
       EXISTS (SELECT FROM scheduling_hold WHERE status = 'held' AND expires_at <= %(now)s),
       EXISTS (SELECT FROM scheduling_waitlistentry e JOIN scheduling_site s ON s.id = e.site_id
                WHERE e.status = 'waiting'
                  AND e.latest_date < (%(now)s AT TIME ZONE s.time_zone)::date)
"""
_TO_ASK = """
SELECT EXISTS (SELECT FROM treatments_procedure p
                WHERE p.record_status = 'signed' AND p.aftercare <> ''
                  AND p.signed_at > %(since)s AND p.signed_at <= %(now)s
                  AND NOT EXISTS (SELECT FROM messaging_message m
                                   WHERE m.dedupe_key = 'procedure:' || p.id || ':aftercare')),
       EXISTS (SELECT FROM treatments_followup f
                WHERE f.status IN ('requested', 'in_progress') AND f.asked_at IS NULL
                  AND (f.kind = 'questionnaire' OR (f.kind = 'call' AND f.step = %(call)s))
                  AND f.earliest_at <= %(now)s AND f.due_at > %(now)s)
"""
# What `scheduling.queries.worklist.settled` calls settled.
_WORKLIST = """
SELECT EXISTS (
    SELECT FROM scheduling_worklistitem i JOIN scheduling_appointment a ON a.id = i.appointment_id
     WHERE i.resolved_at IS NULL
       AND (a.status <> ALL(%(coming)s::text[]) OR a.end_at <= %(now)s
            OR (i.kind = 'stranded' AND a.id <> ALL(%(broken)s::uuid[]))
            OR (i.kind = 'running_late' AND EXISTS (
                SELECT FROM scheduling_appointmentevent e
                 WHERE e.appointment_id = a.id AND e.step IN ('move', 'assign')
                   AND e.occurred_at > i.created_at))
            OR (i.kind = 'rule' AND NOT EXISTS (
                SELECT FROM treatments_finding f
                 WHERE f.subject_kind = 'appointment' AND f.subject_key = a.id::text
                   AND f.state = 'open'))))
"""
_DIARIES = """
SELECT EXISTS (SELECT FROM treatments_followup f
                WHERE f.status IN ('requested', 'in_progress') AND f.kind = 'diary'
                  AND f.earliest_at <= %(now)s AND f.due_at > %(now)s)
"""


@dataclass(frozen=True)
class RunOut:
    """What ran out: times offered from the waitlist, times held, and places on the waitlist."""

    offers: bool
    holds: bool
    entries: bool


@dataclass(frozen=True)
class ToAsk:
    """Whether somebody is to be told what to do at home, or asked how they are."""

    aftercare: bool
    questions: bool


def run_out(viewer: Viewer, *, now: datetime) -> RunOut:
    """For the clinic itself. Raises `NotAllowed` for anybody else."""
    return RunOut(*_told(viewer, _RUN_OUT, now=now))


def to_ask(viewer: Viewer, *, within: timedelta, now: datetime) -> ToAsk:
    """Of procedures signed `within` so long. For the clinic itself. Raises `NotAllowed`."""
    return ToAsk(*_told(viewer, _TO_ASK, since=now - within, call=SHARED_CALL, now=now))


def has_worklist_to_keep(viewer: Viewer, *, now: datetime) -> bool:
    """Whether somebody on the worklist may be settled.

    For the clinic itself. Raises `NotAllowed`.
    """
    found = listed_faults(viewer, Site.objects.only("pk"), now=now)
    (is_due,) = _told(
        viewer,
        _WORKLIST,
        coming=sorted(status.value for status in NOT_BEGUN),
        broken=[fault.appointment_id for fault in found],
        now=now,
    )
    return is_due


def has_open_diaries(viewer: Viewer, *, now: datetime) -> bool:
    """Of blocks, whose hours are asked for. For the clinic itself. Raises `NotAllowed`."""
    (found,) = _told(viewer, _DIARIES, now=now)
    return found


def _told(viewer: Viewer, statement: str, **values: object) -> tuple[bool, ...]:
    if viewer is not THE_CLINIC:
        raise NotAllowed
    row = first_row(statement, values)
    assert row is not None
    return row
