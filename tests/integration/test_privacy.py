"""Care teams, emergencies, proxies, consents, merges, whole records: what each promises."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.models import Team, TeamMember
from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed, NotFound
from clinic.shared.spreadsheets import harmless
from clinic.shared.uploads import CheckedFile
from patients.actions.care_team import break_glass, join_care_team, leave_care_team
from patients.actions.consents import Decision, record_consent
from patients.actions.documents import file_document
from patients.actions.merge import CannotMerge, CannotUndo, merge_patients, undo_merge
from patients.actions.portal import (
    HasAccessAlready,
    grant_portal_access,
    renew_portal_access,
    revoke_portal_access,
)
from patients.actions.standing import RecordMoved
from patients.domain.age import age_on, birthday, years_before
from patients.models import (
    AllergyIntolerance,
    CareTeamMember,
    Consent,
    ContactPoint,
    EmergencyAccess,
    MedicationStatement,
    Patient,
    PortalAccess,
)
from patients.models.care_team import CareTeamReason
from patients.models.document import DocumentKind
from patients.models.portal import Relationship
from patients.queries import OutsideCareTeam, access_chart, access_patient, own_records, search
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests import fhir_samples as fhir
from tests.security.world import client_of
from treatments.actions.import_bundle import import_bundle
from treatments.domain.fhir import read_bundle

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)


@pytest.fixture
def physician():
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def clerk():
    return builders.make_user(Role.FRONT_DESK)


@pytest.fixture
def manager():
    return builders.make_user(Role.MANAGER)


@pytest.fixture
def patient():
    return builders.make_patient()


# --- care team and emergency -----------------------------------------------------------------


def may_read(user, patient, at=NOW):
    try:
        return bool(access_chart(user, patient.pk, now=at))
    except OutsideCareTeam:
        return False


def test_a_chart_opens_to_the_care_team_only(physician, patient):
    """Having a key to the clinic is not having a reason to read."""
    assert not may_read(physician, patient)
    builders.care_for(patient, physician)
    assert may_read(physician, patient)
    assert not may_read(builders.make_user(Role.PHYSICIAN), patient)


def test_booking_brings_the_clinician_and_the_site_into_care(clerk):
    """Whoever will see somebody on Monday must be able to prepare on Friday."""
    site = builders.make_site()
    physician, nurse = builders.make_user(Role.PHYSICIAN), builders.make_user(Role.NURSE)
    elsewhere = builders.make_user(Role.NURSE)
    TeamMember.objects.filter(user=elsewhere).delete()
    TeamMember.objects.get_or_create(team=site.team, user=clerk)
    builders.make_clinician(site, user=physician)
    kind, patient = builders.make_visit_type(needs=["clinician"]), builders.make_patient()
    slot = free_slots(clerk, SlotSearch(kind, [site], NOW, NOW + timedelta(days=2)), now=NOW)[0]
    book_appointment(request=BookingRequest(patient, kind, site, slot.start_at), by=clerk, now=NOW)
    assert may_read(physician, patient)
    assert may_read(nurse, patient), "the site's own nurses prepare the visit"
    assert not may_read(elsewhere, patient)
    assert not may_read(builders.make_user(Role.PHYSICIAN), patient), "colleagues are not in it"


def test_a_cancelled_visit_closes_the_chart_again(clerk):
    """A visit that will not be is no reason to read; being named, or another visit, is."""
    site = builders.make_site()
    clinician = builders.make_user(Role.PHYSICIAN)
    builders.make_clinician(site, user=clinician)
    kind, patient = builders.make_visit_type(needs=["clinician"]), builders.make_patient()
    slots = free_slots(clerk, SlotSearch(kind, [site], NOW, NOW + timedelta(days=2)), now=NOW)

    def book(slot):
        request = BookingRequest(patient, kind, site, slot.start_at)
        return book_appointment(request=request, by=clerk, now=NOW)

    first, second = book(slots[0]), book(slots[10])
    take_step(appointment=first, step=Step.CANCEL, by=clerk, now=NOW)
    assert may_read(clinician, patient)
    take_step(appointment=second, step=Step.CANCEL, by=clerk, now=NOW)
    assert not may_read(clinician, patient)
    take_step(appointment=second, step=Step.UNDO, by=clerk, now=NOW)
    assert may_read(clinician, patient)


def test_nobody_opens_a_chart_to_themself(physician, manager, clerk, patient):
    """Not by naming oneself, not with a broken glass, not by a visit that will never be."""
    site = builders.make_site()
    builders.make_clinician(site, user=physician)
    kind = builders.make_visit_type(needs=["clinician"])
    with pytest.raises(OutsideCareTeam):
        name(physician, patient, by=physician)
    break_glass(
        patient=patient, reason="Fell from the table", lasting=HOUR, by=physician, now=NOW - HOUR
    )
    with pytest.raises(OutsideCareTeam):
        name(physician, patient, by=physician)
    slot = free_slots(clerk, SlotSearch(kind, [site], NOW, NOW + timedelta(days=2)), now=NOW)[0]
    request = BookingRequest(patient, kind, site, slot.start_at)
    visit = book_appointment(request=request, by=physician, now=NOW)
    assert not may_read(physician, patient)
    take_step(appointment=visit, step=Step.ARRIVE, by=physician, now=NOW)
    assert not may_read(physician, patient)
    take_step(appointment=visit, step=Step.UNDO, by=clerk, now=NOW)
    take_step(appointment=visit, step=Step.ARRIVE, by=clerk, now=NOW)
    assert may_read(physician, patient), "somebody else has seen the person come"
    colleague = builders.make_user(Role.PHYSICIAN)
    name(colleague, patient, by=physician)
    assert may_read(colleague, patient), "and who cares may bring in a colleague"


def test_a_nurse_s_own_booking_opens_nothing_to_her(clerk):
    """The team of the site comes in by the clerk's booking, or when the person has come."""
    site = builders.make_site()
    nurse, clinician = builders.make_user(Role.NURSE), builders.make_user(Role.PHYSICIAN)
    builders.make_clinician(site, user=clinician)
    kind, patient = builders.make_visit_type(needs=["clinician"]), builders.make_patient()
    slot = free_slots(nurse, SlotSearch(kind, [site], NOW, NOW + timedelta(days=2)), now=NOW)[0]
    request = BookingRequest(patient, kind, site, slot.start_at)
    visit = book_appointment(request=request, by=nurse, now=NOW)
    assert may_read(clinician, patient)
    assert not may_read(nurse, patient)
    TeamMember.objects.get_or_create(team=site.team, user=clerk)
    take_step(appointment=visit, step=Step.ARRIVE, by=clerk, now=NOW)
    assert may_read(nurse, patient)


def name(user, patient, *, by):
    join_care_team(patient=patient, users=[user], reason=CareTeamReason.NAMED, by=by, now=NOW)


def test_the_desk_never_reads_charts_whatever_team_it_is_in(clerk, manager, patient):
    """A team opens charts to clinicians, not to everybody in it."""
    builders.care_for(patient, clerk)
    for user in (clerk, manager):
        with pytest.raises(NotAllowed):
            access_chart(user, patient.pk, now=NOW)
    with pytest.raises(Invalid):
        join_care_team(
            patient=patient, users=[clerk], reason=CareTeamReason.NAMED, by=manager, now=NOW
        )


def test_leaving_the_care_team_closes_the_chart(physician, manager, patient):
    """And history keeps that one was in it."""
    join_care_team(
        patient=patient, users=[physician], reason=CareTeamReason.NAMED, by=manager, now=NOW
    )
    member = CareTeamMember.objects.get(patient=patient)
    leave_care_team(member=member, by=manager, now=NOW)
    assert not may_read(physician, patient)
    versions = type(member).versions.rel.related_model.objects.filter(patient=patient)
    assert [v.pgh_label for v in versions.order_by("pgh_id")] == ["insert", "delete"]


def test_in_an_emergency_the_glass_can_be_broken_and_everybody_knows(physician, manager, patient):
    """Nobody may die of an access right; and nobody may use that as an excuse unseen."""
    second = builders.make_user(Role.MANAGER)
    client = client_of(physician)
    closed = client.get(f"/physician/people/{patient.pk}/")
    assert closed.status_code == 403
    assert b"It is an emergency" in closed.content
    form = {"reason": "Unconscious, anticoagulant unknown", "hours": "1"}
    opened = client.post(f"/physician/people/{patient.pk}/emergency/", form)
    assert opened.url == f"/physician/people/{patient.pk}/"
    page = client.get(opened.url)
    assert page.status_code == 200
    assert b"anticoagulant unknown" in page.content, "the page says by what right it is open"
    row = ReadEvent.objects.get(what="chart")
    assert (row.purpose, row.reason) == ("emergency", "Unconscious, anticoagulant unknown")
    told = Message.objects.filter(kind="emergency_access")
    assert {m.to_address for m in told} == {manager.email, second.email}
    assert not any("anticoagulant" in m.subject + m.body for m in told)
    report = client_of(manager).get("/manager/emergency-access/").content.decode()
    assert "anticoagulant unknown" in report
    assert patient.name in report


def test_an_emergency_ends(physician, patient):
    """After four hours it is not one any more."""
    break_glass(
        patient=patient, reason="Fell from the table", lasting=4 * HOUR, by=physician, now=NOW
    )
    assert may_read(physician, patient, NOW + 4 * HOUR - timedelta(seconds=1))
    assert not may_read(physician, patient, NOW + 4 * HOUR)
    assert not may_read(builders.make_user(Role.PHYSICIAN), patient)


@pytest.mark.parametrize(
    ("reason", "lasting"),
    [("", HOUR), ("urgent", HOUR), ("          ", HOUR), ("A good reason", 5 * HOUR)],
)
def test_an_emergency_needs_a_reason_and_an_end(reason, lasting, physician, patient):
    """“x” is what people type into a field that only must not be empty."""
    with pytest.raises(Invalid):
        break_glass(patient=patient, reason=reason, lasting=lasting, by=physician, now=NOW)
    assert not EmergencyAccess.objects.exists()


def test_an_emergency_is_not_prolonged_by_asking_again(physician, patient):
    """Twice four hours would be eight."""
    first = break_glass(
        patient=patient, reason="Fell from the table", lasting=HOUR, by=physician, now=NOW
    )
    again = break_glass(
        patient=patient,
        reason="Fell from the table again",
        lasting=4 * HOUR,
        by=physician,
        now=NOW + HOUR / 2,
    )
    assert again == first


def test_nobody_but_physicians_breaks_glass(patient):
    """The permission is in the table; the action asks it."""
    for role in Role:
        if role != Role.PHYSICIAN:
            with pytest.raises(NotAllowed):
                break_glass(
                    patient=patient,
                    reason="Fell from the table",
                    lasting=HOUR,
                    by=builders.make_user(role),
                    now=NOW,
                )


def test_a_site_is_seen_by_those_who_work_there(clerk, manager):
    """The board of the other site is not this desk's business."""
    site = builders.make_site()
    assert client_of(clerk).get(f"/desk/?site={site.pk}").status_code == 200
    TeamMember.objects.filter(team=site.team).delete()
    assert client_of(clerk).get(f"/desk/?site={site.pk}").status_code == 404
    assert client_of(manager).get(f"/desk/?site={site.pk}").status_code == 200
    assert Team.objects.count() == 1


# --- proxies ---------------------------------------------------------------------------------


def grant(patient, clerk, relationship, until=None, email="parent@example.org", now=NOW):
    return grant_portal_access(
        patient=patient,
        email=email,
        name="Paula Parent",
        relationship=relationship,
        until_date=until,
        by=clerk,
        now=now,
    )


def sees(user, patient, on):
    at = datetime.combine(on, NOW.timetz())
    return patient in own_records(user, now=at)


def test_a_parent_sees_the_record_until_the_child_is_grown_up(clerk):
    """A seventeen-year-old's mother, and not an eighteen-year-old's."""
    child = builders.make_patient(born=date(2009, 3, 14))
    access = grant(child, clerk, Relationship.PARENT).access
    parent = access.user
    assert sees(parent, child, TODAY)
    assert sees(parent, child, date(2027, 3, 13))
    assert not sees(parent, child, date(2027, 3, 14))
    assert access.ends_on() == date(2027, 3, 14)
    with pytest.raises(Invalid):
        renew_portal_access(access=access, by=clerk, now=NOW)
    renew_portal_access(access=access, by=clerk, now=datetime(2027, 3, 14, 9, tzinfo=UTC))
    assert sees(parent, child, date(2028, 1, 1)), "the grown-up child agreed"
    assert access.ends_on() is None


@given(
    born=st.dates(date(1990, 1, 1), date(2020, 12, 31)),
    on=st.dates(date(2005, 1, 1), date(2045, 12, 31)),
)
def test_the_three_ways_of_counting_years_agree(born, on):
    """The query, the page and the rule must end an access on one and the same day."""
    is_adult = on >= born and age_on(born, on) >= 18
    assert is_adult == (birthday(born, 18) <= on)
    assert is_adult == (born <= years_before(on, 18))


def test_a_carer_s_access_ends_on_its_day_and_can_be_taken_back(clerk, patient):
    """An end that nobody has to remember, and one that cannot wait."""
    access = grant(patient, clerk, Relationship.CARER, until=TODAY + timedelta(days=30)).access
    assert sees(access.user, patient, TODAY + timedelta(days=29))
    assert not sees(access.user, patient, TODAY + timedelta(days=30))
    client = client_of(access.user)
    assert client.get("/patient/viewers/").status_code == 200
    revoke_portal_access(access=access, by=clerk, now=NOW)
    assert not sees(access.user, patient, TODAY)


def test_access_is_refused_where_it_makes_no_sense(clerk, patient):
    """Each of these would open a record to the wrong person."""
    with pytest.raises(Invalid):
        grant(patient, clerk, Relationship.PARENT)
    with pytest.raises(Invalid):
        grant(patient, clerk, Relationship.CARER, until=TODAY)
    with pytest.raises(Invalid):
        grant(patient, clerk, Relationship.CARER, email=clerk.email)
    grant(patient, clerk, Relationship.CARER)
    with pytest.raises(HasAccessAlready), transaction.atomic():
        grant(patient, clerk, Relationship.CARER)
    with pytest.raises(NotAllowed):
        grant(patient, builders.make_user(Role.PHYSICIAN), Relationship.CARER)


def test_one_mailbox_may_care_for_two_children(clerk):
    """A mother of two has one password."""
    one, two = (builders.make_patient(born=date(2015, 1, day)) for day in (1, 2))
    first, second = (grant(child, clerk, Relationship.PARENT) for child in (one, two))
    assert first.is_new_user
    assert not second.is_new_user
    assert set(own_records(first.access.user, now=NOW)) == {one, two}


def test_the_desk_invites_by_mail(clerk, patient):
    """The person chooses the password; the desk never knows it."""
    form = {
        "portal-name": "Carla Carer",
        "portal-email": "carla@example.org",
        "portal-relationship": "carer",
    }
    client = client_of(clerk)
    assert client.post(f"/desk/people/{patient.pk}/portal/", form).status_code == 302
    assert "/accounts/password/reset/key/" in Message.objects.get().body
    again = client.post(f"/desk/people/{patient.pk}/portal/", form)
    assert again.status_code == 422
    assert b"sees the record already" in again.content
    assert b"Carla Carer" in again.content, "what was typed is still there"


# --- consents --------------------------------------------------------------------------------


def decision(**changes):
    values = {
        "kind": "messages",
        "decision": "permit",
        "method": "paper",
        "given_by": "Ana Ruiz",
        "decided_date": TODAY,
    } | changes
    return Decision(**values)


def test_another_mind_is_another_row(clerk, patient):
    """What was agreed to then stays true of then."""
    record_consent(patient=patient, decision=decision(), by=clerk, now=NOW)
    record_consent(patient=patient, decision=decision(decision="deny"), by=clerk, now=NOW)
    assert [c.decision for c in patient.consents.all()] == ["deny", "permit"]


@pytest.mark.parametrize(
    "changes",
    [
        {"decided_date": TODAY + timedelta(days=1)},
        {"decided_date": date(1969, 1, 1)},
        {"until_date": TODAY},
    ],
)
def test_impossible_consents_are_refused(changes, clerk, patient):
    """A consent with a wrong date is worth nothing when it is needed."""
    with pytest.raises(Invalid):
        record_consent(patient=patient, decision=decision(**changes), by=clerk, now=NOW)
    assert not Consent.objects.exists()


# --- merges ----------------------------------------------------------------------------------


@pytest.fixture
def double(patient):
    double = Patient.objects.create(
        given_names=patient.given_names,
        family_name=patient.family_name,
        birth_date=patient.birth_date,
    )
    for person in (patient, double):
        ContactPoint.objects.create(
            patient=person, system="phone", value="555-0100", digits="15550100"
        )
    AllergyIntolerance.objects.create(patient=double, text="Latex")
    MedicationStatement.objects.create(patient=patient, text="Naproxen")
    return double


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


# --- whole record, read log ------------------------------------------------------------------


def test_the_whole_record_is_whole(patient, clerk):
    """The law gives people a right to all of it; “all” is not what somebody remembered to list."""
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    AllergyIntolerance.objects.create(patient=patient, text="Latex")
    record_consent(patient=patient, decision=decision(), by=clerk, now=NOW)
    access_patient(clerk, patient.pk, now=NOW)
    client_of(clerk).get(f"/desk/people/{patient.pk}/")
    body = json.loads(officer.get(f"/manager/people/{patient.pk}/record.json").content)
    assert body["record_number"] == patient.record_number
    sections = body["sections"]
    assert sections["Allergies and intolerances"][0]["text"] == "Latex"
    assert sections["Consents"][0]["given_by"] == "Ana Ruiz"
    assert sections["Patients"][0]["family_name"] == patient.family_name
    assert any(row["what"] == "contact details" for row in sections["Read events"])
    assert "patient_ids" not in sections["Read events"][0], "other people were in some looks"
    page = officer.get(f"/manager/people/{patient.pk}/record/").content.decode()
    assert "Latex" in page
    kinds = set(ReadEvent.objects.filter(what="whole record").values_list("kind", flat=True))
    assert kinds == {"export", "print"}


def test_the_whole_record_includes_what_was_told_and_seen_before_a_merge(patient, double, manager):
    """What happened under the other number happened to the same person."""
    clerk = builders.make_user()
    client_of(clerk).get(f"/desk/people/{double.pk}/")
    Message.objects.create(
        kind="account",
        patient_id=double.pk,
        to_name="Ana",
        to_address="ana@example.org",
        subject="Before the merge",
        body="",
        dedupe_key="before",
        due_at=NOW,
    )
    merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    answer = officer.get(f"/manager/people/{patient.pk}/record.json")
    sections = json.loads(answer.content)["sections"]
    assert sections["Messages"][0]["subject"] == "Before the merge"
    assert any(row["what"] == "contact details" for row in sections["Read events"])


def test_the_read_log_answers_who_looked_at_this_person(patient, clerk):
    """The question of every complaint."""
    other = builders.make_patient("Zoe", "Elsewhere")
    desk = client_of(clerk)
    desk.get(f"/desk/people/{patient.pk}/")
    desk.get(f"/desk/people/{other.pk}/")
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    page = officer.get(f"/manager/reads/?patient={patient.pk}").content.decode()
    assert patient.name in page
    assert "Zoe Elsewhere" not in page
    for query in (
        f"user={clerk.name[:5]}",
        "role=front_desk",
        "kind=view",
        "what=contact",
        "purpose=operations",
        "address=/desk/",
        "ip=127.0.0.1",
        f"begin={date.today() - timedelta(days=1)}&end={date.today()}",  # noqa: DTZ011
    ):
        text = officer.get(f"/manager/reads/?{query}").content.decode()
        assert "Zoe Elsewhere" in text, query
    for query in ("role=therapist", "purpose=emergency", "what=nothing", "reason=x", "ip=9.9.9.9"):
        text = officer.get(f"/manager/reads/?{query}").content.decode()
        assert "No such look" in text, query
    assert officer.get("/manager/reads/?ip=nonsense").status_code == 400
    assert officer.get("/manager/reads/?patient=x").status_code == 400
    assert ReadEvent.objects.filter(what="read log").exists(), "looking at the log is in the log"


def test_the_read_log_leaves_as_a_harmless_file(patient, clerk):
    """A name that begins with “=” must not run in the officer's spreadsheet."""
    Patient.objects.filter(pk=patient.pk).update(given_names="=HYPERLINK(1)")
    client_of(clerk).get(f"/desk/people/{patient.pk}/")
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    answer = officer.get(f"/manager/reads.csv?patient={patient.pk}")
    assert answer["Content-Disposition"].startswith("attachment")
    text = answer.content.decode()
    assert "'=HYPERLINK(1)" in text
    assert ReadEvent.objects.filter(kind="export", what="read log file").exists()
    assert harmless(["=1+1", "@x", "fine", 3]) == ["'=1+1", "'@x", "fine", 3]


def test_changes_name_who_and_what(patient, clerk, manager):
    """From “somebody changed it” to a name."""
    record_consent(patient=patient, decision=decision(), by=clerk, now=NOW)
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    page = officer.get(f"/manager/people/{patient.pk}/changes/").content.decode()
    assert "record_consent" in page
    assert clerk.name in page
    assert "insert: consent" in page


def test_a_person_sees_who_viewed_their_record(patient, physician):
    """Trust is being able to look."""
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient)
    builders.care_for(patient, physician)
    client_of(physician).get(f"/physician/people/{patient.pk}/")
    portal = client_of(user)
    portal.get("/patient/")
    page = portal.get("/patient/viewers/").content.decode()
    assert physician.name in page
    assert "chart" in page
    assert "own record" not in page, "one's own looks are no news"


def test_a_stranger_s_record_is_nobody(physician):
    """Not “closed”, which would say that there is one."""
    with pytest.raises(NotFound):
        access_chart(physician, "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d", now=NOW)
