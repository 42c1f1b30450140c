"""The clinical rules at the desk: refusing what they stop, and filing what they say of a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from clinic.accounts.models import User
from clinic.shared.errors import NotAllowed
from scheduling.facts.limits import is_asked, limits, planned_as
from scheduling.models import Appointment, WorklistItem, WorklistKind
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import (
    Answered,
    Filed,
    Looked,
    check_reason,
    clear_findings,
    file_findings,
    says_the_same,
)
from treatments.actions.hold_plans import keep_hold_plan
from treatments.actions.limits import NotAllowedByRules
from treatments.domain import rules
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_states import MAY_OVERRIDE, FindingState, SubjectKind
from treatments.facts.assess import Assessment
from treatments.models import Finding

if TYPE_CHECKING:
    from scheduling.actions.reserve import BookingRequest


@dataclass(frozen=True)
class Verdict:
    """What the rules said about a visit that may go on, to be filed once it is booked."""

    assessment: Assessment
    on: date
    answered: Answered

    @property
    def found(self) -> tuple[rules.Finding, ...]:
        """What they said about its day."""
        return self.assessment.on(self.on)


def ask_rules(
    request: "BookingRequest", *, moving: Appointment | None = None, by: User | None, now: datetime
) -> Verdict | None:
    """What the rules say about the visit; None if they are not asked.

    Raises `NotAllowedByRules` for what they stop, unless `request.override_reason` is given by
    somebody who may; `NotAllowed` and `Invalid` for a reason that may not be or says nothing.
    """
    return _judge(_asked(request, moving, now), request, moving, by)


def ask_rules_for_all(
    requests: Sequence["BookingRequest"], *, by: User | None, now: datetime
) -> list[Verdict | None]:
    """The same for visits of one person that are booked together: each counts those before it."""
    if not requests:
        return []
    first = _asked(requests[0], None, now)
    verdicts: list[Verdict | None] = []
    assessment = first
    for number, request in enumerate(requests):
        verdicts.append(_judge(assessment, request, None, by))
        if assessment is not None and number + 1 < len(requests):
            planned = planned_as(
                assessment.proposal, f"new-{number}", request.visit_type.name, _day(request)
            )
            facts = replace(assessment.facts, done=(*assessment.facts.done, planned))
            following = replace(assessment.proposal, starts_at=requests[number + 1].start_at)
            assessment = Assessment(facts, following, assessment.known)
    return verdicts


def ask_rules_about_moves(
    pairs: Sequence[tuple[Appointment, "BookingRequest"]], *, by: User | None, now: datetime
) -> list[Verdict | None]:
    """The same for visits that move together: each sees the others where they are to be."""
    first = _asked(pairs[0][1], pairs[0][0], now)
    if first is None:
        return [None for _pair in pairs]
    moved = {str(visit.pk): _day(wish) for visit, wish in pairs}
    done = tuple(
        replace(one, on=moved[one.key]) if one.key in moved else one for one in first.facts.done
    )
    facts = replace(first.facts, done=done)
    verdicts = []
    for visit, wish in pairs:
        proposal = replace(first.proposal, key=str(visit.pk), starts_at=wish.start_at)
        verdicts.append(_judge(Assessment(facts, proposal, first.known), wish, visit, by))
    return verdicts


def file_verdicts(
    pairs: Iterable[tuple[Appointment, Verdict | None]],
    *,
    stage: Stage = Stage.BOOK,
    is_new: bool = True,
    by: User | None,
    now: datetime,
) -> None:
    """Write down what the rules said about visits that are booked now."""
    told = [(visit, verdict) for visit, verdict in pairs if verdict is not None]
    if not told:
        return
    for visit, verdict in told:
        if not is_new or any(finding.holds for finding in verdict.found):
            plan_holds(visit, verdict.assessment.proposal.treatment, verdict.found, now)
    looked = [looked_at(visit, verdict.on, stage, verdict.found) for visit, verdict in told]
    if is_new and not any(one.found for one in looked):
        return
    _visit, verdict = told[0]
    rows = dict(verdict.assessment.known.rows)
    file_findings(looked, rows, answered=verdict.answered, is_new=is_new, by=by, now=now)


def look_on_arrival(appointment: Appointment, *, by: User | None, now: datetime) -> None:
    """Ask the rules once more as the person comes in. Nobody is sent away by it: what is new goes
    to clinicians and to the worklist.
    """
    zone = appointment.site.zone
    today = now.astimezone(zone).date()
    found = limits(
        appointment.patient_id,
        appointment.visit_type,
        appointment.course,
        zone=zone,
        on=today,
        stage=Stage.CHECK_IN,
        visit=appointment.pk,
        starts_at=appointment.start_at,
        now=now,
    )
    if found is None or not found.on(today):
        return
    one = looked_at(appointment, today, Stage.CHECK_IN, found.on(today))
    rows = dict(found.known.rows)
    filed = file_findings([one], rows, clears=frozenset({Stage.CHECK_IN}), by=by, now=now)
    enlist(filed, now)


def has_rules(appointment: Appointment) -> bool:
    """Whether the rules are asked about this visit at all."""
    return is_asked(appointment.visit_type, appointment.course)


def keep_findings_true(appointment: Appointment, *, stands: bool, now: datetime) -> None:
    """A visit that will not take place has no findings; one that does again is looked at anew.

    Its other visits as well: this one counts for them, or counts no more.
    """
    if not stands:
        clear_findings(SubjectKind.APPOINTMENT, appointment.pk, now=now)
    history_changed([appointment.patient_id], now=now)


def enlist(filed: Filed, now: datetime) -> None:
    """What is new about a visit goes to the worklist in words for the desk, once for each visit."""
    words: dict[str, str] = {}
    for finding in filed.new:
        words.setdefault(finding.subject_key, finding.desk_message)
    WorklistItem.objects.bulk_create(
        [
            WorklistItem(
                kind=WorklistKind.RULE,
                appointment_id=UUID(key),
                reason=text[:200],
                created_at=now,
            )
            for key, text in words.items()
        ],
        ignore_conflicts=True,
    )


def plan_holds(
    visit: Appointment, treatment: str, found: Iterable[rules.Finding], now: datetime
) -> None:
    """Keep the plan of a visit before which something is to be stopped."""
    keep_hold_plan(
        patient_id=visit.patient_id,
        appointment_id=visit.pk,
        treatment_id=treatment,
        procedure_at=visit.start_at,
        found=found,
        now=now,
    )


def looked_at(
    visit: Appointment, on: date, stage: Stage, found: tuple[rules.Finding, ...]
) -> Looked:
    """What was found about a visit, as it is filed."""
    return Looked(visit.patient_id, SubjectKind.APPOINTMENT, str(visit.pk), on, stage, found)


def _asked(
    request: "BookingRequest", moving: Appointment | None, now: datetime
) -> Assessment | None:
    return limits(
        request.patient.pk,
        request.visit_type,
        request.course,
        zone=request.site.zone,
        on=_day(request),
        visit=moving.pk if moving else None,
        starts_at=request.start_at,
        now=now,
    )


def _judge(
    assessment: Assessment | None,
    request: "BookingRequest",
    moving: Appointment | None,
    by: User | None,
) -> Verdict | None:
    if assessment is None:
        return None
    day, reason = _day(request), request.override_reason.strip()
    blocks = assessment.blocks(day)
    if blocks and moving is not None:
        blocks = _not_overridden(blocks, moving.pk)
    if blocks and not reason:
        raise NotAllowedByRules(blocks, day, assessment.earliest(day).on)
    if blocks:
        if by is None or not by.has_perm(MAY_OVERRIDE):
            raise NotAllowed("Only a physician can go on although a rule says no.")
        check_reason(reason)
    return Verdict(assessment, day, Answered(request.seen, reason if blocks else ""))


def _not_overridden(blocks: tuple[rules.Finding, ...], visit: UUID) -> tuple[rules.Finding, ...]:
    """Those that nobody went on in spite of for this visit, with the same rows counted."""
    rows = Finding.objects.about(SubjectKind.APPOINTMENT, visit).filter(
        state=FindingState.OVERRIDDEN
    )
    known = {row.rule_key: row for row in rows}
    return tuple(f for f in blocks if f.rule not in known or not says_the_same(known[f.rule], f))


def _day(request: "BookingRequest") -> date:
    return request.start_at.astimezone(request.site.zone).date()
