"""What people tell and write from home is seen where staff look: the board, the menu, the lists."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.accounts.roles import Role
from patients.actions.threads import Letter, Opening
from patients.models import PortalAccess
from patients.models.thread import ThreadTopic
from scheduling.domain.local_time import wall_instant
from scheduling.domain.short_ids import short_id
from scheduling.models import Appointment, Reservation
from scheduling.queries.visit_intakes import intake_states
from tests import builders
from tests.record_builders import shipped_catalogue
from tests.security.clients import client_of
from treatments.actions.intakes import Decided, change_sent, decide_line, save_page, send_intake
from treatments.actions.letters import send_first_letter
from treatments.domain.intake import Subject, items_of, print_of
from treatments.models import Intake, Verdict

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
DAY = (NOW + timedelta(days=3)).date()
DRUG = {"what": "Warfarin", "how_much": "5 mg", "thins": "yes"}


@pytest.fixture
def place():
    return builders.make_site(hours=(time(7), time(19)))


@pytest.fixture
def person():
    return builders.make_patient("Ana", "Novak", email="ana@example.org")


@pytest.fixture
def user(person):
    made = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=made, patient=person)
    return made


@pytest.fixture
def visit(place, person):
    kind = builders.make_visit_type(30, ["clinician"])
    start = wall_instant(DAY, time(9), place.zone)
    made = Appointment.objects.create(
        patient=person,
        visit_type=kind,
        site=place,
        start_at=start,
        end_at=start + timedelta(minutes=30),
        status_at=NOW,
    )
    Reservation.objects.create(
        resource=builders.make_clinician(place),
        during=(made.start_at, made.end_at),
        kind="appointment",
        appointment=made,
    )
    return made


def send(person, user, visit, *drugs, at=NOW):
    said = {"lines": [{**DRUG, "what": drug} for drug in drugs], "none": not drugs}
    draft = Intake.objects.filter(patient=person, submitted_at=None).first()
    seen = print_of(draft.answers.get("medicines")) if draft else ""
    save_page(patient=person, subject=Subject.MEDICINES, said=said, seen=seen, by=user, now=at)
    seen = print_of(Intake.objects.get(patient=person, submitted_at=None).answers)
    return send_intake(patient=person, appointment_id=visit.pk, seen=seen, by=user, now=at)


def decide(intake, by, verdict=Verdict.KNOWN):
    for line in items_of(intake.answers):
        decide_line(
            intake=intake,
            subject=line.subject,
            item=line.key,
            decided=Decided(verdict, ""),
            by=by,
            now=NOW,
        )


def state(viewer, visit):
    return intake_states(viewer, [visit.pk], now=NOW).get(visit.pk)


def board(by, **more):
    query = "&".join(f"{key}={value}" for key, value in ({"day": DAY} | more).items())
    return client_of(by).get(f"/desk/?{query}").content.decode()


def test_the_board_says_whether_somebody_told_what_we_ask(person, user, visit):
    """Who comes without having told needs ten minutes more; the desk plans with that."""
    desk, nurse = builders.make_user(), builders.make_user(Role.NURSE)
    assert (state(desk, visit), state(nurse, visit)) == ("not_sent", "not_sent")
    sent = send(person, user, visit, "Warfarin")
    assert (state(desk, visit), state(nurse, visit)) == ("sent", "to_look_at")
    decide(sent, nurse)
    assert state(nurse, visit) == "sent"
    change_sent(patient=person, by=user, now=NOW)
    again = send(person, user, visit, "Warfarin", "Aspirin", at=NOW + timedelta(hours=1))
    assert state(nurse, visit) == "to_look_at", "a line more is to be looked at"
    assert again.version == 2
    Appointment.objects.filter(pk=visit.pk).update(status="completed")
    assert state(nurse, visit) is None, "it is over"


def test_who_was_never_asked_owes_nothing(place, person, visit):
    """Somebody without a way into the portal is not late with anything."""
    assert state(builders.make_user(), visit) is None
    assert "No intake yet" not in board(builders.make_user(), view="columns")


@pytest.mark.parametrize("layout", ["columns", "list"])
def test_each_layout_says_it_in_words(person, user, visit, layout):
    """A colour or a sign alone is nothing to who cannot see it."""
    desk, nurse = builders.make_user(), builders.make_user(Role.NURSE)
    assert "No intake yet" in board(desk, view=layout)
    send(person, user, visit, "Warfarin")
    assert "Intake sent" in board(desk, view=layout)
    assert "Intake to look at" in board(nurse, view=layout)
    assert "Warfarin" not in board(nurse, view=layout), "that it is there, and nothing of it"


def test_the_dialog_leads_whoever_may_to_what_was_told(person, user, visit):
    """The nurse who reads it on the board is one press from it; the desk is not."""
    send(person, user, visit, "Warfarin")
    address = f"/desk/visits/{short_id(visit.pk)}/"
    link = f"/physician/people/{person.pk}/intake/"
    assert link in client_of(builders.make_user(Role.NURSE)).get(address).content.decode()
    assert link not in client_of(builders.make_user()).get(address).content.decode()


def test_a_board_that_is_open_learns_of_it(person, user, visit):
    """The desk does not reload its board all day; it asks whether something changed."""
    client = client_of(builders.make_user(Role.NURSE))

    def changed(page):
        text = page.content.decode()
        address = re.search(r'data-changes="([^"]+)"', text)[1].replace("&amp;", "&")
        known = re.findall(r'id="column-(\d+)"\s+data-tag="(\w+)"', text)
        etag = re.search(r'data-etag="([^"]+)"', text)[1].replace("&quot;", '"')
        said = {
            "Dorsa-Columns": " ".join(f"{pk}:{tag}" for pk, tag in known),
            "If-None-Match": etag,
            "Dorsa-Background": "1",
        }
        return client.get(address, headers=said)

    page = client.get(f"/desk/?view=columns&day={DAY}")
    assert changed(page).status_code == 304
    with transaction.atomic():
        sent = send(person, user, visit, "Warfarin")
    answer = changed(page)
    assert (answer.status_code, "Intake to look at" in answer.content.decode()) == (200, True)
    page = client.get(f"/desk/?view=columns&day={DAY}")
    with transaction.atomic():
        decide(sent, builders.make_user(Role.NURSE))
    answer = changed(page)
    assert (answer.status_code, "Intake sent" in answer.content.decode()) == (200, True)


def write(person, user, body, topic=ThreadTopic.APPOINTMENT):
    return send_first_letter(
        patient=person,
        opening=Opening(topic, "A question", None),
        letter=Letter(body, NOW + timedelta(days=2)),
        by=user,
        now=NOW,
    )


def counted(page):
    found = re.search(r'nav-count[^>]*>\s*(\d+)<span class="visually-hidden"> ([^<]+)<', page)
    return (int(found[1]), found[2]) if found else None


def test_the_menu_says_how_many_wait_for_an_answer(place, person, user):
    """A message that nobody opens the list for is not read."""
    shipped_catalogue()
    desk, doctor = builders.make_user(), builders.make_user(Role.PHYSICIAN)
    builders.care_for(person, doctor)
    assert counted(board(desk)) is None
    write(person, user, "When do I come?")
    write(person, user, "I have a fever of 102.", ThreadTopic.TREATMENT)
    assert counted(board(desk)) == (1, "to answer"), "what is clinical is not theirs to read"
    mine = client_of(doctor).get("/physician/").content.decode()
    assert counted(mine) == (2, "to answer, 1 urgent")
    assert counted(client_of(builders.make_user(Role.MANAGER)).get("/desk/").content.decode()) is (
        None
    ), "who may not read them is told nothing"


def test_the_worklist_leads_to_them(place, person, user):
    """The list of what is to be done leaves nothing out."""
    write(person, user, "When do I come?")
    page = client_of(builders.make_user()).get("/desk/worklist/").content.decode()
    assert "Patient messages: 1 to answer" in page
    page = client_of(builders.make_user(Role.MANAGER)).get("/desk/worklist/").content.decode()
    assert "Patient messages:" not in page


def test_a_part_of_a_page_counts_nothing(place, person, user, visit):
    """The menu is drawn with a page; what is swapped in has none, and must not pay for it."""
    client = client_of(builders.make_user())
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/desk/visits/{short_id(visit.pk)}/", headers={"HX-Request": "true"})
    assert asked.captured_queries
    assert not [row for row in asked.captured_queries if "patients_thread" in (row["sql"] or "")]
