"""What a program of the desk may read and do: what the pages let the same person do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from scheduling.actions.offers import offer_time
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import Holiday, Site, TimeOff, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def world():
    site = builders.make_site()
    doctor = builders.make_user(Role.PHYSICIAN)
    return {
        "site": site,
        "doctor": doctor,
        "clinician": builders.make_clinician(site, user=doctor),
        "room": builders.make_resource(site),
        "kind": builders.make_visit_type(),
        "desk": builders.make_user(),
    }


def test_the_desk_reads_what_it_books(world):
    """To give a visit another room one must know which rooms there are."""
    elsewhere = builders.make_site()
    hidden = builders.make_resource(elsewhere)
    client = client_of(world["desk"])
    world["desk"].team_memberships.filter(team=elsewhere.team_id).delete()
    day = timezone.now().date() + timedelta(days=20)
    holiday = Holiday.objects.create(site=world["site"], local_date=day, name="Founders' day")
    listed = client.get("/api/v1/resources/").json()["results"]
    ids = {row["id"] for row in listed}
    assert {world["clinician"].pk, world["room"].pk} <= ids
    assert hidden.pk not in ids
    assert client.get(f"/api/v1/resources/{world['room'].pk}/").status_code == 200
    assert client.get(f"/api/v1/resources/{hidden.pk}/").status_code == 404
    assert client.get("/api/v1/holidays/").json()["results"][0]["id"] == holiday.pk
    assert client.get(f"/api/v1/visit-types/{world['kind'].code}/").status_code == 200
    VisitType.objects.update(is_active=False)
    assert client.get(f"/api/v1/visit-types/{world['kind'].code}/").status_code == 404
    made = client.post("/api/v1/resources/", {}, content_type=JSON)
    assert made.status_code == 403


def test_a_clinician_enters_their_own_leave(world):
    """Who may go on leave by a page may also do so by the calendar of their phone."""
    client = client_of(world["doctor"])
    day = (timezone.now().date() + timedelta(days=20)).isoformat()
    said = {"first_date": day, "last_date": day, "reason": "Conference"}
    made = client.post("/api/v1/own-leave/", said, content_type=JSON)
    assert made.status_code == 201, made.content
    assert TimeOff.objects.get().resource == world["clinician"]
    assert [row["reason"] for row in client.get("/api/v1/own-leave/").json()] == ["Conference"]
    address = f"/api/v1/own-leave/{made.json()['id']}/"
    other = builders.make_user(Role.PHYSICIAN)
    builders.make_clinician(world["site"], user=other)
    assert client_of(other).get(address).status_code == 404
    tag = client.get(address).headers["ETag"]
    assert client.delete(address).status_code == 428
    assert client.delete(address, headers={"If-Match": tag}).status_code == 204
    assert not TimeOff.objects.exists()


@pytest.mark.parametrize("said", ["accept", "decline"])
def test_the_desk_writes_down_what_somebody_said_to_an_offer(world, said):
    """Most people answer by telephone, and the program of the desk must be able to say so."""
    now = timezone.now()
    slot = free_slots(
        world["desk"],
        SlotSearch(
            world["kind"], [world["site"]], now + timedelta(days=2), now + timedelta(days=4)
        ),
        now=now,
    )[0]
    today = now.date()
    wish = Wish(earliest_date=today, latest_date=today + timedelta(days=9))
    entry = add_to_waitlist(
        patient=builders.make_patient(),
        site=world["site"],
        visit_type=world["kind"],
        wish=wish,
        by=world["desk"],
        now=now,
    )
    offer = offer_time(entry=entry, start_at=slot.start_at, by=world["desk"], now=now)
    client = client_of(world["desk"])
    address = f"/api/v1/waitlist/offers/{offer.pk}/{said}/"
    answer = client.post(address, {}, content_type=JSON)
    assert answer.status_code == 200, answer.content
    entry.refresh_from_db()
    assert (entry.status == "booked") == (said == "accept")
    again = client.post(address, {}, content_type=JSON)
    assert again.status_code == 200, "said twice is said once"


def test_a_manager_loads_the_holidays_of_a_country(world):
    """Twelve days a year and site by hand are twelve mistakes."""
    Site.objects.filter(pk=world["site"].pk).update(holiday_calendar="US-IL")
    year = timezone.now().year + 1
    address = f"/api/v1/sites/{world['site'].pk}/holidays/load/"
    boss = client_of(builders.make_user(Role.MANAGER))
    answer = boss.post(address, {"year": year}, content_type=JSON)
    assert answer.status_code == 201, answer.content
    assert f"{year}-07-04" in {row["local_date"] for row in answer.json()}
    assert (
        client_of(world["desk"]).post(address, {"year": year}, content_type=JSON).status_code == 403
    )
