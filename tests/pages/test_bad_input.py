"""Whatever comes in, the answer is a sentence with the right status, and nothing half-written."""

import pytest
from django.test import Client

from scheduling.models import Appointment
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    site = builders.make_site()
    clinician = builders.make_clinician(site)
    builders.make_resource(site)
    client = Client(raise_request_exception=False)
    client.force_login(builders.make_user())
    return {
        "client": client,
        "site": site,
        "clinician": clinician,
        "kind": builders.make_visit_type(),
        "patient": builders.make_patient(),
    }


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/desk/?day=tomorrow", 400),
        ("/desk/?day=2026-02-30", 400),
        ("/desk/?day=9999-12-31", 400),
        ("/desk/?day=0001-01-01", 400),
        ("/desk/?site=abc", 400),
        ("/desk/?site=-1", 400),
        ("/desk/?site=99999999999999999999", 400),
        ("/desk/?site=2000000000", 404),
        ("/desk/?day=%00", 400),
        ("/desk/people/?q=%00", 400),
        ("/desk/people/?q=%ff%fe", 400),
        ("/desk/%00", 404),
        ("/desk/people/not-a-uuid/", 404),
        ("/desk/book/?patient=not-a-uuid", 400),
        ("/desk/book/?patient=01a1fc6e-8939-786c-bb44-acc7b5e6bf1d", 404),
        ("/desk/book/?q=" + "a" * 300, 400),
        ("/desk/people/?q=" + "a" * 300, 200),
        ("/nowhere/", 404),
    ],
)
def test_an_odd_address_gets_a_sentence(world, address, status):
    """A typing slip, a broken link and an attack all deserve a plain answer."""
    answer = world["client"].get(address)
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    if status != 200:
        assert b"data-problem" in answer.content


def good(world, **changes):
    client = world["client"]
    page = client.get(f"/desk/book/?patient={world['patient'].pk}&site={world['site'].pk}")
    key = page.context["days"][0].earliest.key
    form = {
        "patient": world["patient"].pk,
        "visit_type": world["kind"].code,
        "site": world["site"].pk,
        "slot": key,
        "reason": "",
    }
    return form | changes


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"slot": ""}, 400),
        ({"slot": "junk"}, 400),
        ({"slot": "2027-01-12T10:00"}, 400),
        ({"slot": "2027-01-12T10:00:00+00:00/x"}, 400),
        ({"slot": "2027-01-12T10:00:00+00:00/99999999999999999999999"}, 404),
        ({"slot": "9999-12-31T23:59:59+00:00/"}, 400),
        ({"slot": "0001-01-01T00:00:00+00:00/"}, 400),
        ({"slot": "2020-01-01T10:00:00+00:00/"}, 400),
        ({"patient": "x"}, 400),
        ({"patient": "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"}, 404),
        ({"visit_type": "unknown"}, 404),
        ({"visit_type": "a\x00b"}, 400),
        ({"site": "2000000000"}, 404),
        ({"reason": "x" * 201}, 400),
        ({"reason": "a\x00b"}, 400),
        ({"reason": "x" * 2_000_000}, 413),
        ({f"field{n}": "x" for n in range(600)}, 400),
    ],
)
def test_an_odd_booking_is_refused_and_writes_nothing(world, changes, status):
    """Every field of the form, wrong in every way we could think of."""
    answer = world["client"].post("/desk/book/", good(world, **changes))
    assert answer.status_code == status
    assert Appointment.objects.count() == 0


def test_the_same_booking_without_a_fault_works(world):
    """The positive control of the test above."""
    answer = world["client"].post("/desk/book/", good(world))
    assert answer.status_code == 302
    assert Appointment.objects.count() == 1


def test_a_taken_slot_comes_back_with_fresh_times(world):
    """The caller is still on the phone."""
    form = good(world)
    other = builders.make_patient()
    assert world["client"].post("/desk/book/", form).status_code == 302
    answer = world["client"].post("/desk/book/", form | {"patient": other.pk, "reason": "Neck"})
    assert answer.status_code == 409
    assert b"not free any more" in answer.content
    assert answer.context["days"]
    assert b'value="Neck"' in answer.content, "what was typed must not be lost"
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"given_names": ""},
        {"given_names": "   "},
        {"family_name": "\x00"},
        {"birth_date": "2090-01-01"},
        {"birth_date": "1/1/1700"},
        {"birth_date": "soon"},
        {"email": "not an address"},
        {"phone": "12"},
        {"gender": "unheard-of"},
        {"language": "tlh"},
    ],
)
def test_an_odd_registration_is_shown_again_with_its_fault(world, changes):
    """The clerk mends one field instead of typing everything again."""
    form = {
        "given_names": "Ana",
        "family_name": "O'Neil <b>",
        "birth_date": "3/14/1962",
        "gender": "female",
        "language": "en",
        "payer_class": "unknown",
    }
    answer = world["client"].post("/desk/people/new/", form | changes)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    if "family_name" not in changes:
        assert b"O&#x27;Neil &lt;b&gt;" in answer.content
    assert world["client"].post("/desk/people/new/", form).status_code == 302


def test_a_step_that_does_not_follow_is_a_409(world):
    """Two nurses press the same button; the second is told, not failed."""
    world["client"].post("/desk/book/", good(world))
    visit = Appointment.objects.get()
    address = f"/desk/appointments/{visit.pk}/steps/"
    assert world["client"].post(address, {"step": "confirm"}).status_code == 302
    assert world["client"].post(address, {"step": "confirm"}).status_code == 409
    assert world["client"].post(address, {"step": "explode"}).status_code == 400
    Appointment.objects.update(status="arrived")
    swapped = world["client"].post(address, {"step": "room"}, headers={"HX-Request": "true"})
    board = world["client"].get("/desk/").content.decode()
    assert "In a room" in swapped.content.decode()
    assert "In a room" in board
