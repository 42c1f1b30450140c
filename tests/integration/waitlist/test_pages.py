"""The waitlist on pages and through REST: what the desk and the person see and send."""

import re
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from clinic.messaging.models import Message
from scheduling.actions.offers import offer_time
from scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from tests import builders
from tests.integration.waitlist.conftest import Line, secret_sent
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    """Pages read the real clock, so this clinic lives today, and works around the clock."""
    clinic = Line()
    clinic.now = datetime.now(UTC)
    start = clinic.now + timedelta(hours=30)
    clinic.start = start.replace(minute=0, second=0, microsecond=0)
    clinic.desk = client_of(clinic.clerk)
    return clinic


@pytest.fixture
def entry(clinic):
    return waits(clinic)


def waits(clinic, **changes):
    today = clinic.now.date()
    fields = {"earliest_date": today, "latest_date": today + timedelta(days=14), "at": clinic.now}
    return clinic.wait(**fields | changes)


def offered(clinic, entry, **changes):
    fields = {"start_at": clinic.start, "by": clinic.clerk, "now": clinic.now}
    return offer_time(entry=entry, **fields | changes)


def posted(clinic, patient, **changes):
    today = clinic.now.date()
    return {
        "patient": str(patient.pk),
        "site": clinic.site.pk,
        "visit_type": clinic.kind.code,
        "clinician": "",
        "priority": "2",
        "earliest_date": today.isoformat(),
        "latest_date": (today + timedelta(days=20)).isoformat(),
        "weekdays": [],
        "from_time": "",
        "until_time": "",
        "notice_minutes": "120",
        "note": "Lives next door",
    } | changes


def test_the_desk_puts_somebody_on_the_list(clinic):
    """Three fields and a click while the person is on the phone."""
    patient = builders.make_patient()
    page = clinic.desk.get("/desk/waitlist/add/", {"patient": patient.pk})
    assert patient.name in page.content.decode()
    assert "asks you to call them" in page.content.decode()
    answer = clinic.desk.post("/desk/waitlist/add/", posted(clinic, patient))
    assert answer.status_code == 302
    entry = WaitlistEntry.objects.get()
    assert (entry.patient, entry.priority, entry.notice_minutes) == (patient, 2, 120)
    shown = clinic.desk.get("/desk/waitlist/").content.decode()
    assert patient.sort_name in shown
    assert "Lives next door" in shown
    again = clinic.desk.post("/desk/waitlist/add/", posted(clinic, patient))
    assert again.status_code == 422
    assert "already" in again.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"latest_date": "yesterday"},
        {"latest_date": "2001-01-01"},
        {"from_time": "25:00"},
        {"from_time": "12:00", "until_time": "09:00"},
        {"weekdays": ["9"]},
        {"visit_type": "nothing"},
        {"priority": "7"},
    ],
)
def test_a_wrong_wish_loses_nothing_that_was_typed(clinic, wrong):
    """Typing it all again while somebody waits on the phone is how lists stay empty."""
    patient = builders.make_patient()
    answer = clinic.desk.post("/desk/waitlist/add/", posted(clinic, patient, **wrong))
    assert answer.status_code == 422
    assert "Lives next door" in answer.content.decode()
    assert "error-summary" in answer.content.decode()
    assert not WaitlistEntry.objects.exists()


def test_what_was_chosen_while_booking_comes_along(clinic):
    """Nothing free: one click, and the kind of visit and the clinician are kept."""
    patient = builders.make_patient()
    page = clinic.desk.get("/desk/book/", {"patient": patient.pk, "clinician": clinic.clinician.pk})
    link = re.search(r'href="(/desk/waitlist/add/[^"]+)"', page.content.decode())[1]
    form = clinic.desk.get(link.replace("&amp;", "&")).context["form"]
    assert form.initial["visit_type"] == clinic.kind.code
    assert form.initial["clinician"] == str(clinic.clinician.pk)


def test_somebody_is_found_and_a_visit_is_brought_forward(clinic):
    """“Call me if something earlier comes up”, from the list and from the visit."""
    visit = clinic.book(clinic.start + timedelta(days=4), now=clinic.now)
    found = clinic.desk.get("/desk/waitlist/add/", {"q": visit.patient.family_name})
    assert f"/desk/waitlist/add/?patient={visit.patient_id}" in found.content.decode()
    page = clinic.desk.get(f"/desk/appointments/{visit.pk}/move/").content.decode()
    assert f"appointment={visit.pk}" in page
    form = posted(clinic, visit.patient, appointment=str(visit.pk))
    assert clinic.desk.post("/desk/waitlist/add/", form).status_code == 302
    assert WaitlistEntry.objects.get().appointment == visit
    assert "· has" in clinic.desk.get("/desk/waitlist/").content.decode()


def test_the_list_is_narrowed(clinic, entry):
    """Forty names are no list for a phone call."""
    other = builders.make_visit_type(45, ["clinician"])
    waits(clinic, visit_type=other, patient=builders.make_patient("Bea", "Later"))
    everything = clinic.desk.get("/desk/waitlist/").content.decode()
    assert everything.count("<tr id=") == 2
    narrowed = clinic.desk.get("/desk/waitlist/", {"visit_type": other.code}).content.decode()
    assert "Later" in narrowed
    assert narrowed.count("<tr id=") == 1
    assert "Nobody is on this list" in str(clinic.desk.get("/desk/waitlist/?status=booked").content)
    assert clinic.desk.get("/desk/waitlist/?status=all").content.decode().count("<tr id=") == 2
    for wrong in ("status=x", "visit_type=a/b", "site=0"):
        assert clinic.desk.get(f"/desk/waitlist/?{wrong}").status_code == 400, wrong
    assert clinic.desk.get("/desk/waitlist/?visit_type=nothing").status_code == 404


def test_a_wish_is_changed_and_ended(clinic, entry):
    """From the page of the entry."""
    address = f"/desk/waitlist/{entry.pk}/"
    assert "60 minutes" not in clinic.desk.get(address).content.decode()
    form = posted(clinic, entry.patient, weekdays=["1", "5"], from_time="09:00")
    assert clinic.desk.post(address, form).status_code == 302
    entry.refresh_from_db()
    assert (entry.weekdays, entry.from_time) == ([1, 5], time(9))
    assert clinic.desk.post(address, form | {"latest_date": "2001-01-01"}).status_code == 422
    assert clinic.desk.post(f"{address}leave/").status_code == 302
    entry.refresh_from_db()
    assert entry.status == "withdrawn"
    assert clinic.desk.post(f"{address}leave/").status_code == 409


def test_one_click_offers_a_time_and_the_phone_answers_it(clinic, entry):
    """The desk offers, sees how long it is held, and writes down the yes."""
    address = f"/desk/waitlist/{entry.pk}/times/"
    page = clinic.desk.get(address).content.decode()
    slot = re.search(r'name="slot"\s+value="([^"]+)"', page)[1]
    assert clinic.desk.post(address, {"slot": slot}).status_code == 302
    offer = WaitlistOffer.objects.get()
    shown = clinic.desk.get("/desk/waitlist/").content.decode()
    assert " left" in shown
    assert "Says yes" in shown
    again = clinic.desk.post(address, {"slot": slot})
    assert again.status_code == 409
    assert "another offer" in again.content.decode()
    answer = clinic.desk.post(f"/desk/waitlist/offers/{offer.pk}/", {"answer": "accept"})
    assert answer.status_code == 302
    assert Appointment.objects.get().patient == entry.patient
    assert clinic.desk.post(address, {"slot": "nonsense"}).status_code == 400
    wrong = clinic.desk.post(f"/desk/waitlist/offers/{offer.pk}/", {"answer": "perhaps"})
    assert wrong.status_code == 400


def test_an_offer_that_reached_nobody_says_please_call(clinic):
    """Held for somebody who does not know it is held for nobody."""
    entry = waits(clinic, email="")
    offered(clinic, entry)
    assert "Please call" in clinic.desk.get("/desk/waitlist/").content.decode()


def test_who_could_come_into_an_empty_cell(clinic, entry):
    """From the board: whose visit fits, in line, and one click offers."""
    long = builders.make_visit_type(120, ["clinician"])
    too_long = waits(clinic, visit_type=long, patient=builders.make_patient("Too", "Long"))
    cell = {
        "site": clinic.site.pk,
        "clinician": clinic.clinician.pk,
        "start": clinic.start.isoformat(),
        "end": (clinic.start + timedelta(hours=1)).isoformat(),
    }
    page = clinic.desk.get("/desk/waitlist/for/?" + urlencode(cell)).content.decode()
    assert entry.patient.sort_name in page
    assert too_long.patient.sort_name not in page
    slot = re.search(r'name="slot"\s+value="([^"]+)"', page)[1]
    assert clinic.desk.post(f"/desk/waitlist/{entry.pk}/times/", {"slot": slot}).status_code == 302
    assert WaitlistOffer.objects.get().hold.start_at == clinic.start
    empty = clinic.desk.get("/desk/waitlist/for/?" + urlencode(cell)).content.decode()
    assert "Nobody on the list fits here" in empty
    for wrong in ({"end": cell["start"]}, {"start": "now"}, {"clinician": "x"}, {"site": ""}):
        answer = clinic.desk.get("/desk/waitlist/for/?" + urlencode(cell | wrong))
        assert answer.status_code == 400, wrong


def test_the_person_says_yes_through_the_link(clinic, entry):
    """No sign-in, no name on the screen, and the second tap changes nothing."""
    offer = offered(clinic, entry)
    address = f"/public/offers/{secret_sent(offer)}/"
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(address)
    text = page.content.decode()
    assert entry.patient.family_name not in text
    assert clinic.kind.name not in text
    assert clinic.site.phone in text
    assert browser.post(address, {"answer": "accept"}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]
    form = {"answer": "accept", "csrfmiddlewaretoken": token}
    for _ in range(2):
        done = browser.post(address, form, follow=True)
        assert done.status_code == 200
        assert "This time is yours" in done.content.decode()
    assert Appointment.objects.get().booked_by is None
    no = browser.post(address, form | {"answer": "decline"})
    assert no.status_code == 409
    assert Appointment.objects.get().status == "booked"


def test_the_person_says_no_through_the_link(clinic, entry):
    """And reads what happens next."""
    address = f"/public/offers/{secret_sent(offered(clinic, entry))}/"
    done = Client().post(address, {"answer": "decline"}, follow=True)
    assert "You stay on our list" in done.content.decode()
    late = Client().post(address, {"answer": "accept"})
    assert late.status_code == 409
    assert not Appointment.objects.exists()


def test_a_link_that_ran_out_or_was_never_one_is_answered_kindly(clinic, entry):
    """Somebody in pain opens it too late: they need a phone number, not an error."""
    offer = offered(clinic, entry)
    address = f"/public/offers/{secret_sent(offer)}/"
    offer.hold.expires_at = clinic.now - timedelta(seconds=1)
    offer.hold.save()
    over = Client().get(address).content.decode()
    assert "no longer held" in over
    assert clinic.site.phone in over
    late = Client().post(address, {"answer": "accept"})
    assert late.status_code == 409
    assert "no longer held" in late.content.decode()
    forged = Client().get("/public/offers/forged/")
    assert forged.status_code == 404
    assert clinic.site.phone in forged.content.decode()
    assert Client().post("/public/offers/forged/", {"answer": "accept"}).status_code == 404
    assert Client().post(address, {"answer": "perhaps"}).status_code == 400


def test_the_page_speaks_the_person_s_language(clinic, entry):
    """Dates first: a day that is misread is a visit that is missed."""
    entry.patient.language = "es"
    entry.patient.save()
    page = Client().get(f"/public/offers/{secret_sent(offered(clinic, entry))}/").content.decode()
    assert '<html lang="es">' in page
    assert re.search("lunes|martes|miércoles|jueves|viernes|sábado|domingo", page)


def test_rest_lists_changes_and_ends_entries(clinic, entry):
    """What the desk does, a program can do, with the same refusals."""
    second = waits(clinic, priority=1, patient=builders.make_patient())
    listed = clinic.desk.get("/api/v1/waitlist/", {"page_size": 1}).json()
    assert [row["id"] for row in listed["results"]] == [str(second.pk)]
    assert clinic.desk.get(listed["next"]).json()["results"][0]["id"] == str(entry.pk)
    by_age = clinic.desk.get("/api/v1/waitlist/", {"sort": "created_at"}).json()["results"]
    assert [row["id"] for row in by_age] == [str(entry.pk), str(second.pk)]
    for wrong in ("sort=note", "status=x", "colour=red"):
        assert clinic.desk.get(f"/api/v1/waitlist/?{wrong}").status_code == 400, wrong
    address = f"/api/v1/waitlist/{entry.pk}/"
    nothing = {"content_type": "application/json"}
    seen = clinic.desk.get(address)
    change = {"data": {"weekdays": [5], "from_time": "10:00"}, "content_type": "application/json"}
    assert clinic.desk.patch(address, **change).status_code == 428
    tag = {"headers": {"If-Match": seen["ETag"]}}
    changed = clinic.desk.patch(address, **change, **tag)
    assert changed.status_code == 200, changed.content
    assert (changed.json()["weekdays"], changed.json()["from_time"]) == ([5], "10:00:00")
    assert clinic.desk.patch(address, **change, **tag).status_code == 412
    assert clinic.desk.post(f"{address}withdraw/", **nothing).json()["status"] == "withdrawn"
    assert clinic.desk.post(f"{address}withdraw/", **nothing).status_code == 409


def test_rest_adds_and_offers(clinic):
    """A booking assistant puts somebody on the list and offers them a time."""
    today = clinic.now.date()
    sent = {
        "patient": str(builders.make_patient(email="z@example.org").pk),
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "earliest_date": today.isoformat(),
        "latest_date": (today + timedelta(days=9)).isoformat(),
    }
    made = clinic.desk.post("/api/v1/waitlist/", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    again = clinic.desk.post("/api/v1/waitlist/", sent, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "already_waiting")
    past = sent | {"earliest_date": "2026-01-01"}
    assert (
        clinic.desk.post("/api/v1/waitlist/", past, content_type="application/json")
        .json()["detail"]
        .startswith("These days")
    )
    address = f"/api/v1/waitlist/{made.json()['id']}/offers/"
    offer = {"start_at": clinic.start.isoformat(), "clinician": clinic.clinician.pk}
    out = clinic.desk.post(address, offer, content_type="application/json")
    assert out.status_code == 201, out.content
    assert out.json()["status"] == "open"
    assert "digest" not in out.json()
    taken = clinic.desk.post(address, offer, content_type="application/json")
    assert (taken.status_code, taken.json()["code"]) == (409, "already_asked")
    back = f"/api/v1/waitlist/offers/{out.json()['id']}/withdraw/"
    assert clinic.desk.post(back, content_type="application/json").json()["status"] == "withdrawn"
    assert clinic.desk.post(back, content_type="application/json").json()["code"] == "offer_over"
    assert Message.objects.filter(kind="waitlist_offer", status="withdrawn").count() == 1


def test_the_desk_is_told_that_a_booking_took_somebody_off_the_list(clinic, entry):
    """Nobody has to look twice whether somebody still waits, and nobody wonders later."""
    answer = clinic.desk.post(
        "/desk/book/",
        {
            "patient": str(entry.patient.pk),
            "site": clinic.site.pk,
            "visit_type": clinic.kind.code,
            "slot": f"{clinic.start:%Y-%m-%dT%H:%M:%SZ}/{clinic.clinician.pk}",
            "reason": "",
        },
        follow=True,
    )
    assert "is off the waitlist now" in answer.content.decode()
    assert clinic.desk.get("/desk/waitlist/").content.decode().count(entry.patient.sort_name) == 0
    ended = clinic.desk.get("/desk/waitlist/", {"status": "booked"}).content.decode()
    assert entry.patient.sort_name in ended
    assert f"for {clinic.start:%a %b} {clinic.start.day}" in ended
