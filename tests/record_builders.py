"""Ready-made rows of the clinical record; `shipped_catalogue` first."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from treatments.actions.catalogue import load_catalogue
from treatments.actions.instruments import load_instruments
from treatments.management.catalogue_files import read_catalogue
from treatments.management.instrument_files import read_shipped
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
    Consultation,
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


def make_course(patient, clinician, *, treatment="nsaid", form="medication", **values):
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
