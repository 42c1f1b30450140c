"""Checking in by phone: right for who is meant, the same silence for everybody else."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.models import Message
from clinic.shared.errors import Conflict
from patients.models import ContactPoint
from scheduling.actions.day_notices import send_check_in_link
from scheduling.queries.check_in import screen_address, visit_link
from tests import builders
from tests.integration.test_booking import NOW

BORN = date(1962, 3, 14)
ANSWER = "We could not find your visit with this."


@pytest.fixture
def somebody(clinic):
    patient = builders.make_patient("Ana", "Quillfeather", born=BORN, email="ana@example.org")
    ContactPoint.objects.create(
        patient=patient, system="phone", value="+1 212-555-7788", digits="12125557788"
    )
    return clinic.visit(patient=patient)


def path(address):
    return urlsplit(address).path


def link_to(visit, clerk, now=NOW):
    return path(visit_link(clerk, visit, now=now).url)


def screen(clinic, now=NOW):
    return path(screen_address(THE_CLINIC, clinic.site, now=now))


def typed(born="1962-03-14", digits="7788"):
    return {"birth_date": born, "digits": digits}


def test_a_link_checks_in_by_a_press_and_not_by_opening(clinic, somebody, at, stranger):
    """Mail programs open links to look at them; that must not say that somebody is here."""
    at(NOW)
    address = link_to(somebody, clinic.clerk)
    page = stranger.get(address)
    assert page.status_code == 200
    assert "Quillfeather" not in page.content.decode()
    somebody.refresh_from_db()
    assert somebody.status == "booked"
    answer = stranger.post(address)
    assert answer.status_code == 302
    place = stranger.get(answer.url).content.decode()
    assert "You are checked in" in place
    assert "If you feel very unwell, tell the desk now." in place
    somebody.refresh_from_db()
    assert (somebody.status, somebody.queue_ticket.number) == ("arrived", 1)
    again = stranger.get(address)
    assert again.url.startswith("/public/place/"), "a used link shows one's place"


def test_strangers_get_no_session(clinic, somebody, at, stranger):
    """A phone that checked in must not be left with anything that could be stolen."""
    at(NOW)
    answer = stranger.post(link_to(somebody, clinic.clerk))
    stranger.get(answer.url)
    assert "sessionid" not in stranger.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("fault", ["expired", "forged", "other purpose", "junk"])
def test_a_link_that_is_over_says_so_kindly(fault, clinic, somebody, at, stranger):
    """Somebody in pain must be told what to do, not “404”."""
    at(NOW)
    good = link_to(somebody, clinic.clerk)
    bad = {
        "expired": lambda: link_to(somebody, clinic.clerk, NOW - timedelta(minutes=15)),
        "forged": lambda: good[:-3] + ("a/" if good[-3] != "a" else "b/"),
        "other purpose": lambda: good.replace("/check-in/", "/place/"),
        "junk": lambda: "/public/check-in/~~~/",
    }[fault]()
    for answer in (stranger.get(bad), stranger.post(bad)):
        if answer.status_code != 405:
            assert answer.status_code == 404
            assert b"does not work any more" in answer.content
            assert b"tell the desk now" in answer.content
    at(NOW + timedelta(minutes=14, seconds=59))
    assert stranger.get(good).status_code == 200, "the positive control: a good one to the end"


def test_who_scans_the_screen_says_who_they_are(clinic, somebody, at, stranger):
    """Date of birth and the end of the phone number: known to them, and to few in the room."""
    at(NOW)
    address = screen(clinic)
    assert stranger.get(address).status_code == 200
    answer = stranger.post(address, typed(digits="55-7788"))
    assert answer.status_code == 302
    somebody.refresh_from_db()
    assert somebody.status == "arrived"
    assert stranger.post(address, typed()).url.startswith("/public/place/")


def test_the_record_number_does_as_well(clinic, somebody, at, stranger):
    """Some have no phone."""
    at(NOW)
    number = f"D-{somebody.patient.record_number}"
    assert stranger.post(screen(clinic), typed(digits=number)).status_code == 302


def test_what_is_wrong_is_always_answered_alike(clinic, somebody, at, stranger):
    """Otherwise the screen would tell who is a patient here, and when."""
    at(NOW)
    tomorrow = builders.make_patient(born=date(1950, 1, 1))
    clinic.book(somebody.start_at + timedelta(days=1), patient=tomorrow)
    twin = builders.make_patient("Ben", "Twin", born=BORN)
    other = builders.make_site("UTC")
    tries = [
        (clinic.site, typed(digits="7789")),
        (clinic.site, typed(born="1962-03-15")),
        (clinic.site, typed("1950-01-01", str(tomorrow.record_number))),
        (clinic.site, typed(digits=str(twin.record_number))),
        (other, typed()),
    ]
    seen = set()
    for number, (site, form) in enumerate(tries):
        address = path(screen_address(THE_CLINIC, site, now=NOW))
        answer = stranger.post(address, form, REMOTE_ADDR=f"10.0.0.{number}")
        text = answer.content.decode()
        assert answer.status_code == 422
        assert ANSWER in text
        for value in (*form.values(), site.name):
            text = text.replace(value, "…")
        text = text.split("error-summary")[1].split("</form>")[0]
        seen.add(text)
        assert "Quillfeather" not in text
    assert len(seen) == 1
    somebody.refresh_from_db()
    assert somebody.status == "booked"


def test_two_visits_that_day_are_for_the_desk(clinic, somebody, at, stranger):
    """Which of them is meant, nobody but a person can ask."""
    at(NOW)
    clinic.visit(patient=somebody.patient)
    assert ANSWER in stranger.post(screen(clinic), typed()).content.decode()


def test_five_tries_and_no_more(clinic, somebody, at, stranger):
    """Ten thousand endings of a phone number are few for a machine."""
    at(NOW)
    address = screen(clinic)
    for digits in ("0001", "0002", "0003", "0004", "0005"):
        assert stranger.post(address, typed(digits=digits)).status_code == 422
    answer = stranger.post(address, typed())
    assert answer.status_code == 429
    assert b"go to the desk" in answer.content
    somebody.refresh_from_db()
    assert somebody.status == "booked"
    elsewhere = stranger.post(address, typed(), REMOTE_ADDR="10.9.9.9")
    assert elsewhere.status_code == 302, "somebody else's phone is not stopped"


def test_one_person_is_not_guessed_from_many_places(clinic, somebody, at, stranger):
    """Who knows a birth date and has many addresses still gets ten tries an hour."""
    at(NOW)
    address = screen(clinic)
    for number in range(10):
        form = typed(digits=f"{1000 + number}")
        assert stranger.post(address, form, REMOTE_ADDR=f"10.0.1.{number}").status_code == 422
    answer = stranger.post(address, typed(), REMOTE_ADDR="10.0.2.1")
    assert answer.status_code == 429


SLIPS = [typed(born="soon"), typed(digits="12"), {}, typed(digits="x" * 50)]


@pytest.mark.parametrize("form", SLIPS)
def test_a_typing_slip_is_shown_and_costs_no_try(form, clinic, at, stranger):
    """Trembling hands get as many goes as they need at filling the form in."""
    at(NOW)
    for _ in range(7):
        assert stranger.post(screen(clinic), form).status_code == 422


def test_the_code_on_the_screen_changes(clinic, at, stranger):
    """A photograph of the screen is worth nothing after some minutes."""
    assert screen(clinic) == screen(clinic, NOW + timedelta(seconds=1))
    assert screen(clinic) != screen(clinic, NOW + timedelta(minutes=5))
    at(NOW + timedelta(minutes=10))
    assert stranger.get(screen(clinic)).status_code == 404


def test_the_place_in_line_follows_the_day(clinic, somebody, at, stranger):
    """What the phone says is what the desk does."""
    at(NOW)
    before = clinic.visits[0]
    mine = clinic.visit()
    clinic.step(before, "arrive", NOW)
    place = stranger.post(link_to(mine, clinic.clerk)).url
    text = stranger.get(place).content.decode()
    assert "Your visit: today at" in text, "far too early: nobody waits for a line"
    assert "before you" not in text
    at(mine.start_at - timedelta(minutes=20))
    text = stranger.get(place).content.decode()
    assert "1 person is before you" in text
    assert "minutes more" in text
    at(NOW)
    clinic.step(mine, "room", NOW)
    fragment = stranger.get(place, headers={"HX-Request": "true"}).content.decode()
    assert "Please go to" in fragment
    assert "<html" not in fragment
    clinic.step(mine, "start", NOW, by=clinic.physician)
    assert "Your visit has begun" in stranger.get(place).content.decode()


def test_a_visit_of_another_day_gets_no_link(clinic, somebody):
    """The link says “I am here”, which nobody is a day before."""
    with pytest.raises(Conflict):
        visit_link(clinic.clerk, somebody, now=NOW - timedelta(days=1))
    arrived = clinic.step(somebody, "arrive", NOW)
    with pytest.raises(Conflict):
        visit_link(clinic.clerk, arrived, now=NOW)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_link_goes_out_by_mail(language, clinic, somebody):
    """In the person's language, with the link, and without what they come for."""
    somebody.patient.language = language
    somebody.patient.save()
    send_check_in_link(appointment=somebody, by=clinic.clerk, now=NOW)
    message = Message.objects.get(kind="check_in_link")
    assert "/public/check-in/" in message.body
    assert ("when you are here" in message.body) == (language == "en")
    assert clinic.kind.name not in message.body + message.subject
