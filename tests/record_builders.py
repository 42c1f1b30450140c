"""Ready-made rows of the clinical record; `shipped_catalogue` first."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import make_user
from treatments.actions.catalogue import load_catalogue
from treatments.actions.codes import load_diagnosis_codes
from treatments.actions.course_orders import CourseOrder
from treatments.actions.courses import order_course
from treatments.actions.entries import EntryWords, add_entry
from treatments.actions.instruments import load_instruments
from treatments.domain.amounts import Amount, Unit
from treatments.domain.course_orders import (
    MedicationOrder,
    ProceduralOrder,
    ReferralOrder,
    SelfCareOrder,
    TherapyOrder,
)
from treatments.domain.diagnosis_codes import Code
from treatments.management.catalogue_files import read_catalogue
from treatments.management.instrument_files import read_shipped
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
    Consultation,
    DiagnosisCode,
    FollowUp,
    Instrument,
    Procedure,
    ProcedureDrug,
    QuestionnaireResponse,
    Section,
    TreatmentCourse,
)

_entries = []
_questionnaires = []


def shipped_catalogue() -> None:
    """The catalogue as it is shipped; read from its files once a run."""
    if not _entries:
        _entries.extend(read_catalogue())
    load_catalogue(entries=_entries, by=None, now=timezone.now())


def make_consultation(patient, clinician, *, at, kind="new", **values) -> Consultation:
    """A draft."""
    row = Consultation.objects.create(
        patient=patient,
        clinician=clinician,
        kind=kind,
        occurred_at=at,
        drafted_by=clinician,
        drafted_at=at,
        saved_at=at,
        **values,
    )
    return Consultation.objects.get(pk=row.pk)


def make_procedure(
    patient,
    performer,
    *,
    at,
    treatment="epidural-steroid-injection",
    region="lumbar",
    levels=("L4-L5",),
    approach="interlaminar",
    laterality="midline",
    status="draft",
    outcome="completed",
    drugs=(),
    **values,
) -> Procedure:
    """A procedure; `drugs` are pairs of a key and a dose in milligrams, as text.

    `outcome` "stopped" says that it was not completed.
    With `status="signed"` it is signed by the performer at the time it was done.
    """
    entry = CatalogueEntry.objects.get(pk=treatment)
    row = Procedure.objects.create(
        patient=patient,
        treatment=entry,
        text=entry.name,
        status=outcome,
        performer=performer,
        performed_at=at,
        region=region,
        levels=list(levels),
        approach=approach,
        laterality=laterality,
        drafted_by=performer,
        drafted_at=at,
        saved_at=at,
        **values,
    )
    for key, dose in drugs:
        drug = CatalogueEntry.objects.get(pk=key)
        ProcedureDrug.objects.create(
            procedure=row,
            drug=drug,
            role=drug.details["classes"][0],
            dose=Decimal(dose),
            dose_unit="mg",
        )
    if status != "draft":
        Procedure.objects.filter(pk=row.pk).update(
            record_status=status, signed_by=performer, signed_at=at
        )
    return Procedure.objects.get(pk=row.pk)


def make_flag(key, *, urgency="same_day", **values) -> CatalogueEntry:
    """A red flag, as the catalogue ships them."""
    details = {"urgency": urgency, "question": f"Is there {key.replace('-', ' ')}?"}
    defaults = {"kind": "neurological", "name": key.replace("-", " ").capitalize(), "plain": key}
    row, _ = CatalogueEntry.objects.update_or_create(
        key=key, defaults={"section": "red_flag", "details": details, **defaults, **values}
    )
    return row


def make_diagnostic(key="mri", *, kind="imaging", name="MRI scan", **details) -> CatalogueEntry:
    """Something that can be ordered."""
    row, _ = CatalogueEntry.objects.update_or_create(
        key=key,
        defaults={
            "section": "diagnostic",
            "kind": kind,
            "name": name,
            "plain": "A picture.",
            "details": details,
        },
    )
    return row


def make_code(code, name, *, is_billable=True) -> DiagnosisCode:
    """An ICD-10-CM code."""
    row, _ = DiagnosisCode.objects.get_or_create(
        code=code, defaults={"name": name, "is_billable": is_billable}
    )
    return row


def make_course(patient, by, *, treatment="physical-therapy", detail=None, **values):
    """A course, ordered through the action; without a detail a plain one of its treatment's form.

    It begins on `start_date`, today if nobody says, unless `begins=False`.
    """
    entry = CatalogueEntry.objects.get(pk=treatment)
    plain = {
        "therapy": lambda: TherapyOrder(Decimal(2), 12, visits_authorized=12),
        "medication": lambda: ibuprofen(by),
        "procedural": lambda: ProceduralOrder("lumbar", ("L4-L5",)),
        "self_care": lambda: SelfCareOrder(5),
        "referral": lambda: ReferralOrder("Harbor Spine Surgery"),
    }
    now = values.pop("now", None) or timezone.now()
    order = CourseOrder(patient, entry, detail or plain[entry.details["form"]](), **values)
    return order_course(order=order, today=now.date(), by=by, now=now)


def ibuprofen(prescriber, dose="400", **values) -> MedicationOrder:
    """Ibuprofen, three times a day by mouth, made of 200 mg tablets."""
    order = MedicationOrder(
        drug="ibuprofen",
        strength=Amount(Decimal(200), Unit.MILLIGRAM),
        dose=Amount(Decimal(dose), Unit.MILLIGRAM),
        doses_per_day=Decimal(3),
        route="oral",
        quantity=Decimal(60),
        prescriber_id=prescriber.pk,
    )
    return replace(order, **values)


def shipped_instruments() -> None:
    """The questionnaires as they are shipped; read from their files once a run."""
    if not _questionnaires:
        _questionnaires.extend((one.definition, one.raw) for one in read_shipped())
    load_instruments(
        instruments=deepcopy(_questionnaires), is_shipped=True, by=None, now=timezone.now()
    )


def make_response(patient, score, *, at, instrument="nrs-average", **values):
    """One answered questionnaire with one item; the score is the answer."""
    row = QuestionnaireResponse.objects.create(
        patient=patient,
        instrument=Instrument.objects.get(key=instrument, retired_at__isnull=True),
        authored_at=at,
        respondent="patient",
        answers={"pain": score},
        score=score,
        **values,
    )
    return QuestionnaireResponse.objects.get(pk=row.pk)


def make_event(patient, recorder, *, at, risk="infection", **values) -> AdverseEvent:
    """Something mild that goes on."""
    row = AdverseEvent.objects.create(
        patient=patient,
        risk_id=risk,
        recorded_by=recorder,
        recorded_at=at,
        onset_at=at,
        **{"grade": 1, "relatedness": "possible", "description": "Red skin"} | values,
    )
    return AdverseEvent.objects.get(pk=row.pk)


def make_plain_course(patient, clinician, *, treatment="nsaid", form="medication", **values):
    """A planned course without its detail."""
    row = TreatmentCourse.objects.create(
        patient=patient,
        treatment_id=treatment,
        form=form,
        ordered_by=clinician,
        ordered_at=timezone.now(),
        **values,
    )
    return TreatmentCourse.objects.get(pk=row.pk)


def make_follow_up(patient, *, due_at, **values) -> FollowUp:
    """A call of the nurses that may be done for a day."""
    row = FollowUp.objects.create(
        patient=patient,
        earliest_at=due_at - timedelta(days=1),
        due_at=due_at,
        created_at=due_at - timedelta(days=2),
        **{"kind": "call", "title": "Call", "owner_role": "nurse"} | values,
    )
    return FollowUp.objects.get(pk=row.pk)


def make_entry(name="", section="risk", kind="early", **values) -> CatalogueEntry:
    """An entry of a clinic's own; a risk, unless said otherwise."""
    name = name or f"Risk {uuid4().hex[:8]}"
    words = EntryWords(kind=kind, name=name, plain="Something may happen.", **values)
    return add_entry(
        section=Section(section), words=words, by=make_user(Role.MANAGER), now=timezone.now()
    )


DIAGNOSES = (
    ("E11", "Type 2 diabetes mellitus", ""),
    ("E11.9", "Type 2 diabetes mellitus without complications", "E11"),
    ("I35", "Nonrheumatic aortic valve disorders", ""),
    ("I35.0", "Nonrheumatic aortic (valve) stenosis", "I35"),
    ("M48", "Other spondylopathies", ""),
    ("M48.061", "Spinal stenosis, lumbar region without neurogenic claudication", "M48"),
    ("M48.062", "Spinal stenosis, lumbar region with neurogenic claudication", "M48"),
    ("M51", "Thoracic, thoracolumbar, and lumbosacral intervertebral disc disorders", ""),
    ("M51.26", "Other intervertebral disc displacement, lumbar region", "M51"),
    ("M54", "Dorsalgia", ""),
    ("M54.16", "Radiculopathy, lumbar region", "M54"),
    ("M54.50", "Low back pain, unspecified", "M54"),
    ("M80.08XA", "Age-related osteoporosis with current pathological fracture, vertebra(e)", ""),
)


def make_diagnosis_codes() -> None:
    """A few diagnosis codes; those that others stand under are headings."""
    above = {parent for _code, _name, parent in DIAGNOSES}
    codes = [Code(code, name, code not in above, parent) for code, name, parent in DIAGNOSES]
    load_diagnosis_codes(codes=lambda: codes, by=None, now=timezone.now())
