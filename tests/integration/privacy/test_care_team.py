"""Charts open to who looks after somebody, and in an emergency to everybody’s knowledge."""

from datetime import timedelta

import pytest

from clinic.accounts.models import Team, TeamMember
from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from patients.actions.care_team import break_glass, join_care_team, leave_care_team
from patients.models import (
    CareTeamMember,
    EmergencyAccess,
)
from patients.models.care_team import CareTeamReason
from patients.queries import OutsideCareTeam, access_chart
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.privacy import HOUR, NOW, may_read, name
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


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
