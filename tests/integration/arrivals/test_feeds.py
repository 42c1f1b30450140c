"""Calendars for calendar programs: right, stable, and without a clinical word."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from clinic.accounts.models import User
from clinic.audit.models import ReadEvent
from clinic.shared.errors import Conflict, NotFound
from patients.models import PortalAccess
from scheduling.actions.blocks import block_time
from scheduling.actions.links import MOST_LINKS, revoke_link, share_calendar, share_visits
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.models import SecretLink
from tests import builders
from tests.integration.arrivals.conftest import HALF
from tests.integration.test_booking import NOW, TEN
from tests.security.clients import client_of


@pytest.fixture
def portal(clinic):
    """Somebody who comes, and signs in."""
    user = builders.make_user("patient")
    patient = builders.make_patient("Ana", "Quillfeather", email="ana@example.org")
    PortalAccess.objects.create(user=user, patient=patient)
    clinic.kind.name, clinic.kind.public_name = "Epidural injection", "Visit, with procedure; 1"
    clinic.kind.save()
    visit = clinic.visit(patient=patient, reason="Canary reason")
    return user, patient, visit


def ask(stranger, made, **headers):
    return stranger.get(f"/public/calendar/{made.secret}.ics", headers=headers)


def entries(answer):
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def mine(clinic):
    return share_calendar(resource=clinic.clinician, by=clinic.physician, now=NOW)


def test_a_clinician_s_calendar_says_when_where_and_the_record_number(clinic, portal, at, stranger):
    """A phone on a café table shows no name and no diagnosis."""
    _user, patient, _visit = portal
    note = "Canary note"
    block_time(
        resource=clinic.clinician,
        begin=TEN + 4 * HALF,
        end=TEN + 5 * HALF,
        note=note,
        by=clinic.physician,
        now=NOW,
    )
    at(NOW)
    answer = ask(stranger, mine(clinic))
    first, blocked = sorted(entries(answer), key=lambda e: e["dtstart"].dt)
    assert first["summary"] == f"Visit – D-{patient.record_number}"
    assert first["dtstart"].dt == TEN
    assert b"DTSTART:20270112T100000Z" in answer.content, "no program must know our zones"
    assert clinic.site.name in first["location"]
    assert "room" in first["location"]
    assert blocked["summary"] == "Blocked"
    text = answer.content.decode()
    for word in ("Quillfeather", "Ana", "Epidural", "Canary", "procedure"):
        assert word not in text
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_person_s_calendar_says_where_to_go_and_whom_to_call(clinic, portal, at, stranger):
    """Commas and semicolons in names must not break the file."""
    user, patient, _visit = portal
    clinic.visit()
    at(NOW)
    answer = ask(stranger, share_visits(patient=patient, by=user, now=NOW))
    (entry,) = entries(answer)
    assert entry["summary"] == "Visit, with procedure; 1"
    assert entry["location"] == f"{clinic.site.name}, {clinic.site.address}"
    assert clinic.site.phone in entry["description"]
    text = answer.content.decode()
    assert "Epidural" not in text
    assert "Canary" not in text


def test_an_entry_keeps_its_identity_through_every_change(clinic, portal, at, stranger):
    """Otherwise a moved visit stands twice in the calendar, and somebody comes at the old time."""
    user, patient, visit = portal
    made = share_visits(patient=patient, by=user, now=NOW)
    at(NOW)
    (before,) = entries(ask(stranger, made))
    to = NewPlace(clinic.site, TEN + 2 * HALF, clinic.clinician)
    move_appointment(appointment=visit, to=to, by=clinic.clerk, now=NOW)
    (moved,) = entries(ask(stranger, made))
    assert moved["uid"] == before["uid"]
    assert moved["sequence"] > before["sequence"]
    assert moved["dtstart"].dt == TEN + 2 * HALF
    clinic.step(visit, "cancel", NOW)
    (cancelled,) = entries(ask(stranger, made))
    assert (cancelled["uid"], cancelled["status"]) == (before["uid"], "CANCELLED")
    assert cancelled["sequence"] > moved["sequence"]
    assert before["status"] == "CONFIRMED"


def test_a_calendar_is_sent_only_when_it_changes(clinic, portal, at, stranger):
    """Programs ask all day and all night."""
    made = mine(clinic)
    at(NOW)
    first = ask(stranger, made)
    again = ask(stranger, made, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    clinic.step(portal[2], "cancel", NOW)
    assert ask(stranger, made, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_reading_through_a_calendar_is_written_down(clinic, portal, at, stranger):
    """Under the name of who made the link; and the log must not become a list of secrets."""
    made = mine(clinic)
    at(NOW)
    first = ask(stranger, made)
    ask(stranger, made, **{"If-None-Match": first["ETag"]})
    row = ReadEvent.objects.get(what="calendar feed")
    assert (row.user, row.kind) == (clinic.physician, "export")
    assert row.patient_ids == [portal[1].pk]
    assert row.address == "/public/calendar/…"
    assert made.secret not in str(list(ReadEvent.objects.values()))


def test_a_calendar_ends_with_the_right_of_who_made_it(clinic, portal, at, stranger):
    """Who leaves, or is no longer a child's carer, must not go on reading by a forgotten link."""
    user, patient, _visit = portal
    own, theirs = mine(clinic), share_visits(patient=patient, by=user, now=NOW)
    at(NOW)
    assert ask(stranger, own).status_code == ask(stranger, theirs).status_code == 200
    User.objects.filter(pk=clinic.physician.pk).update(is_active=False)
    PortalAccess.objects.filter(user=user).update(until_date=NOW.date())
    assert ask(stranger, own).status_code == ask(stranger, theirs).status_code == 404


def test_a_revoked_address_is_like_one_that_never_was(clinic, at, stranger):
    """Not even that it once worked is anybody's business."""
    made = mine(clinic)
    at(NOW)
    assert ask(stranger, made).status_code == 200
    revoke_link(link=made.link, by=clinic.physician, now=NOW)
    gone, never = ask(stranger, made), stranger.get("/public/calendar/none.ics")
    assert gone.status_code == never.status_code == 404
    assert b"There is nothing here" in gone.content


def test_nobody_shares_or_revokes_what_is_not_theirs(clinic, portal):
    """A calendar is shared by whose it is."""
    user, patient, _visit = portal
    colleague, neighbour = builders.make_user("physician"), builders.make_user("patient")
    with pytest.raises(NotFound):
        share_calendar(resource=clinic.clinician, by=colleague, now=NOW)
    with pytest.raises(NotFound):
        share_visits(patient=patient, by=neighbour, now=NOW)
    made = share_visits(patient=patient, by=user, now=NOW)
    with pytest.raises(NotFound):
        revoke_link(link=made.link, by=neighbour, now=NOW)


def test_there_is_an_end_to_links(clinic):
    """A hundred forgotten addresses are a hundred doors."""
    for _ in range(MOST_LINKS):
        mine(clinic)
    with pytest.raises(Conflict):
        mine(clinic)


def test_the_pages_make_show_once_and_revoke(clinic, portal, stranger):
    """What a person does without reading a manual."""
    user, patient, _visit = portal
    cases = [
        (client_of(clinic.physician), "/physician/calendar/"),
        (client_of(user), f"/patient/{patient.pk}/calendar/"),
    ]
    for client, page in cases:
        address = client.post(page, follow=True).context["new"]
        path = "/" + address.split("/", 3)[3]
        assert stranger.get(path).status_code == 200
        assert address not in client.get(page).content.decode()
        link = SecretLink.objects.order_by("-id").first()
        assert client.post(f"{page}{link.pk}/off/").status_code == 302
        assert stranger.get(path).status_code == 404


def test_old_and_far_visits_stay_out(clinic, portal, at, stranger):
    """A phone is not an archive."""
    made = mine(clinic)
    at(TEN + timedelta(days=40))
    assert entries(ask(stranger, made)) == []
