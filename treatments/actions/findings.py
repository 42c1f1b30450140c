"""Filing what the rules found: once for each thing and rule, and cleared when it holds no more."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.ids import new_id
from patients.actions.standing import lock_record
from treatments.domain import rules
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import HeldDrug, Severity
from treatments.domain.rules_states import (
    MAY_ACKNOWLEDGE,
    MAY_OVERRIDE,
    FindingState,
    SubjectKind,
)
from treatments.models import Finding, Override

SHORTEST_REASON = 5
NO_MORE = "This holds no more: something changed since."
NEEDS_A_REASON = (
    "This stops what is planned. Having seen it is not enough: whoever may goes on with a reason."
)
# What is only told is shown where it is asked for, and not filed: but for medicines. What
# several people prescribed is asked about nowhere, so nobody would read it.
_FILED = frozenset({Severity.BLOCK, Severity.WARN})


@dataclass(frozen=True)
class Looked:
    """What the rules said about one thing: of whom, what it is, for which day."""

    patient_id: UUID
    kind: SubjectKind
    key: str
    on: date
    stage: Stage
    found: tuple[rules.Finding, ...]


@dataclass(frozen=True)
class Answered:
    """What somebody said to findings when they planned it: what they have seen, why they go on."""

    seen: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True)
class Filed:
    """What filing changed: new findings, and how many are cleared."""

    new: list[Finding]
    cleared: int


def file_findings(
    looked: Iterable[Looked],
    rows: dict[str, int],
    *,
    answered: Answered = Answered(),
    is_new: bool = False,
    clears: frozenset[Stage] = frozenset(Stage),
    by: User | None,
    now: datetime,
) -> Filed:
    """Write down what was found, and clear what is found no more; `rows` are the rules' rows.

    What is known already stays as it is, with what somebody said to it; so does what was found at
    another stage than those of `clears`. `is_new` says that nothing can be known yet.
    `answered.reason` overrides what stops, for whoever may; what was seen is acknowledged, by
    whoever may.
    """
    told = list(looked)
    live = {} if is_new else _live(told)
    new: list[Finding] = []
    gone: list[UUID] = []
    for one in told:
        known = live.get((one.kind, one.key), {})
        wanted = {f.rule: f for f in one.found if _is_filed(one, f)}
        for key, row in known.items():
            same = key in wanted and says_the_same(row, wanted[key])
            # What was found at another stage is another look's to clear.
            stays = key not in wanted and row.stage not in clears
            if not (same or stays):
                gone.append(row.pk)
        new += [
            _row(one, finding, rows, answered, by, now)
            for key, finding in wanted.items()
            if key not in known or known[key].pk in gone
        ]
    if gone:
        Finding.objects.filter(pk__in=gone).update(state=FindingState.CLEARED, cleared_at=now)
    # Of two who look at once, the clinic by itself gives way.
    Finding.objects.bulk_create(new, ignore_conflicts=by is None)
    _override([f for f in new if f.state == FindingState.OVERRIDDEN], answered.reason, by, now)
    return Filed(new, len(gone))


def _is_filed(one: Looked, found: rules.Finding) -> bool:
    is_of_medicines = one.kind is SubjectKind.PATIENT and bool(found.evidence)
    return found.severity in _FILED or is_of_medicines


def clear_findings(kind: SubjectKind, key: object, *, now: datetime) -> None:
    """What was found about something that will not take place is nobody's to answer any more."""
    rows = Finding.objects.live().about(kind, key)
    rows.update(state=FindingState.CLEARED, cleared_at=now)


def says_the_same(row: Finding, found: rules.Finding) -> bool:
    """Whether a filed finding says what is found now: as weighty, from the same rows."""
    before = {(item["kind"], item["key"]) for item in row.evidence}
    return (
        row.severity == found.severity
        and before == {(item.kind, item.key) for item in found.evidence}
        and sorted(row.missing) == sorted(found.missing)
    )


def not_overridden(
    blocks: Iterable[rules.Finding], kind: SubjectKind, key: object
) -> tuple[rules.Finding, ...]:
    """Those that nobody went on in spite of for this thing, with the same rows counted.

    What was cleared because a visit was cancelled was gone on in spite of all the same.
    """
    rows = Finding.objects.about(kind, key).filter(overrides__isnull=False)
    known = list(rows.distinct())
    return tuple(
        f for f in blocks if not any(r.rule_key == f.rule and says_the_same(r, f) for r in known)
    )


@action
def acknowledge_findings(*, findings: Sequence[Finding], by: User, now: datetime) -> None:
    """Say that one has seen these about one person: those that one line told of.

    What stops is not among them: it needs a reason. Raises `Conflict` if none holds any more or if
    all of them stop, `NotAllowed`.
    """
    require(by, MAY_ACKNOWLEDGE)
    lock_record(findings[0].patient)
    rows = Finding.objects.live().filter(patient=findings[0].patient_id)
    current = rows.filter(pk__in=[row.pk for row in findings])
    if not current.exists():
        raise Conflict(NO_MORE)
    current = current.exclude(severity=Severity.BLOCK)
    if not current.exists():
        raise Conflict(NEEDS_A_REASON)
    current.filter(state=FindingState.OPEN).update(
        state=FindingState.ACKNOWLEDGED, acknowledged_by=by, acknowledged_at=now
    )


@action
def override_finding(*, finding: Finding, reason: str, by: User, now: datetime) -> Finding:
    """Let it go on although the rule says no; who, why and when stay for ever.

    Raises `Invalid` without a reason, `Conflict` if it holds no more, `NotAllowed`.
    """
    require(by, MAY_OVERRIDE)
    check_reason(reason)
    current = _current(finding)
    current.state = FindingState.OVERRIDDEN
    current.save(update_fields=["state"])
    _override([current], reason, by, now)
    return current


def check_reason(reason: str) -> None:
    """Raises `Invalid` for a reason that says nothing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why it goes on all the same. The reason stays on record.")


def _current(finding: Finding) -> Finding:
    lock_record(finding.patient)
    current: Finding = Finding.objects.select_for_update().get(pk=finding.pk)
    if current.state == FindingState.CLEARED:
        raise Conflict(NO_MORE)
    return current


def _live(looked: Sequence[Looked]) -> dict[tuple[str, str], dict[str, Finding]]:
    found: dict[tuple[str, str], dict[str, Finding]] = defaultdict(dict)
    by_kind: dict[SubjectKind, list[str]] = defaultdict(list)
    for one in looked:
        by_kind[one.kind].append(one.key)
    for kind, keys in by_kind.items():
        for row in Finding.objects.live().filter(subject_kind=kind, subject_key__in=keys):
            found[kind, row.subject_key][row.rule_key] = row
    return found


def _row(
    one: Looked,
    finding: rules.Finding,
    rows: dict[str, int],
    answered: Answered,
    by: User | None,
    now: datetime,
) -> Finding:
    state = FindingState.OPEN
    if finding.severity is Severity.BLOCK and answered.reason and by is not None:
        state = FindingState.OVERRIDDEN
    elif _is_seen(finding, answered, by):
        state = FindingState.ACKNOWLEDGED
    is_seen = state is FindingState.ACKNOWLEDGED
    window = finding.window or (None, None)
    return Finding(
        pk=new_id(now),
        patient_id=one.patient_id,
        rule_id=rows[finding.rule],
        rule_key=finding.rule,
        stage=one.stage,
        subject_kind=one.kind,
        subject_key=one.key,
        subject_date=one.on,
        severity=finding.severity,
        message=finding.message,
        desk_message=finding.desk_message,
        counted=finding.counted,
        evidence=[_evidence(item) for item in finding.evidence],
        missing=list(finding.missing),
        holds=[held_row(item) for item in finding.holds],
        urgency=finding.urgency,
        window_start_date=_possible(window[0]),
        window_end_date=_possible(window[1]),
        clears_date=finding.clears_on,
        state=state,
        found_at=now,
        found_by=by,
        acknowledged_at=now if is_seen else None,
        acknowledged_by=by if is_seen else None,
    )


def _is_seen(finding: rules.Finding, answered: Answered, by: User | None) -> bool:
    """Whether it is answered by having been seen; what stops never is."""
    if finding.severity is Severity.BLOCK or finding.rule not in answered.seen:
        return False
    return by is not None and by.has_perm(MAY_ACKNOWLEDGE)


def _evidence(item: Any) -> dict[str, str | None]:
    return {
        "kind": item.kind,
        "key": item.key,
        "label": item.label,
        "on": item.on.isoformat() if item.on else None,
    }


def held_row(held: HeldDrug) -> dict[str, Any]:
    """A drug to be stopped, as it is kept in JSON."""
    told = asdict(held)
    for name in ("last_dose_on", "last_dose_by"):
        told[name] = told[name].isoformat() if told[name] else None
    return {**told, "notes": list(held.notes)}


def _possible(day: date | None) -> date | None:
    return None if day in (date.min, date.max) else day


def _override(findings: Sequence[Finding], reason: str, by: User | None, now: datetime) -> None:
    if findings and by is not None:
        Override.objects.bulk_create(
            [
                Override(finding=row, by=by, role=by.role, reason=reason.strip(), made_at=now)
                for row in findings
            ]
        )
