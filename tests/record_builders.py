"""Ready-made rows of the clinical record; `shipped_catalogue` first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from treatments.actions.catalogue import load_catalogue
from treatments.actions.courses import CourseOrder, order_course
from treatments.actions.instruments import load_instruments
from treatments.domain.amounts import Amount, Unit
from treatments.domain.course_orders import (
    MedicationOrder,
    ProceduralOrder,
    ReferralOrder,
    SelfCareOrder,
    TherapyOrder,
)
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
    TreatmentCourse,
)

_entries = []


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
    drugs=(),
    **values,
) -> Procedure:
    """A procedure; `drugs` are pairs of a key and a dose in milligrams, as text.

    With `status="signed"` it is signed by the performer at the time it was done.
    """
    entry = CatalogueEntry.objects.get(pk=treatment)
    row = Procedure.objects.create(
        patient=patient,
        treatment=entry,
        text=entry.name,
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
    """The questionnaires as they are shipped."""
    load_instruments(
        instruments=[(one.definition, one.raw) for one in read_shipped()],
        is_shipped=True,
        by=None,
        now=timezone.now(),
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
