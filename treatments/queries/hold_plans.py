"""Hold plans, for whoever cares for the person."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotAllowed, NotFound
from clinic.shared.paging import Pager
from clinic.shared.prepared import all_rows
from patients.models import Patient
from patients.queries import access_chart
from patients.queries.own_access import IS_OWN, own_access
from treatments.domain.rules_states import MAY_ACKNOWLEDGE
from treatments.models import HoldPlan

_OWN_INSTRUCTIONS = f"""
SELECT h.appointment_id, h.instructions FROM treatments_holdplan h
 WHERE h.patient_id = %(patient)s AND h.approved_at IS NOT NULL AND {IS_OWN}
"""  # noqa: S608 - our own words


def coming_plans(
    viewer: Viewer, *, patient_id: UUID | None = None, page: Pager, now: datetime
) -> list[HoldPlan]:
    """Plans of procedures to come, of the people whose charts the viewer may open; soonest first.

    With `patient_id` those of one person: then it raises as `access_chart` does. Raises
    `NotAllowed`.
    """
    user = require(viewer, MAY_ACKNOWLEDGE)
    people = Patient.objects.current().cared_for_by(user, now=now)
    if patient_id is not None:
        people = Patient.objects.filter(pk=access_chart(viewer, patient_id, now=now).pk)
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


def own_instructions(viewer: Viewer, patient: Patient, *, now: datetime) -> dict[UUID, str]:
    """What a person is told to do before and after their procedures, by visit: approved words only.

    For whoever sees the record in the portal; nothing of anybody else's. Raises `NotAllowed`.
    """
    user = require(viewer, "patients.view_own")
    asked = own_access(user, now.date()) | {"patient": patient.pk}
    told: dict[UUID, str] = dict(all_rows(_OWN_INSTRUCTIONS, asked))
    if told:
        record_read(viewer, "instructions before a visit", [patient.pk])
    return told


def approved_instructions(viewer: Viewer, appointment_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people are told before these visits, as far as a clinician has approved it.

    For the clinic itself, which writes it to whom it is about. Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    rows = HoldPlan.objects.filter(
        appointment_id__in=list(appointment_ids), approved_at__isnull=False
    )
    return dict(rows.values_list("appointment_id", "instructions"))


def are_instructions_approved(viewer: Viewer, appointment_id: UUID) -> bool | None:
    """Whether what the person is told before a visit is approved; None if nothing is to be told.

    For the desk, which learns no more. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    rows = HoldPlan.objects.filter(appointment_id=appointment_id).exclude(drugs=[])
    approved_at = rows.values_list("approved_at", flat=True)
    return None if not approved_at else approved_at[0] is not None
