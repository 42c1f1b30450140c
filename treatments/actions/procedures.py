"""Writing down a procedure: begun, saved, signed, amended, withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions import documents
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import clear_findings
from treatments.actions.follow_ups import cancel_follow_ups_of, write_follow_ups
from treatments.actions.procedure_merging import Change as Change
from treatments.actions.procedure_merging import merge_change
from treatments.actions.procedure_rules import (
    ask_about_procedure,
    file_for_procedure,
    rule_lacks,
)
from treatments.domain.catalogue import details_of
from treatments.domain.procedure_signing import Lack, lacks, unexplained
from treatments.domain.procedures import (
    ROLES,
    Content,
    GivenDrug,
    Rules,
    amount_faults,
    complaints,
    completed_drug,
    day_fault,
    role_faults,
    strange_levels,
)
from treatments.domain.rules_states import SubjectKind
from treatments.domain.spine import in_order
from treatments.domain.states import RecordStatus
from treatments.models import CatalogueEntry, Procedure, ProcedureDrug, Section, TreatmentCourse
from treatments.models.procedure_content import columns_of, content_of, given, rules_of

# What only whoever may sign writes into a draft; the form shows it to others without taking it.
SIGNERS_OWN = ("status", "findings", "complications", "aftercare")
FOR_WHO_SIGNS = "Whoever may sign the procedure writes this."
MAY_SIGN = "treatments.sign_procedures"


class WrongProcedure(Invalid):
    """It contradicts itself, its treatment or the calendar; `details["fields"]` says where."""

    code = "wrong_procedure"
    default_sentence = "Something in this procedure cannot be right. See the fields."


class NotReady(Conflict):
    """Something is missing; `details["lacks"]` lists all of it, with what a reason would do for."""

    code = "not_ready"
    title = "Not ready to be signed"
    default_sentence = "Something is missing before this can be signed."


class StillNeeded(Conflict):
    """A draft to which something refers cannot be thrown away."""

    code = "still_needed"
    default_sentence = "Something refers to this draft, so it stays."


@action
def start_procedure(
    *,
    patient: Patient,
    treatment: CatalogueEntry,
    performer: User,
    content: Content,
    course: TreatmentCourse | None = None,
    by: User,
    now: datetime,
) -> Procedure:
    """A draft of a procedure of ours. Raises `WrongProcedure`, `Invalid`."""
    lock_record(patient)
    _refuse_unfit(treatment, course, patient)
    rules = _rules(treatment)
    content = _completed(replace(content, performed_at=content.performed_at or now), rules)
    _refuse_wrong(content, rules, patient, now)
    draft = Procedure.objects.create(
        patient=patient,
        treatment=treatment,
        text=treatment.name,
        performer=performer,
        course=course,
        drafted_by=by,
        drafted_at=now,
        saved_at=now,
        **columns_of(content),
    )
    _write_drugs(draft, content.drugs)
    return Procedure.objects.get(pk=draft.pk)


@action
def save_procedure(
    *, procedure: Procedure, change: Change, by: User, now: datetime
) -> tuple[Procedure, bool]:
    """Save a draft; whether anything changed.

    Raises `WrongProcedure`, also where somebody who may not sign says how it ended, `NotADraft`,
    and `StaleDraft` where somebody else changed the same.
    """
    current = documents.locked(procedure)
    if not current.is_draft:
        raise documents.NotADraft
    rules = _rules(_treatment(current))
    content = _completed(change.content, rules)
    _refuse_wrong(content, rules, current.patient, now)
    if change.under_way is not None:
        change = replace(change, under_way=_completed(change.under_way, rules))
    merged = merge_change(current, content, change)
    # Each may make sense alone, and not together.
    _refuse_wrong(merged.content, rules, current.patient, now)
    _refuse_signers_own(content_of(current), merged.content, by)
    values = columns_of(merged.content) | {"performer_id": merged.performer_id}
    row, changed = documents.save_draft(current, values, revision=current.revision, now=now)
    if merged.drugs is None:
        return row, changed
    _write_drugs(row, merged.drugs)
    return (row if changed else documents.touch_draft(row, now=now)), True


@action
def sign_procedure(
    *,
    procedure: Procedure,
    reasons: Mapping[str, str],
    check: documents.Check | None = None,
    by: User,
    now: datetime,
) -> Procedure:
    """Fix a draft for ever, and write down what is due after it.

    `reasons` say why it is signed without what is missing, by its code. `check` looks at the locked
    draft.

    Raises `WrongProcedure`, `NotReady`, `NotADraft`, `NotSigned`, and whatever `check` does.
    """
    lock_record(procedure.patient)
    current = documents.locked_draft(procedure, check)
    rules = _rules(_treatment(current))
    content = content_of(current)
    _refuse_wrong(content, rules, current.patient, now)
    verdict = ask_about_procedure(current, content, now=now)
    missing = [*_signing_lacks(current, content, rules, by), *rule_lacks(current, verdict, by)]
    open_ones = unexplained(missing, reasons)
    if open_ones:
        raise NotReady(
            " ".join(lack.sentence for lack in open_ones),
            details={"lacks": [asdict(lack) for lack in missing]},
        )
    told = {lack.code: reasons[lack.code].strip() for lack in missing}
    if told:
        current.checklist = {**content.checklist, "reasons": told}
        current.save(update_fields=["checklist"])
    signed = documents.sign_document(current, by=by, now=now)
    file_for_procedure(signed, verdict, reasons, by=by, now=now)
    write_follow_ups(procedure=signed, by=by, now=now)
    return signed


def _signing_lacks(current: Procedure, content: Content, rules: Rules, by: User) -> list[Lack]:
    """What is missing before `by` may sign."""
    performer = current.performer
    may_sign = performer is not None and performer.has_perm(MAY_SIGN)
    found = lacks(content, rules, performer_may_sign=may_sign)
    if may_sign and performer != by:
        sentence = f"{performer} did it. Why does somebody else sign?"
        found.append(Lack("signer", "performer", sentence, may_explain=True))
    return found


@action
def amend_procedure(*, procedure: Procedure, reason: str, by: User, now: datetime) -> Procedure:
    """A draft that corrects a signed procedure. Raises as `amend_document`."""
    lock_record(procedure.patient)
    draft = documents.amend_document(procedure, reason=reason, by=by, now=now)
    _write_drugs(draft, [given(row) for row in procedure.drugs.all()])
    if isinstance(draft.checklist, dict) and "reasons" in draft.checklist:
        # Each signature explains for itself.
        draft.checklist = {k: v for k, v in draft.checklist.items() if k != "reasons"}
        draft.save(update_fields=["checklist"])
    return draft


@action
def withdraw_procedure(*, procedure: Procedure, reason: str, by: User, now: datetime) -> Procedure:
    """Say that it was entered in error; nothing is due after it any more.

    Raises as `withdraw_document`.
    """
    lock_record(procedure.patient)
    withdrawn = documents.withdraw_document(procedure, reason=reason, by=by, now=now)
    cancel_follow_ups_of(procedure=withdrawn, reason=reason, by=by, now=now)
    clear_findings(SubjectKind.PROCEDURE, withdrawn.pk, now=now)
    return withdrawn


@action
def discard_procedure(
    *, procedure: Procedure, check: documents.Check | None = None, by: User, now: datetime
) -> None:
    """Throw a draft away; harm that was tied to it stays, with what the draft was to correct.

    Raises `NotADraft`, `StillNeeded`, and whatever `check` does.
    """
    lock_record(procedure.patient)
    current = documents.locked_draft(procedure, check)
    if current.responses.exists():
        raise StillNeeded
    current.adverse_events.update(procedure=current.replaces_id, revision=F("revision") + 1)
    current.delete()


@dataclass(frozen=True)
class OutsideProcedure:
    """What somebody says was done elsewhere; `on` None if nobody knows when.

    `pain_before` and `pain_after` are from 0 to 10, as the other clinic told them.
    """

    treatment: CatalogueEntry | None
    text: str
    on: datetime | None
    region: str = ""
    levels: Sequence[str] = ()
    laterality: str = ""
    pain_before: int | None = None
    pain_after: int | None = None
    findings: str = ""
    drugs: Sequence[GivenDrug] = ()


@action
def record_outside(
    *, patient: Patient, told: OutsideProcedure, by: User, now: datetime
) -> Procedure:
    """Write down what another clinic did. Raises `WrongProcedure`."""
    lock_record(patient)
    text = told.text.strip() or (told.treatment.name if told.treatment else "")
    if not text:
        raise _wrong("text", "Choose a treatment, or write what was done.")
    if told.on and told.on > now:
        raise _wrong("performed_date", "This day is still to come.")
    if told.on and (
        sentence := day_fault(told.on.astimezone(now.tzinfo).date(), patient.birth_date)
    ):
        raise _wrong("performed_date", sentence)
    for sentence in strange_levels(told.levels, told.region):
        raise _wrong("levels", sentence)
    drugs = [_known_drug(row, number) for number, row in enumerate(told.drugs)]
    row = Procedure.objects.create(
        patient=patient,
        treatment=told.treatment,
        text=text,
        record_status=RecordStatus.OUTSIDE,
        performed_at=told.on,
        region=told.region,
        levels=in_order(told.levels),
        laterality=told.laterality,
        pain_before=told.pain_before,
        pain_after=told.pain_after,
        findings=told.findings,
        drafted_by=by,
        drafted_at=now,
        saved_at=now,
    )
    _write_drugs(row, drugs)
    history_changed([patient.pk], now=now)
    return Procedure.objects.get(pk=row.pk)


def _known_drug(row: GivenDrug, number: int) -> GivenDrug:
    """What was injected elsewhere, completed; nobody asks whether it fits what was done."""
    entry = CatalogueEntry.objects.filter(pk=row.drug, section=Section.DRUG).first()
    if entry is None:
        raise _wrong(f"drugs.{number}.drug", "The catalogue has no such drug.")
    details = details_of(Section.DRUG, entry.details, where=entry.key)
    row = completed_drug(row, details, ROLES)
    faults = [*role_faults(row, details, entry.name), *amount_faults(row, details, entry.name)]
    for name, sentence in faults:
        raise _wrong(f"drugs.{number}.{name}", sentence)
    return row


def _wrong(name: str, sentence: str) -> WrongProcedure:
    return WrongProcedure(sentence, details={"fields": {name: [sentence]}})


def _treatment(procedure: Procedure) -> CatalogueEntry:
    assert procedure.treatment is not None, "A constraint says that ours have one."
    return procedure.treatment


def _rules(treatment: CatalogueEntry) -> Rules:
    return rules_of(treatment, CatalogueEntry.objects.filter(section=Section.DRUG))


def _refuse_unfit(
    treatment: CatalogueEntry, course: TreatmentCourse | None, patient: Patient
) -> None:
    if treatment.section != Section.TREATMENT or treatment.details.get("form") != "procedural":
        raise _wrong("treatment", f"{treatment} is not recorded as a procedure.")
    if treatment.retired_at is not None:
        raise _wrong("treatment", f"{treatment} is not offered any more.")
    if course is not None and (
        course.patient_id != patient.pk or course.treatment_id != treatment.pk
    ):
        raise _wrong("course", "This course is of another person, or of another treatment.")


def _completed(content: Content, rules: Rules) -> Content:
    roles = rules.treatment.drug_roles
    rows = [
        completed_drug(row, rules.drugs[row.drug], roles) if row.drug in rules.drugs else row
        for row in content.drugs
    ]
    return replace(content, drugs=tuple(_with_known_expiry(row) for row in rows))


def _with_known_expiry(row: GivenDrug) -> GivenDrug:
    """A lot that was used before has an expiry date already."""
    if not row.lot_number or row.expiry_date:
        return row
    expiry: date | None = (
        ProcedureDrug.objects.filter(
            drug_id=row.drug, lot_number__iexact=row.lot_number, expiry_date__isnull=False
        )
        .order_by("-id")
        .values_list("expiry_date", flat=True)
        .first()
    )
    return replace(row, expiry_date=expiry)


def _refuse_wrong(content: Content, rules: Rules, patient: Patient, now: datetime) -> None:
    wrong = complaints(content, rules, now=now, born=patient.birth_date)
    if wrong:
        first = next(iter(wrong.values()))[0]
        raise WrongProcedure(first, details={"fields": wrong})


def _refuse_signers_own(before: Content, after: Content, by: User) -> None:
    """Whoever may not sign prepares: how it ended is told by whoever signs it."""
    if by.has_perm(MAY_SIGN):
        return
    changed = [name for name in SIGNERS_OWN if getattr(before, name) != getattr(after, name)]
    if before.checklist.get("stop_reason") != after.checklist.get("stop_reason"):
        changed.append("checklist.stop_reason")
    if changed:
        told = {name: [FOR_WHO_SIGNS] for name in changed}
        raise WrongProcedure(FOR_WHO_SIGNS, details={"fields": told})


def _write_drugs(procedure: Procedure, rows: Sequence[GivenDrug]) -> None:
    procedure.drugs.all().delete()
    for row in rows:
        values: dict[str, Any] = asdict(row)
        ProcedureDrug.objects.create(procedure=procedure, drug_id=values.pop("drug"), **values)
