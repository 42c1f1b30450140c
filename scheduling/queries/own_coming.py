"""A person's own visits to come: what nearly every page of the portal begins with."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from clinic.accounts.models import User
from clinic.shared.prepared import all_rows, columns, remember, split
from patients.models import Patient
from patients.queries.own_access import IS_OWN, own_access
from scheduling.domain.states import HOLDING
from scheduling.models import Appointment, Reservation, Resource, Site, VisitType
from scheduling.models.appointment import parts_of_visits
from treatments.models import TreatmentCourse

_HOLDING = sorted(status.value for status in HOLDING)

_VISITS = """
SELECT {visit}, {kind}, {site}, {course}
  FROM scheduling_appointment v
  JOIN scheduling_visittype k ON k.id = v.visit_type_id
  JOIN scheduling_site s ON s.id = v.site_id
  LEFT JOIN treatments_treatmentcourse c ON c.id = v.course_id
 WHERE v.patient_id = %(patient)s AND v.status = ANY (%(holding)s::text[]) AND v.end_at > %(now)s
   AND {is_own}
 ORDER BY v.start_at
"""
_PARTS = """
SELECT {part}, {resource}
  FROM scheduling_reservation t JOIN scheduling_resource r ON r.id = t.resource_id
 WHERE t.appointment_id = ANY (%(visits)s::uuid[]) AND t.kind = 'appointment'
 ORDER BY t.id
"""


def own_coming(viewer: User, patient: Patient, *, now: datetime) -> list[Appointment]:
    """Soonest first, each with its kind, site, course and what it takes up.

    None of somebody whose record is not open to the viewer.
    """
    # Columns of models, not somebody's words.
    statement = _VISITS.format(
        visit=columns(Appointment, "v"),
        kind=columns(VisitType, "k"),
        site=columns(Site, "s"),
        course=columns(TreatmentCourse, "c"),
        is_own=IS_OWN,
    )
    told = own_access(viewer, now.date())
    told |= {"patient": patient.pk, "holding": _HOLDING, "now": now}
    visits: list[Appointment] = []
    for row in all_rows(statement, told):
        visit, kind, site, course = split(row, Appointment, VisitType, Site, TreatmentCourse)
        visit.patient, visit.visit_type, visit.site, visit.course = patient, kind, site, course
        visits.append(visit)
    if visits:
        _with_parts(visits)
    return visits


def _with_parts(visits: list[Appointment]) -> None:
    """What each takes up by itself, or in its group."""
    statement = _PARTS.format(part=columns(Reservation, "t"), resource=columns(Resource, "r"))
    parts: dict[UUID | None, list[Reservation]] = defaultdict(list)
    for row in all_rows(statement, {"visits": [visit.pk for visit in visits]}):
        part, part.resource = split(row, Reservation, Resource)
        parts[part.appointment_id].append(part)
    for visit in visits:
        remember(visit, "reservations", parts[visit.pk])
    grouped = [visit for visit in visits if visit.seat_id is not None]
    if grouped:
        of_a_group = Prefetch("seat__session__reservations", parts_of_visits())
        prefetch_related_objects(grouped, "seat__session", of_a_group)
