"""Two records that are one person: brought together whole, and taken apart again."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.uploads import CheckedFile
from patients.actions.care_team import break_glass
from patients.actions.consents import record_consent
from patients.actions.documents import file_document
from patients.actions.merge import CannotMerge, CannotUndo, merge_patients, undo_merge
from patients.actions.standing import RecordMoved
from patients.models import (
    AllergyIntolerance,
    MedicationStatement,
    Patient,
    PortalAccess,
)
from patients.models.document import DocumentKind
from patients.models.portal import Relationship
from patients.queries import access_patient, search
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.models import Appointment, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests import fhir_samples as fhir
from tests.privacy import HOUR, NOW, TODAY, decision, grant, name, sees
from tests.security.clients import client_of
from treatments.actions.import_bundle import import_bundle
from treatments.domain.fhir import read_bundle

pytestmark = pytest.mark.django_db


def rows_of(person):
    return sorted(
        (type(row).__name__, row.pk)
        for rows in (person.contacts, person.allergies, person.medications, person.consents)
        for row in rows.all()
    )


def test_a_merge_brings_everything_together_and_can_be_taken_back(
    patient, double, manager, clerk, physician
):
    """The allergy that was on the other record is the one that kills."""
    record_consent(patient=double, decision=decision(), by=clerk, now=NOW)
    before = rows_of(patient), rows_of(double)
    merge = merge_patients(kept=patient, merged=double, reason="Same passport", by=manager, now=NOW)
    assert patient.allergies.get().text == "Latex"
    assert patient.consents.count() == 1
    assert patient.contacts.count() == 1, "the same number is not listed twice"
    assert access_patient(clerk, double.pk, now=NOW) == patient, "old links lead to the record"
    assert [p.pk for p in search(clerk, patient.family_name, today=TODAY)] == [patient.pk]
    undo_merge(merge=merge, by=manager, now=NOW)
    assert (rows_of(patient), rows_of(double)) == before
    assert access_patient(clerk, double.pk, now=NOW) == double
    with pytest.raises(CannotUndo):
        undo_merge(merge=merge, by=manager, now=NOW)


def test_what_is_written_after_a_merge_stays_when_it_is_taken_back(patient, double, manager):
    """Only what came over goes back."""
    merge = merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    AllergyIntolerance.objects.create(patient=patient, text="Penicillin")
    undo_merge(merge=merge, by=manager, now=NOW)
    assert {a.text for a in patient.allergies.all()} == {"Penicillin"}
    assert {a.text for a in double.allergies.all()} == {"Latex"}


def test_a_merge_asks_the_database_by_table_and_not_by_row(
    patient, double, manager, django_assert_max_num_queries
):
    """Twenty years are thousands of rows, and a merge holds its locks all the while."""
    MedicationStatement.objects.bulk_create(
        MedicationStatement(patient=double, text=f"Drug {n}") for n in range(200)
    )
    with django_assert_max_num_queries(100):
        merge = merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    with django_assert_max_num_queries(30):
        undo_merge(merge=merge, by=manager, now=NOW)
    assert double.medications.count() == 200


def test_a_chain_of_merges_leads_to_the_last_and_unwinds(patient, double, manager, clerk):
    """Three records of one person happen."""
    third = builders.make_patient()
    first = merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    second = merge_patients(kept=third, merged=patient, reason="Same", by=manager, now=NOW)
    assert access_patient(clerk, double.pk, now=NOW) == third
    with pytest.raises(CannotUndo):
        undo_merge(merge=first, by=manager, now=NOW)
    with pytest.raises(CannotMerge):
        merge_patients(kept=patient, merged=third, reason="Same", by=manager, now=NOW)
    undo_merge(merge=second, by=manager, now=NOW)
    assert access_patient(clerk, double.pk, now=NOW) == patient
    undo_merge(merge=first, by=manager, now=NOW)
    assert access_patient(clerk, double.pk, now=NOW) == double


def test_two_visits_at_one_time_forbid_a_merge(patient, double, manager, clerk):
    """One person cannot be in two rooms; somebody must look first."""
    site = builders.make_site()
    kind = builders.make_visit_type(needs=[])
    for person in (patient, double):
        Appointment.objects.create(
            patient=person,
            visit_type=kind,
            site=site,
            start_at=NOW,
            end_at=NOW + HOUR,
            status_at=NOW,
            booked_by=clerk,
        )
    with pytest.raises(CannotMerge, match="at the same time"):
        merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    assert Patient.objects.get(pk=double.pk).replaced_by is None
    assert double.allergies.count() == 1
    assert VisitType.objects.count() == 1


def test_a_record_that_was_just_joined_takes_no_writing(patient, double, manager, clerk, physician):
    """Two windows at the desk: one merges, the other writes a refusal down where nobody looks."""
    merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    file = CheckedFile(b"%PDF-", "application/pdf", "0")
    writes = [
        lambda: record_consent(patient=double, decision=decision(), by=clerk, now=NOW),
        lambda: grant(double, clerk, Relationship.CARER),
        lambda: name(physician, double, by=manager),
        lambda: file_document(
            patient=double, kind=DocumentKind.CONSENT, file=file, by=clerk, now=NOW
        ),
        lambda: break_glass(
            patient=double, reason="Fell from the table", lasting=HOUR, by=physician, now=NOW
        ),
    ]
    for write in writes:
        with pytest.raises(RecordMoved):
            write()


def test_one_s_own_access_survives_a_merge_with_a_record_one_cares_for(manager, patient):
    """The narrower right must not swallow the wider one."""
    twin = builders.make_patient()
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=twin, relationship="self")
    PortalAccess.objects.create(
        user=user, patient=patient, relationship="carer", until_date=TODAY + timedelta(days=1)
    )
    merge_patients(kept=patient, merged=twin, reason="Same", by=manager, now=NOW)
    assert sees(user, patient, TODAY + timedelta(days=5))


def test_what_comes_in_for_a_joined_record_goes_to_the_one_that_stays(manager):
    """The allergy that the other system reports tomorrow must be on the chart that is read."""

    def bring(content):
        return import_bundle(bundle=read_bundle(fhir.raw(content)), by=None, now=NOW)

    bring(fhir.everything())
    imported = Patient.objects.get()
    kept = builders.make_patient()
    had = imported.allergies.count()
    assert had
    merge = merge_patients(kept=kept, merged=imported, reason="Same", by=manager, now=NOW)
    bring(fhir.everything())
    assert (kept.allergies.count(), imported.allergies.count()) == (had, 0)
    AllergyIntolerance.objects.filter(patient=kept).delete()
    bring(fhir.everything())
    assert (kept.allergies.count(), imported.allergies.count()) == (had, 0)
    undo_merge(merge=merge, by=manager, now=NOW)


def test_a_joined_record_takes_no_booking(patient, double, manager, clerk):
    """Two windows at the desk: one merges, the other books for the record that is gone."""
    site = builders.make_site()
    builders.make_clinician(site)
    kind = builders.make_visit_type(needs=["clinician"])
    slot = free_slots(clerk, SlotSearch(kind, [site], NOW, NOW + timedelta(days=2)), now=NOW)[0]
    merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    request = BookingRequest(double, kind, site, slot.start_at)
    with pytest.raises(Exception, match="joined into another"):
        book_appointment(request=request, by=clerk, now=NOW)


def test_a_merge_is_seen_before_it_is_done(patient, double, manager):
    """A click must not be the first time one sees what it does."""
    client = client_of(manager)
    address = f"/manager/merges/new/?kept={patient.pk}&merged={double.pk}"
    page = client.get(address).content.decode()
    assert "allergies" in page
    form = {"kept": patient.pk, "merged": double.pk, "reason": ""}
    assert client.post("/manager/merges/new/", form).status_code == 422
    assert client.post("/manager/merges/new/", form | {"merged": patient.pk}).status_code == 422
    assert client.post("/manager/merges/new/", form | {"reason": "Same"}).status_code == 302
    assert client.get("/manager/merges/?q=ruiz").status_code == 200
    answer = client.post("/manager/merges/new/", form | {"reason": "Again"})
    assert answer.status_code == 400, "both ids lead to one record now"
