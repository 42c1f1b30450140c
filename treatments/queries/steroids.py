"""The steroids somebody was given by injection, from the drug rows of their procedures."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal
from uuid import UUID

from clinic.accounts.models import Viewer
from patients.queries.people import access_chart
from treatments.domain.amounts import Amount, Unit
from treatments.domain.states import RecordStatus
from treatments.domain.steroids import Injected, Ledger, ledger
from treatments.models import CatalogueEntry, Procedure, ProcedureStatus, Section
from treatments.queries.procedures import counted_procedures

# Words by which the text of an outside procedure says that a steroid may have been in it.
_TELLING = ("steroid", "cortison", "corticoid", "epidural injection", "epidural block")


def steroid_ledger(viewer: Viewer, patient_id: UUID, *, on: date, now: datetime) -> Ledger:
    """The ledger of a person at the end of a day. Raises as `access_chart` does.

    Amended and withdrawn versions, drafts, and what was not done are not in it.
    """
    patient = access_chart(viewer, patient_id, now=now)
    factors = _factors()
    zone = now.tzinfo
    return ledger(
        (
            item
            for procedure in counted_procedures(viewer, patient)
            if procedure.status != ProcedureStatus.NOT_DONE
            for item in _injections(procedure, factors, zone)
        ),
        on,
    )


def _factors() -> dict[str, tuple[str, Decimal | None]]:
    steroids = CatalogueEntry.objects.filter(
        section=Section.DRUG, details__classes__contains=["steroid"]
    )
    return {
        drug.key: (
            drug.name,
            Decimal(drug.details["mpe_factor"]) if drug.details.get("mpe_factor") else None,
        )
        for drug in steroids
    }


def _injections(
    procedure: Procedure, factors: dict[str, tuple[str, Decimal | None]], zone: tzinfo | None
) -> Iterator[Injected]:
    is_outside = procedure.record_status == RecordStatus.OUTSIDE
    # Of a procedure elsewhere only a span may be known; the later end is the careful one.
    at = (is_outside and procedure.ended_at) or procedure.performed_at
    on = at.astimezone(zone).date() if at else None
    rows = [row for row in procedure.drugs.all() if row.drug_id in factors]
    for row in rows:
        name, factor = factors[row.drug_id]
        yield Injected(
            procedure_id=procedure.pk,
            text=procedure.text,
            on=on,
            drug=name,
            dose=Amount(row.dose, Unit(row.dose_unit)) if row.dose is not None else None,
            factor=factor,
            is_outside=is_outside,
        )
    if is_outside and not rows and _may_hold_steroid(procedure, factors):
        yield Injected(procedure.pk, procedure.text, on, is_outside=True)


def _may_hold_steroid(procedure: Procedure, factors: dict[str, tuple[str, Decimal | None]]) -> bool:
    if procedure.treatment and "steroid" in procedure.treatment.details.get("drug_roles", ()):
        return True
    text = procedure.text.casefold()
    names = (name.split()[0].casefold() for name, _factor in factors.values())
    return any(word in text for word in (*_TELLING, *names))
