"""Everybody who was given a drug of a certain lot."""

from dataclasses import dataclass
from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from patients.models import Patient
from treatments.domain.lots import plain_lot
from treatments.domain.states import RecordStatus
from treatments.models import ProcedureDrug
from treatments.models.procedure import PLAIN_LOT

_STANDING = (RecordStatus.SIGNED, RecordStatus.OUTSIDE, RecordStatus.DRAFT)


@dataclass(frozen=True)
class Recipient:
    """Who, when, in which procedure, how much; `is_signed` is False for what is still a draft."""

    patient: Patient
    procedure_id: int
    performed_at: datetime | None
    procedure: str
    drug: str
    lot_number: str
    dose: str
    is_signed: bool


def recipients(
    viewer: Viewer, *, lot_number: str, drug: str = "", kind: ReadKind = ReadKind.SEARCH
) -> list[Recipient]:
    """Everybody who received the lot, whoever cares for them; nobody for an empty number.

    Drafts are included, because what was injected was injected. Raises `NotAllowed`.
    """
    require(viewer, "treatments.recall_lots")
    wanted = plain_lot(lot_number)
    if not wanted:
        return []
    rows = (
        ProcedureDrug.objects.exclude(lot_number="")
        .annotate(plain_lot=PLAIN_LOT)
        .filter(plain_lot=wanted, procedure__record_status__in=_STANDING)
        .select_related("procedure__patient", "drug")
        .prefetch_related("procedure__patient__contacts")
        .order_by("-procedure__performed_at", "-id")
    )
    found = list(rows.filter(drug_id=drug) if drug else rows)
    record_read(viewer, "lot recall", [row.procedure.patient_id for row in found], kind=kind)
    return [_recipient(row) for row in found]


def _recipient(row: ProcedureDrug) -> Recipient:
    return Recipient(
        patient=row.procedure.patient,
        procedure_id=row.procedure_id,
        performed_at=row.procedure.performed_at,
        procedure=row.procedure.text,
        drug=row.drug.name,
        lot_number=row.lot_number,
        dose=f"{row.dose.normalize():f} {row.dose_unit}" if row.dose is not None else "",
        is_signed=row.procedure.record_status != RecordStatus.DRAFT,
    )
