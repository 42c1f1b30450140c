"""The clinical rules when a procedure is signed: what stops needs a reason, which stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from clinic.accounts.models import User
from treatments.actions.findings import (
    Answered,
    Looked,
    file_findings,
)
from treatments.domain.procedure_signing import Lack
from treatments.domain.procedures import Content
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_states import MAY_OVERRIDE, FindingState, SubjectKind
from treatments.facts.assess import Assessment, assess, proposal_of_procedure, with_checklist
from treatments.facts.known import known
from treatments.facts.people import clinic_zone
from treatments.models import Finding, Procedure

PREFIX = "rule-"


@dataclass(frozen=True)
class RecordVerdict:
    """What the rules say about a procedure that is to be signed."""

    assessment: Assessment
    on: date


def ask_about_procedure(current: Procedure, content: Content, *, now: datetime) -> RecordVerdict:
    """What the rules say about a procedure, on the day it was done."""
    told, zone = known(), clinic_zone()
    on = (content.performed_at or now).astimezone(zone).date()
    proposal = proposal_of_procedure(
        told, str(current.treatment_id), content, Stage.RECORD, key=str(current.pk)
    )
    found = assess(current.patient_id, proposal, on, zone=zone, known_now=told)
    told_facts = with_checklist(found.facts, content, on)
    found = Assessment(told_facts, found.proposal, found.known)
    return RecordVerdict(found.without(str(current.replaces_id)), on)


def rule_lacks(current: Procedure, verdict: RecordVerdict, by: User) -> list[Lack]:
    """What stops it, each as something that a permitted person may explain.

    What somebody went on in spite of when the visit was booked is explained already.
    """
    explained = set(
        Finding.objects.filter(
            patient_id=current.patient_id,
            subject_kind=SubjectKind.APPOINTMENT,
            subject_date=verdict.on,
            state=FindingState.OVERRIDDEN,
        ).values_list("rule_key", flat=True)
    )
    may_explain = by.has_perm(MAY_OVERRIDE)
    return [
        Lack(f"{PREFIX}{finding.rule}", "performed_at", finding.message, may_explain)
        for finding in verdict.assessment.blocks(verdict.on)
        if finding.rule not in explained
    ]


def file_for_procedure(
    signed: Procedure,
    verdict: RecordVerdict,
    reasons: Mapping[str, str],
    *,
    by: User,
    now: datetime,
) -> None:
    """Write down what the rules said about a procedure that is signed now.

    Who signs has the list before their eyes: its warnings are acknowledged.
    """
    found = verdict.assessment.on(verdict.on)
    told = {key.removeprefix(PREFIX): text for key, text in reasons.items() if PREFIX in key}
    seen = frozenset(f.rule for f in found if f.severity is Severity.WARN)
    rows = dict(verdict.assessment.known.rows)
    by_reason: dict[str, list[str]] = {}
    for finding in found:
        by_reason.setdefault(told.get(finding.rule, ""), []).append(finding.rule)
    for reason, keys in by_reason.items():
        one = Looked(
            signed.patient_id,
            SubjectKind.PROCEDURE,
            str(signed.pk),
            verdict.on,
            Stage.RECORD,
            tuple(f for f in found if f.rule in keys),
        )
        answered = Answered(seen, reason)
        file_findings([one], rows, answered=answered, is_new=True, by=by, now=now)
