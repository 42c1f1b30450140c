"""The manager's forms: what is typed is never lost, and what would strand is shown first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.hold import place_hold
from scheduling.models import Holiday, Site, TimeOff, VisitType, WorkingHours, WorklistItem
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    site = builders.make_site("UTC")
    doctor = builders.make_user(Role.PHYSICIAN)
    clinician = builders.make_clinician(site, user=doctor)
    builders.make_resource(site)
    kind, clerk, now = builders.make_visit_type(), builders.make_user(), timezone.now()
    slot = free_slots(clerk, SlotSearch(kind, [site], now, now + timedelta(days=2)), now=now)[-1]
    request = BookingRequest(builders.make_patient(), kind, site, slot.start_at)
    return {
        "site": site,
        "clinician": clinician,
        "visit": book_appointment(request=request, by=clerk, now=now),
        "manager": client_of(builders.make_user(Role.MANAGER)),
        "clerk": client_of(clerk),
        "doctor": client_of(doctor),
        "day": slot.start_at.date().isoformat(),
    }


@pytest.mark.parametrize("who", ["manager", "doctor"])
def test_leave_is_shown_saved_and_listed(world, who):
    """The whole way: typed, shown, changed, shown again, saved, on the desk's list."""
    client = world[who]
    pk = world["clinician"].pk
    address = f"/manager/resources/{pk}/leave/" if who == "manager" else "/physician/leave/"
    form = {"first_date": world["day"], "last_date": world["day"], "reason": "Ill <b>"}
    shown = client.post(address, form)
    assert shown.status_code == 200
    assert world["visit"].patient.family_name in shown.content.decode()
    assert not TimeOff.objects.exists()
    sent = dict(shown.context["sent"])
    assert sent.items() >= form.items()
    back = client.post(address, sent | {"again": "1"})
    assert b'value="Ill &lt;b&gt;"' in back.content, "what was typed is not lost"
    key = shown.context["outcome"].key
    assert client.post(address, sent | {"accepted": key}).status_code == 302
    assert TimeOff.objects.get().reason == "Ill <b>"
    page = world["clerk"].get("/desk/worklist/").content.decode()
    assert world["visit"].patient.family_name in page
    assert "is not there then" in page


def test_a_kept_visit_leaves_the_list(world):
    """With a reason; without one the reason is asked for, and nothing happens."""
    item = WorklistItem.objects.create(
        kind="running_late", appointment=world["visit"], created_at=timezone.now()
    )
    address = f"/desk/worklist/{item.pk}/keep/"
    refused = world["clerk"].post(address, {"reason": ""})
    assert refused.status_code == 422
    assert b"This field is required" in refused.content
    long = world["clerk"].post(address, {"reason": "x" * 181})
    assert ("x" * 181).encode() in long.content, "what was typed is not lost"
    assert world["clerk"].post(address, {"reason": "Comes in"}).status_code == 302
    assert b"Nothing to settle" in world["clerk"].get("/desk/worklist/").content


def test_of_a_list_of_thousands_whoever_comes_soonest_is_shown(world, monkeypatch):
    """A changed rule lists thousands in a night: the page opens, and tomorrow is not behind May."""
    monkeypatch.setattr("scheduling.queries.worklist.SHOWN", 2)
    for minutes in range(3):
        booked = world["visit"]
        search = SlotSearch(
            booked.visit_type, [world["site"]], timezone.now(), booked.end_at + timedelta(days=2)
        )
        start = free_slots(booked.booked_by, search, now=timezone.now())[-1].start_at
        wish = BookingRequest(builders.make_patient(), booked.visit_type, world["site"], start)
        visit = book_appointment(request=wish, by=booked.booked_by, now=timezone.now())
        # Who comes last was listed first.
        listed_at = timezone.now() - timedelta(minutes=minutes)
        WorklistItem.objects.create(kind="running_late", appointment=visit, created_at=listed_at)
    shown = world["clerk"].get("/desk/worklist/").content.decode()
    assert shown.count('<tr id="item-') == 2
    assert "3 visits to settle" in shown
    assert "The others follow" in shown
    first, second, last = WorklistItem.objects.order_by("appointment__start_at")
    assert shown.index(f"item-{first.pk}") < shown.index(f"item-{second.pk}")
    assert f"item-{last.pk}" not in shown


@pytest.mark.parametrize(
    ("address", "form", "typed"),
    [
        ("sites/new/", {"name": "Hillside", "time_zone": "Mars"}, "Hillside"),
        ("sites/new/", {"name": "{site}", "time_zone": "UTC", "phone": "123"}, "123"),
        ("sites/{pk}/", {"name": "Other", "time_zone": "Asia/Tokyo"}, "Other"),
        ("sites/{pk}/hours/", {"from_date": "2001-01-01", "day_1": "8-12"}, "8-12"),
        ("sites/{pk}/hours/", {"from_date": "x", "day_2": "9-13"}, "9-13"),
        ("sites/{pk}/hours/", {"day_3": "12-8"}, "12-8"),
        ("sites/{pk}/leave/", {"first_date": "2027-02-30", "reason": "Paint"}, "Paint"),
        ("sites/{pk}/holidays/", {"local_date": "9999-12-31", "name": "Far"}, "Far"),
        ("sites/{pk}/resources/new/", {"kind": "rocket", "name": "Apollo"}, "Apollo"),
        ("resources/{clinician}/", {"name": "x" * 101}, "x" * 101),
        ("capabilities/", {"name": "y" * 101}, "y" * 101),
        ("visit-types/new/", {"name": "Tilt", "duration_minutes": "999"}, "Tilt"),
        ("visit-types/new/", {"name": "Tilt", "clinician-parts": "5-1"}, "5-1"),
    ],
)
def test_a_form_with_a_fault_is_shown_again(world, address, form, typed):
    """Somebody who typed a week of hours types it once."""
    counts = [m.objects.count() for m in (Site, WorkingHours, TimeOff, Holiday, VisitType)]
    site = world["site"]
    address = "/manager/" + address.format(pk=site.pk, clinician=world["clinician"].pk)
    form = {name: value.format(site=site.name) for name, value in form.items()}
    answer = world["manager"].post(address, form)
    assert answer.status_code == 422
    assert typed in answer.content.decode()
    assert b"Please correct this" in answer.content
    assert counts == [m.objects.count() for m in (Site, WorkingHours, TimeOff, Holiday, VisitType)]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/manager/sites/999999/", 404),
        ("/manager/visit-types/nothing/", 404),
        ("/manager/reports/nothing.csv", 404),
        ("/manager/reports/?site=999999", 404),
        ("/manager/reports/?first_date=tomorrow", 422),
        ("/manager/reports/waits.csv?first_date=9999-12-31", 400),
        ("/manager/sites/{pk}/hours/?on=never", 400),
    ],
)
def test_an_odd_address_gets_a_sentence(world, address, status):
    """A broken link and an attack both deserve a plain answer."""
    assert world["manager"].get(address.format(pk=world["site"].pk)).status_code == status


def test_a_clinician_without_a_calendar_is_told_so(world):
    """Instead of an empty form that saves nothing."""
    client = client_of(builders.make_user(Role.THERAPIST))
    assert b"You have no calendar yet" in client.get("/physician/hours/").content
    assert client.post("/physician/hours/", {}).status_code == 404


def test_a_site_is_retired_and_brought_back_on_its_page(world):
    """The manager reads why not, or that it is done, and undoes it with one button."""
    client, site = world["manager"], builders.make_site("UTC")
    page = client.get(f"/manager/sites/{site.pk}/").content.decode()
    assert f"Take {site.name} out of use" in page
    done = client.post(f"/manager/sites/{site.pk}/retire/", follow=True).content.decode()
    assert f"Put {site.name} to use again" in done
    assert "out of use" in client.get("/manager/setup/").content.decode()
    back = client.post(f"/manager/sites/{site.pk}/restore/", follow=True).content.decode()
    assert f"Take {site.name} out of use" in back


def test_a_time_that_is_held_is_shown_before_leave_is_saved(world):
    """Alone, it is reason enough to look twice."""
    now, visit = timezone.now(), world["visit"]
    begin = visit.start_at + timedelta(days=2)
    search = SlotSearch(visit.visit_type, [world["site"]], begin, begin + timedelta(days=2))
    slot = free_slots(visit.booked_by, search, now=now)[0]
    person = builders.make_patient()
    request = BookingRequest(person, visit.visit_type, world["site"], slot.start_at)
    place_hold(request=request, by=visit.booked_by, now=now)
    day = slot.start_at.date().isoformat()
    form = {"first_date": day, "last_date": day, "reason": "Ill"}
    shown = world["doctor"].post("/physician/leave/", form)
    page = shown.content.decode()
    assert "1 held time would no longer fit" in page
    assert person.family_name in page
    assert "worklist" not in page.split("<main")[1]
    key = shown.context["outcome"].key
    saved = world["doctor"].post("/physician/leave/", form | {"accepted": key}, follow=True)
    assert "1 held time can no longer be booked" in saved.content.decode()
