"""Ready-made rows of the clinical record; `shipped_catalogue` first."""

from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import make_user
from treatments.actions.catalogue import load_catalogue
from treatments.actions.codes import load_diagnosis_codes
from treatments.actions.entries import EntryWords, add_entry
from treatments.domain.diagnosis_codes import Code
from treatments.management.catalogue_files import read_catalogue
from treatments.models import CatalogueEntry, Consultation, Procedure, ProcedureDrug, Section

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
