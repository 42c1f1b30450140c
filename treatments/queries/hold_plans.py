"""Hold plans, for whoever cares for the person."""

from datetime import datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries import access_chart
from treatments.domain.rules_states import MAY_ACKNOWLEDGE
from treatments.models import HoldPlan


def coming_plans(viewer: Viewer, *, page: Pager, now: datetime) -> list[HoldPlan]:
    """Plans of procedures to come, of the people whose charts the viewer may open; soonest first.

    Raises `NotAllowed`.
    """
    user = require(viewer, MAY_ACKNOWLEDGE)
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = HoldPlan.objects.filter(patient__in=people.values("pk"), procedure_at__gte=now)
    rows = rows.exclude(drugs=[]).select_related("patient", "treatment", "approved_by")
    found: list[HoldPlan] = page(rows)
    record_read(viewer, "hold plans", [row.patient_id for row in found], kind=ReadKind.LIST)
    return found


def access_plan(viewer: Viewer, plan_id: UUID, *, now: datetime) -> HoldPlan:
    """One of them. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, MAY_ACKNOWLEDGE)
    rows = HoldPlan.objects.select_related(
        "patient", "treatment", "approved_by", "prescriber_noted_by"
    )
    found = rows.filter(pk=plan_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def plans_of(viewer: Viewer, patient: Patient, *, now: datetime) -> list[HoldPlan]:
    """The coming plans of a person whose chart is open; for the chart."""
    require(viewer, "patients.view_chart")
    rows = HoldPlan.objects.filter(patient=patient, procedure_at__gte=now).exclude(drugs=[])
    return list(rows.select_related("treatment", "approved_by"))
