"""Looking again at visits that are booked: history changes, and so do rules.

Nothing is ever cancelled. What is found new goes to the inbox of clinicians and, for the desk, to
the worklist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.accounts.models import THE_CLINIC
from clinic.shared.actions import action
from scheduling.actions.limits import enlist, look_while_here, looked_at, plan_holds
from scheduling.domain.states import MOVABLE, NOT_BEGUN
from scheduling.facts.limits import booked_of, proposed_by
from scheduling.models import Appointment, RuleRun
from scheduling.queries.coming import coming_visits, count_coming, visits_here
from treatments.actions.changed_history import claim_changed
from treatments.actions.findings import Looked, file_findings
from treatments.actions.look_at_medicines import ask_for_looks_at_medicines, look_at_medicines
from treatments.domain import rules
from treatments.domain.rules import Facts, Finding
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_authorized import with_authorization
from treatments.facts.assess import plainly
from treatments.facts.known import Known, known
from treatments.facts.people import facts_of

BATCH = 400
# What was found when it was booked is looked at again; what was found later is another matter.
_STAGES = frozenset({Stage.BOOK, Stage.NIGHTLY})
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
    for visit in visits_here(THE_CLINIC, patients=people, now=now):
        look_while_here(visit, now=now)
    medicines = look_at_medicines(patient_ids=people, by=by, now=now)
    return Looks(done.visits, done.found + medicines, done.cleared)


def look_at_visit(visit: Appointment, *, now: datetime) -> None:
    """Look at one visit at once, in the transaction of what changed about it.

    One that is over, or does not take place, is not looked at.
    """
    if visit.status in MOVABLE and visit.start_at > now:
        _look_at([visit], now)
    elif visit.status in NOT_BEGUN - MOVABLE:
        look_while_here(visit, now=now)


@action
def begin_run(*, is_wanted: bool = False, by: str, now: datetime) -> RuleRun | None:
    """Begin a look at all coming visits; None if one is going on, or was made not long ago.

    Somebody who wants one (`is_wanted`) need not wait for the next night. What people take is
    looked at as well, by whoever looks at changed histories.
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
    if is_new:
        ask_for_looks_at_medicines(by=by, now=now)
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
    filed = file_findings(looked, dict(told.rows), clears=_STAGES, by=None, now=now)
    enlist(filed, now)
    return Looks(len(visits), len(filed.new), filed.cleared)


def _plan(visits: Sequence[Appointment], looked: Sequence[Looked], now: datetime) -> None:
    """Plans of visits before which something is to be stopped, and of those that had one."""
    by_key = {str(visit.pk): visit for visit in visits}
    plan_holds([(by_key[one.key], one.found) for one in looked], now)


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
    """What the rules of booking and of the night say."""
    asked = with_authorization(proposed_by(told, visit, Stage.NIGHTLY), facts, on)
    found = rules.evaluate(facts, asked, told.rulebook, on, stages=_STAGES)
    return tuple(plainly(found, told))


def _by_zone(visits: Sequence[Appointment]) -> dict[str, list[Appointment]]:
    """Visits by the zone of their site: days are those of a site's calendar."""
    found: dict[str, list[Appointment]] = {}
    for visit in visits:
        found.setdefault(visit.site.time_zone, []).append(visit)
    return found
