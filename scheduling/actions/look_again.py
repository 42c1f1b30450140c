"""Looking again at visits that are booked: history changes, and so do rules.

Nothing is ever cancelled. What is found new goes to the inbox of clinicians and, for the desk, to
the worklist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clinic.accounts.models import THE_CLINIC
from clinic.shared.actions import action
from scheduling.actions.limits import enlist, looked_at, plan_holds
from scheduling.facts.limits import booked_of, proposed
from scheduling.models import Appointment, RuleRun
from scheduling.queries.coming import coming_visits, count_coming
from treatments.actions.changed_history import claim_changed
from treatments.actions.findings import Looked, file_findings
from treatments.actions.look_at_medicines import look_at_medicines
from treatments.domain import rules
from treatments.domain.rules import Facts, Finding
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_authorized import with_authorization
from treatments.facts.assess import plainly
from treatments.facts.known import Known, known
from treatments.facts.people import facts_of
from treatments.models import HoldPlan

BATCH = 400
# What was found when it was booked is looked at again; what was found later is another matter.
_STAGES = (Stage.BOOK, Stage.NIGHTLY)
_CLEARS = frozenset({Stage.BOOK, Stage.NIGHTLY})
_WEIGHT = {Severity.INFO: 0, Severity.WARN: 1, Severity.BLOCK: 2}
# A night's work that stands still for so long is begun anew.
NIGHT = timedelta(hours=20)


@dataclass(frozen=True)
class Looks:
    """How many visits were looked at, and what is new."""

    visits: int = 0
    found: int = 0
    cleared: int = 0


@action
def look_at_changed(*, limit: int = 50, by: str, now: datetime) -> Looks:
    """Look at the coming visits and the medicines of people of whom something became known."""
    people = claim_changed(limit=limit, by=by, now=now)
    if not people:
        return Looks()
    visits = coming_visits(THE_CLINIC, patients=people, now=now)
    done = _look_at(visits, now)
    medicines = look_at_medicines(patient_ids=people, by=by, now=now)
    return Looks(done.visits, done.found + medicines, done.cleared)


@action
def begin_run(*, is_wanted: bool = False, by: str, now: datetime) -> RuleRun | None:
    """Begin a look at all coming visits; None if one is going on, or was made not long ago.

    Somebody who wants one (`is_wanted`) need not wait for the next night.
    """
    newest = RuleRun.objects.first()
    if newest is not None and newest.is_open:
        return None
    if newest is not None and newest.started_at > now - NIGHT and not is_wanted:
        return None
    run, is_new = RuleRun.objects.get_or_create(
        is_open=True,
        defaults={"started_at": now, "total": count_coming(THE_CLINIC, now=now)},
    )
    return run if is_new else None


@action
def continue_run(*, by: str, now: datetime) -> RuleRun | None:
    """Look at the next batch of the run that is going on; None if there is none, or it is taken."""
    rows = RuleRun.objects.select_for_update(skip_locked=True)
    run = rows.filter(is_open=True).first()
    if run is None:
        return None
    place = (run.at_start_at, run.at_id) if run.at_start_at and run.at_id else None
    visits = coming_visits(THE_CLINIC, after=place, limit=BATCH, now=now)
    done = _look_at(visits, now)
    run.looked += done.visits
    run.found += done.found
    run.cleared += done.cleared
    if visits:
        run.at_start_at, run.at_id = visits[-1].start_at, visits[-1].pk
    if len(visits) < BATCH:
        run.is_open, run.finished_at = False, now
    run.save()
    return run


def _look_at(visits: Sequence[Appointment], now: datetime) -> Looks:
    """Ask the rules about these visits, as many queries for one as for many; file what is new."""
    if not visits:
        return Looks()
    told = known()
    looked: list[Looked] = []
    for group in _by_zone(visits).values():
        looked += _look(group, told, now)
    _plan(visits, looked, now)
    filed = file_findings(looked, dict(told.rows), clears=_CLEARS, by=None, now=now)
    enlist(filed, now)
    return Looks(len(visits), len(filed.new), filed.cleared)


def _plan(visits: Sequence[Appointment], looked: Sequence[Looked], now: datetime) -> None:
    """Plans of visits before which something is to be stopped, and of those that had one."""
    by_key = {str(visit.pk): visit for visit in visits}
    planned = HoldPlan.objects.filter(appointment_id__in=[visit.pk for visit in visits])
    has_plan = {str(pk) for pk in planned.values_list("appointment_id", flat=True)}
    for one in looked:
        if one.key in has_plan or any(finding.holds for finding in one.found):
            visit = by_key[one.key]
            treatment = visit.course.treatment_id if visit.course else visit.visit_type.treatment_id
            plan_holds(visit, str(treatment), one.found, now)


def _look(visits: Sequence[Appointment], told: Known, now: datetime) -> Iterable[Looked]:
    zone = visits[0].site.zone
    people = {visit.patient_id for visit in visits}
    today = now.astimezone(zone).date()
    coming = booked_of(people, told, zone, now=now)
    facts = facts_of(people, known=told, on=today, zone=zone, booked=coming)
    for visit in visits:
        on = visit.start_at.astimezone(zone).date()
        found = _found(visit, facts[visit.patient_id], told, on)
        yield looked_at(visit, on, Stage.NIGHTLY, found)


def _found(visit: Appointment, facts: Facts, told: Known, on: date) -> tuple[Finding, ...]:
    """What the rules of booking and of the night say, each rule once and as weighty as it is."""
    found: dict[str, Finding] = {}
    proposal = proposed(told, visit.visit_type, visit.course, Stage.BOOK, key=str(visit.pk))
    for stage in _STAGES:
        asked = replace(proposal, stage=stage, starts_at=visit.start_at)
        asked = with_authorization(asked, facts, on)
        for finding in plainly(rules.evaluate(facts, asked, told.rulebook, on), told):
            before = found.get(finding.rule)
            if before is None or _WEIGHT[finding.severity] > _WEIGHT[before.severity]:
                found[finding.rule] = finding
    return tuple(found.values())


def _by_zone(visits: Sequence[Appointment]) -> dict[str, list[Appointment]]:
    """Visits by the zone of their site: days are those of a site's calendar."""
    found: dict[str, list[Appointment]] = {}
    for visit in visits:
        found.setdefault(visit.site.time_zone, []).append(visit)
    return found
