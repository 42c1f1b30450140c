"""Procedures: of one person, one of them, and what a new one may start from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.accounts.roles import ROLES
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries.people import access_chart
from treatments.domain.outside_procedures import treatment_of
from treatments.domain.procedures import Rules
from treatments.domain.states import COUNTED, RecordStatus
from treatments.models import (
    CatalogueEntry,
    Procedure,
    ProcedureDrug,
    ProcedureFavorite,
    Section,
)
from treatments.models.documented import DocumentedQuerySet
from treatments.models.procedure_content import rules_of

_SIGNING = "treatments.sign_procedures"


def procedures_of(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[Procedure]:
    """Everything that was done to a person and stands, newest first; then what was withdrawn.

    Raises as `access_chart` does.
    """
    patient = access_chart(viewer, patient_id, now=now)
    return list(_readable().filter(patient=patient).order_by("-performed_at", "-id"))


def procedures_page(
    viewer: Viewer, patient_id: UUID, page: Pager, *, now: datetime
) -> list[Procedure]:
    """The same, a page at a time. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    return page(_readable().filter(patient=patient))


def access_procedure(viewer: Viewer, procedure_id: int, *, now: datetime) -> Procedure:
    """One procedure with its drugs, for whoever cares for the person. Raises `NotFound` else.

    Its number says nothing about whom it belongs to, and the answer does not either.
    """
    user = require(viewer, "patients.view_chart")
    people = Patient.objects.current().cared_for_by(user, now=now)
    found = _readable().filter(pk=procedure_id, patient__in=people).first()
    if found is None:
        raise NotFound
    record_read(viewer, "procedure", [found.patient_id])
    return found


def offered_treatments(viewer: Viewer) -> list[CatalogueEntry]:
    """Treatments that are recorded as procedures. Raises `NotAllowed`."""
    require(viewer, "patients.view_chart")
    entries = CatalogueEntry.objects.offered(Section.TREATMENT)
    return list(entries.filter(details__form="procedural"))


def all_treatments(viewer: Viewer) -> list[CatalogueEntry]:
    """Whatever another clinic may have done: procedures and operations. Raises `NotAllowed`."""
    require(viewer, "patients.view_chart")
    entries = CatalogueEntry.objects.offered(Section.TREATMENT)
    return list(entries.filter(details__form__in=["procedural", "referral"]))


def meant_by_words(viewer: Viewer, procedure: Procedure) -> str:
    """What the words mean while nobody said more: a name, or "". Raises `NotAllowed`."""
    require(viewer, "patients.view_chart")
    key = "" if procedure.told else treatment_of(procedure.text)
    entry = CatalogueEntry.objects.filter(pk=key).first() if key else None
    return entry.name if entry else ""


def drug_entries(viewer: Viewer) -> list[CatalogueEntry]:
    """Every drug, retired ones too: a record may name them. Raises `NotAllowed`."""
    require(viewer, "patients.view_chart")
    return list(CatalogueEntry.objects.filter(section=Section.DRUG))


def rules_for(viewer: Viewer, procedure: Procedure) -> Rules:
    """What a procedure of ours is measured by. Raises `NotFound` for one done elsewhere."""
    if procedure.treatment is None:
        raise NotFound
    return rules_of(procedure.treatment, drug_entries(viewer))


def performers(viewer: Viewer) -> list[User]:
    """Who may do and sign procedures. Raises `NotAllowed`."""
    require(viewer, "patients.view_chart")
    roles = [role for role, sheet in ROLES.items() if _SIGNING in sheet.permissions]
    return list(User.objects.filter(role__in=roles, is_active=True).order_by("name", "pk"))


def last_done(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[Procedure]:
    """For each treatment the last that counts, newest first. Raises as `access_chart` does."""
    access_chart(viewer, patient_id, now=now)
    last: dict[str | None, Procedure] = {}
    ours = _readable().filter(patient_id=patient_id, record_status=RecordStatus.SIGNED)
    for procedure in ours.order_by("-performed_at", "-id"):
        last.setdefault(procedure.treatment_id, procedure)
    return list(last.values())


def favorites(viewer: Viewer) -> list[ProcedureFavorite]:
    """One's own favourites by name. Raises `NotAllowed`."""
    user = require(viewer, "treatments.prepare_procedures")
    return list(user.procedure_favorites.select_related("treatment"))


def access_favorite(viewer: Viewer, favorite_id: int) -> ProcedureFavorite:
    """One of one's own favourites. Raises `NotFound`."""
    user = require(viewer, "treatments.prepare_procedures")
    found = user.procedure_favorites.select_related("treatment").filter(pk=favorite_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Lot:
    """A lot the clinic has used: which drug, until when it may be."""

    drug: str
    number: str
    expiry: str


def lots_in_use(viewer: Viewer, *, now: datetime) -> dict[str, Lot]:
    """The lot of each drug that was used last and has not expired; nobody's name is with it."""
    require(viewer, "treatments.prepare_procedures")
    rows = (
        ProcedureDrug.objects.exclude(lot_number="")
        .filter(expiry_date__gte=now.date())
        .exclude(procedure__record_status__in=[RecordStatus.OUTSIDE])
        .order_by("drug_id", "-procedure__performed_at", "-id")
        .distinct("drug_id")
        .values_list("drug_id", "lot_number", "expiry_date")
    )
    return {drug: Lot(drug, number, expiry.isoformat()) for drug, number, expiry in rows if expiry}


def counted_procedures(viewer: Viewer, patient: Patient) -> Iterable[Procedure]:
    """What limits count, with drugs; the caller has opened the chart."""
    require(viewer, "patients.view_chart")
    record_read(viewer, "procedures", [patient.pk], kind=ReadKind.LIST)
    return _readable().filter(patient=patient, record_status__in=COUNTED)


def _readable() -> DocumentedQuerySet[Procedure]:
    rows: DocumentedQuerySet[Procedure] = Procedure.objects.all()
    return rows.select_related(
        "treatment", "performer", "signed_by", "drafted_by", "replaces", "patient", "replaced_by"
    ).prefetch_related("drugs__drug")
