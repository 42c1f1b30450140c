"""The clinical rules at the desk: refusing what they stop, and filing what they say of a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import NotAllowed
from patients.actions.standing import lock_record
from scheduling.facts.limits import is_asked, limits, limits_of, planned_as
from scheduling.models import Appointment, WorklistItem, WorklistKind
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import (
    Answered,
    Filed,
    Looked,
    check_reason,
    clear_findings,
    file_findings,
    not_overridden,
    override_finding,
)
from treatments.actions.hold_plans import Planned, keep_hold_plans
from treatments.actions.limits import NotAllowedByRules, StoppedByRules
from treatments.domain import rules
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_states import MAY_OVERRIDE, SubjectKind
from treatments.facts.assess import Assessment
from treatments.facts.urgent import as_found, emergency_rows
from treatments.queries.findings import may_read_findings

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
    somebody who may; `NotAllowed` and `Invalid` for a reason that may not be or says nothing. An
    open emergency of the person stops every visit, whatever it is for.
    """
    if moving is None:
        mind_emergencies(request, by=by, now=now)
    return _judge(_asked(request, moving, now), request, moving, by, now)


def mind_emergencies(request: "BookingRequest", *, by: User | None, now: datetime) -> None:
    """Stop for a red flag that nobody has answered: it needs an emergency department, no visit.

    Raises `NotAllowedByRules` with the words to say, unless somebody who may gives a reason: it
    then stays with the findings.
    """
    rows = emergency_rows(request.patient.pk)
    if not rows:
        return
    if not request.override_reason.strip():
        is_clinical = by is not None and may_read_findings(by, request.patient, now=now)
        found = tuple(as_found(row) for row in rows)
        raise NotAllowedByRules(
            found, _day(request), None, is_clinical=is_clinical, undone="Nothing was booked."
        )
    if by is None or not by.has_perm(MAY_OVERRIDE):
        raise NotAllowed("Only a physician can go on although a rule says no.")
    for row in rows:
        override_finding(finding=row, reason=request.override_reason, by=by, now=now)


def ask_rules_for_all(
    requests: Sequence["BookingRequest"], *, by: User | None, now: datetime
) -> list[Verdict | None]:
    """The same for visits of one person that are booked together: each counts those before it."""
    if not requests:
        return []
    mind_emergencies(requests[0], by=by, now=now)
    first = _asked(requests[0], None, now)
    verdicts: list[Verdict | None] = []
    assessment = first
    for number, request in enumerate(requests):
        verdicts.append(_judge(assessment, request, None, by, now))
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
        assessment = Assessment(facts, proposal, first.known)
        verdicts.append(_judge(assessment, wish, visit, by, now))
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
    found = [(visit, verdict.found) for visit, verdict in told]
    if not is_new or any(finding.holds for _visit, several in found for finding in several):
        plan_holds(found, now)
    looked = [looked_at(visit, verdict.on, stage, verdict.found) for visit, verdict in told]
    if is_new and not any(one.found for one in looked):
        return
    _visit, verdict = told[0]
    rows = dict(verdict.assessment.known.rows)
    # What is said is said of all of them, whichever of them is stopped.
    reasons = [v.answered for _visit, v in told if v.answered.reason]
    answered = reasons[0] if reasons else verdict.answered
    file_findings(looked, rows, answered=answered, is_new=is_new, by=by, now=now)


def look_on_arrival(appointment: Appointment, *, by: User | None, now: datetime) -> None:
    """Ask the rules once more as the person comes in. Nobody is sent away by it: what is new goes
    to clinicians and to the worklist.
    """
    found, today = _on_arrival(appointment, now)
    if found is None or not found.on(today):
        return
    enlist(_file_on_arrival(appointment, found, today, AT_CHECK_IN, by, now), now)


def look_while_here(appointment: Appointment, *, now: datetime) -> Filed:
    """Ask the rules again about somebody who is here, after something became known of them.

    What was found when it was booked, or at night, is asked again as well: nobody else will.
    """
    found, today = _on_arrival(appointment, now)
    if found is None:
        return Filed([], 0)
    filed = _file_on_arrival(appointment, found.at(EVER), today, EVER, None, now)
    enlist(filed, now)
    return filed


@action
def file_while_here(*, appointment: Appointment, by: User | None, now: datetime) -> None:
    """File what the rules say of somebody who is here, by itself: the step was refused."""
    lock_record(appointment.patient)
    look_while_here(appointment, now=now)


def check_may_go_on(appointment: Appointment, *, by: User, now: datetime) -> None:
    """Ask the rules of the check-in before the person is taken on, to the room or to the treatment.

    Raises `StoppedByRules` in words for the desk, until what is missing is recorded or somebody
    who may has gone on with a reason (`override_finding`). What holds no more is cleared. What
    stops is filed although nothing else of the step is: a clinician has to find it.
    """
    if not has_rules(appointment):
        return
    found, today = _on_arrival(appointment, now)
    if found is None:
        return
    blocks = not_overridden(found.blocks(today), SubjectKind.APPOINTMENT, appointment.pk)
    if blocks:
        refusal = StoppedByRules(blocks, today, None, advice=GO_ON)
        refusal.afterwards = partial(file_while_here, appointment=appointment, by=None, now=now)
        raise refusal
    _file_on_arrival(appointment, found, today, AT_CHECK_IN, by, now)


GO_ON = (
    "The person can wait here, but goes no further until a clinician has recorded what is missing, "
    "or a physician goes on with a reason."
)
AT_CHECK_IN = frozenset({Stage.CHECK_IN})
EVER = frozenset({Stage.BOOK, Stage.NIGHTLY, Stage.CHECK_IN})


def _on_arrival(appointment: Appointment, now: datetime) -> tuple[Assessment | None, date]:
    today = now.astimezone(appointment.site.zone).date()
    return limits_of(appointment, on=today, stage=Stage.CHECK_IN, now=now), today


def _file_on_arrival(
    appointment: Appointment,
    found: Assessment,
    today: date,
    clears: frozenset[Stage],
    by: User | None,
    now: datetime,
) -> Filed:
    one = looked_at(appointment, today, Stage.CHECK_IN, found.on(today))
    return file_findings([one], dict(found.known.rows), clears=clears, by=by, now=now)


def check_return(appointment: Appointment, *, now: datetime) -> None:
    """Ask the rules about a visit that would take its place again, as if it were booked now.

    What somebody went on in spite of before stands. Raises `NotAllowedByRules`.
    """
    if appointment.end_at <= now:
        return
    day = appointment.start_at.astimezone(appointment.site.zone).date()
    found = limits_of(appointment, on=day, now=now)
    if found is None or not (blocks := found.blocks(day)):
        return
    blocks = not_overridden(blocks, SubjectKind.APPOINTMENT, appointment.pk)
    if blocks:
        raise NotAllowedByRules(blocks, day, found.earliest(day).on)


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
    """What is new about a visit goes to the worklist in words for the desk, once for each visit.

    What stops is said before what warns, also where the visit is on the list already.
    """
    words: dict[str, str] = {}
    for finding in sorted(filed.new, key=lambda row: row.severity != Severity.BLOCK):
        words.setdefault(finding.subject_key, finding.desk_message)
    stopped = {row.subject_key for row in filed.new if row.severity == Severity.BLOCK}
    for key in stopped:
        WorklistItem.objects.filter(
            kind=WorklistKind.RULE, appointment_id=UUID(key), resolved_at__isnull=True
        ).update(reason=words[key][:200])
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
    looked: Iterable[tuple[Appointment, Iterable[rules.Finding]]], now: datetime
) -> None:
    """Keep the plans of visits before which something is to be stopped, or was."""
    keep_hold_plans(
        [
            Planned(
                visit.patient_id,
                visit.pk,
                str(visit.course.treatment_id if visit.course else visit.visit_type.treatment_id),
                visit.start_at,
                found,
            )
            for visit, found in looked
        ],
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
        region=request.region,
        now=now,
    )


def _judge(
    assessment: Assessment | None,
    request: "BookingRequest",
    moving: Appointment | None,
    by: User | None,
    now: datetime,
) -> Verdict | None:
    if assessment is None:
        return None
    day, reason = _day(request), request.override_reason.strip()
    blocks = assessment.blocks(day)
    if blocks and moving is not None:
        blocks = not_overridden(blocks, SubjectKind.APPOINTMENT, moving.pk)
    if blocks and not reason:
        raise _refusal(assessment, blocks, request, by, now)
    if blocks:
        if by is None or not by.has_perm(MAY_OVERRIDE):
            raise NotAllowed("Only a physician can go on although a rule says no.")
        check_reason(reason)
    return Verdict(assessment, day, Answered(request.seen, reason if blocks else ""))


def _refusal(
    assessment: Assessment,
    blocks: tuple[rules.Finding, ...],
    request: "BookingRequest",
    by: User | None,
    now: datetime,
) -> NotAllowedByRules:
    """In the words that whoever asked may read."""
    day = _day(request)
    is_clinical = by is not None and may_read_findings(by, request.patient, now=now)
    earliest = assessment.earliest(day).on
    undone = "Nothing was booked."
    return NotAllowedByRules(blocks, day, earliest, is_clinical=is_clinical, undone=undone)


def _day(request: "BookingRequest") -> date:
    return request.start_at.astimezone(request.site.zone).date()
