"""Reading consultations. Whoever may see a person's chart may read them; writers see drafts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries.people import access_chart
from treatments.domain.consultation import Difference, Pieces, differences, pieces_of
from treatments.domain.states import RecordStatus
from treatments.models import (
    CatalogueEntry,
    Consultation,
    Diagnosis,
    DiagnosisCode,
    Section,
)
from treatments.queries.record import RecordHeader, record_header

_NAMED = ("clinician", "drafted_by", "signed_by", "patient")


@dataclass(frozen=True)
class ReadConsultation:
    """One consultation with everything around it: who it is about, what it replaces."""

    record: RecordHeader
    consultation: Consultation
    pieces: Pieces
    diagnoses: list[Diagnosis]
    flags: list[CatalogueEntry]
    replaced_by: Consultation | None

    @property
    def flag_names(self) -> Mapping[str, str]:
        """The names of red flags by key."""
        return {flag.key: flag.name for flag in self.flags}


def consultations(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[Consultation]:
    """A person's consultations, newest first. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    return list(_rows(patient).order_by("-occurred_at", "-id")[:200])


def consultations_page(
    viewer: Viewer, patient_id: UUID, page: Pager, *, now: datetime
) -> list[Consultation]:
    """One page of them, for programs. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    return page(_rows(patient))


def _rows(patient: Patient) -> QuerySet[Consultation]:
    return (
        Consultation.objects.filter(patient=patient)
        .select_related(*_NAMED)
        .prefetch_related("diagnoses__code", "diagnoses__cause")
    )


def access_consultation(viewer: Viewer, consultation_id: UUID, *, now: datetime) -> Consultation:
    """One consultation. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "patients.view_chart")
    row = Consultation.objects.filter(pk=consultation_id).select_related(*_NAMED).first()
    if row is None:
        raise NotFound
    access_chart(viewer, row.patient_id, now=now)
    return row


def read_consultation(
    viewer: Viewer, consultation_id: UUID, *, to_print: bool = False, now: datetime
) -> ReadConsultation:
    """One consultation to be read or written. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "patients.view_chart")
    row = Consultation.objects.filter(pk=consultation_id).select_related(*_NAMED).first()
    if row is None:
        raise NotFound
    record = record_header(viewer, row.patient_id, now=now)
    kind = ReadKind.PRINT if to_print else ReadKind.VIEW
    record_read(viewer, "consultation", [record.patient.pk], kind=kind)
    pieces = pieces_of(row)
    return ReadConsultation(
        record=record,
        consultation=row,
        pieces=pieces,
        diagnoses=list(row.diagnoses.select_related("code", "cause")),
        flags=_flags(row),
        replaced_by=Consultation.objects.filter(replaces=row).first(),
    )


def _flags(row: Consultation) -> list[CatalogueEntry]:
    """The flags that are asked, and those that were answered when they still were."""
    rows = CatalogueEntry.objects.filter(section=Section.RED_FLAG)
    asked = Q(retired_at__isnull=True) if row.is_draft else Q(pk__in=[])
    return list(rows.filter(asked | Q(pk__in=list(row.red_flags))))


def changes(viewer: Viewer, read: ReadConsultation, *, now: datetime) -> list[Difference]:
    """What a correction says differently from what it replaces; nothing if it replaces nothing."""
    before = Consultation.objects.filter(replaced_by=read.consultation).first()
    if before is None:
        return []
    access_chart(viewer, before.patient_id, now=now)
    told = differences(pieces_of(before), read.pieces, read.flag_names)
    old = "; ".join(map(_words, before.diagnoses.select_related("cause", "code")))
    new = "; ".join(map(_words, read.diagnoses))
    return told if old == new else [*told, Difference("Diagnoses", old or "–", new or "–")]


def _words(diagnosis: Diagnosis) -> str:
    parts = [diagnosis.code_id or "", diagnosis.text, diagnosis.get_side_display()]
    parts += [str(diagnosis.cause or ""), str(diagnosis.onset_date or "")]
    return ", ".join(part for part in parts if part)


def own_drafts(viewer: Viewer, *, now: datetime) -> list[Consultation]:
    """The viewer's unfinished consultations of people they care for, the latest saved first."""
    user = require(viewer, "treatments.write_consultations")
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = (
        Consultation.objects.filter(record_status=RecordStatus.DRAFT, patient__in=people)
        .filter(Q(clinician=user) | Q(drafted_by=user))
        .select_related("patient", "replaces")
        .order_by("-saved_at", "-id")
    )
    drafts = list(rows[:200])
    found = {draft.patient_id for draft in drafts}
    record_read(viewer, "own drafts", found, kind=ReadKind.LIST)
    return drafts


def open_drafts(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[Consultation]:
    """What anybody is writing about this person. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    return list(_rows(patient).filter(record_status=RecordStatus.DRAFT))


def access_diagnosis(viewer: Viewer, consultation: Consultation, diagnosis_id: int) -> Diagnosis:
    """One diagnosis of a consultation that was opened. Raises `NotFound`."""
    require(viewer, "patients.view_chart")
    row = consultation.diagnoses.filter(pk=diagnosis_id).select_related("code", "cause").first()
    if row is None:
        raise NotFound
    return row


def causes(viewer: Viewer) -> list[CatalogueEntry]:
    """What may be the cause of a diagnosis."""
    require(viewer, "patients.view_chart")
    return list(CatalogueEntry.objects.offered(Section.CAUSE))


def red_flags(viewer: Viewer) -> dict[str, str]:
    """The names of all red flags by key."""
    require(viewer, "patients.view_chart")
    rows = CatalogueEntry.objects.filter(section=Section.RED_FLAG)
    return dict(rows.values_list("key", "name"))


def access_code(viewer: Viewer, code: str) -> DiagnosisCode | None:
    """The code of that name, None if there is none."""
    require(viewer, "patients.view_chart")
    return DiagnosisCode.objects.filter(pk=code.strip().upper()).first()
