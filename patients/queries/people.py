"""The people themselves: found, seen, opened."""

from datetime import date, datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User, Viewer, as_user
from clinic.accounts.roles import Purpose
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotAllowed, NotFound
from clinic.shared.prepared import all_rows, as_model, columns, first_row, split
from patients.domain.phone import phone_digits
from patients.domain.search_terms import parse_terms
from patients.domain.seen_as import SeenAs
from patients.models import EmergencyAccess, Patient, PortalAccess
from patients.models.patient import PatientQuerySet
from patients.models.portal import Relationship
from patients.queries.own_access import IN_FORCE, own_access

SEARCH_LIMIT = 20

_ACCESSES = """
SELECT {access}, {person}
  FROM patients_portalaccess a JOIN patients_patient p ON p.id = a.patient_id
 WHERE {in_force}
"""


class OutsideCareTeam(NotAllowed):
    """A chart of somebody for whom the viewer does not care; `patient` is who it is about."""

    code = "outside_care_team"
    title = "You are not in this person's care team"
    default_sentence = "Charts open to the people who look after somebody. You are not one of them."

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        super().__init__()


def search(viewer: Viewer, text: str, *, today: date) -> list[Patient]:
    """The people that what was typed may mean, best first, at most `SEARCH_LIMIT`.

    If no name matches as typed, names that sound alike are offered. Raises `NotAllowed`.
    """
    require(viewer, "patients.search")
    # What is found shows how to reach people.
    require(viewer, "patients.view_contact")
    terms = parse_terms(text, today=today)
    if terms.is_empty:
        return []
    people = Patient.objects.current().matching(terms)
    found = list(people.best_first(terms.names).with_contacts()[:SEARCH_LIMIT])
    if not found and terms.names:
        alike = Patient.objects.current().matching_numbers(terms).sounding_like(terms.names)
        found = list(alike.with_contacts()[:SEARCH_LIMIT])
    _note_found(viewer, found)
    return found


def access_patient(
    viewer: Viewer, patient_id: UUID, *, to_reach: bool = True, now: datetime
) -> Patient:
    """The person, for whoever may see who they are. Raises `NotFound` for everybody else.

    Phones, addresses and coverage come along unless nobody is going to reach them (`to_reach`).

    The id of a record that was joined into another one leads to that other one.
    """
    if knows_everybody(viewer) and not to_reach:
        patient = _known_as(patient_id)
    else:
        people = visible_to(viewer, now).known_as(patient_id)
        patient = (people.with_contacts() if to_reach else people).first()
    if patient is None:
        raise NotFound
    record_read(viewer, "contact details", [patient.pk])
    return patient


def access_chart(viewer: Viewer, patient_id: UUID, *, now: datetime) -> Patient:
    """The person with allergies, medications and conditions.

    Raises `NotFound` for nobody, `OutsideCareTeam` for somebody whom the viewer may know but for
    whom they do not care, and `NotAllowed` for whoever reads no charts.
    """
    user = require(viewer, "patients.view_chart")
    people = visible_to(viewer, now).known_as(patient_id)
    patient = people.cared_for_by(user, now=now).with_contacts().with_chart().first()
    if patient is None:
        person = people.first()
        if person is None:
            raise NotFound
        record_read(viewer, "name on a closed chart", [person.pk])
        raise OutsideCareTeam(person)
    _note_chart(user, patient, now)
    return patient


def own_records(viewer: Viewer, *, now: datetime) -> list[Patient]:
    """The people whose record the viewer sees in the portal. Raises `NotAllowed`."""
    people = _own(require(viewer, "patients.view_own"), now.date())
    record_read(viewer, "own record", [person.pk for person in people])
    return people


def own_record(viewer: Viewer, patient_id: UUID, *, now: datetime) -> Patient:
    """The person in the address of a page of the portal: the one door of all these pages.

    Its `seen_as` says in what capacity the viewer is here. The id of a record that was joined into
    another one leads to that other one. Raises `NotFound` for somebody else's record as for one
    that does not exist, and `NotAllowed` for whoever is no patient.
    """
    people = {
        person.pk: person for person in _own(require(viewer, "patients.view_own"), now.date())
    }
    patient = people.get(patient_id)
    if patient is None:
        kept = Patient.objects.filter(pk=patient_id).values_list("replaced_by", flat=True).first()
        patient = people.get(kept) if kept else None
    if patient is None:
        raise NotFound
    record_read(viewer, "own record", [patient.pk])
    return patient


def likely_duplicates(
    viewer: Viewer, *, given_names: str, family_name: str, birth_date: date, phone: str = ""
) -> list[Patient]:
    """People already here who may be the one being registered. Raises `NotAllowed`."""
    require(viewer, "patients.register")
    alike = Patient.objects.current().resembling(
        name=f"{given_names} {family_name}", birth_date=birth_date, digits=phone_digits(phone)
    )
    found = list(alike.with_contacts()[:5])
    _note_found(viewer, found)
    return found


def _own(user: User, on: date) -> list[Patient]:
    """Whom the user sees in the portal, oneself first; each once, in the widest capacity."""
    found: dict[UUID, PortalAccess] = {}
    for access in sorted(_accesses(user, on), key=_widest_first):
        found.setdefault(access.patient_id, access)
    for access in found.values():
        access.patient.seen_as = SeenAs(access.relationship, len(found) > 1, access.ends_on())
    return [access.patient for access in found.values()]


def _accesses(user: User, on: date) -> list[PortalAccess]:
    """Those in force, with the people: every page of the portal asks this."""
    # Columns of models, not somebody's words.
    statement = _ACCESSES.format(
        access=columns(PortalAccess, "a"), person=columns(Patient, "p"), in_force=IN_FORCE
    )
    found = []
    for row in all_rows(statement, own_access(user, on)):
        access, access.patient = split(row, PortalAccess, Patient)
        found.append(access)
    return found


def _widest_first(access: PortalAccess) -> tuple[bool, bool, date, str, UUID]:
    end, patient = access.ends_on(), access.patient
    is_other = access.relationship != Relationship.SELF
    return is_other, end is not None, end or date.max, patient.given_names, patient.pk


def _known_as(patient_id: UUID) -> Patient | None:
    """As `PatientQuerySet.known_as`, by a statement that is planned once."""
    # A model's columns, not somebody's words.
    statement = (
        f"SELECT {columns(Patient, 'p')} FROM patients_patient p "  # noqa: S608
        "WHERE p.replaced_by_id IS NULL AND p.id = coalesce("
        "(SELECT replaced_by_id FROM patients_patient WHERE id = %(id)s), %(id)s)"
    )
    row = first_row(statement, {"id": patient_id})
    return as_model(Patient, row) if row else None


def knows_everybody(viewer: Viewer) -> bool:
    """Whether the viewer may see who anybody is. Raises `NotAllowed` for a stranger."""
    if viewer is THE_CLINIC:
        return True
    user = as_user(viewer)
    if user is None:
        raise NotAllowed
    return user.has_perm("patients.view_contact")


def visible_to(viewer: Viewer, now: datetime) -> PatientQuerySet:
    """The people whom the viewer may know of. Raises `NotAllowed` for a stranger."""
    if knows_everybody(viewer):
        return Patient.objects.current()
    user = as_user(viewer)
    if user is not None and user.has_perm("patients.view_own"):
        return Patient.objects.open_to(user, now.date())
    return Patient.objects.none()


def _note_found(viewer: Viewer, people: list[Patient]) -> None:
    record_read(viewer, "search results", [p.pk for p in people], kind=ReadKind.SEARCH)


def _note_chart(user: User, patient: Patient, now: datetime) -> None:
    """In an emergency the read log says so, with the reason, even if the care team would do."""
    opened = EmergencyAccess.objects.filter(
        patient=patient, user=user, opened_at__lte=now, ends_at__gt=now
    ).first()
    purpose = Purpose.EMERGENCY if opened else None
    reason = opened.reason if opened else ""
    patient.emergency_access = opened
    record_read(user, "chart", [patient.pk], purpose=purpose, reason=reason)
