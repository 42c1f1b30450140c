"""Where a visit is for, on the pages of the desk and in the API: asked where it is open, kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling.models import Appointment, WaitlistEntry
from tests import builders
from tests.pages.test_limits import Clinic
from tests.security.clients import client_of
from treatments.models import CatalogueEntry, Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    """Four lumbar epidurals, and a kind of visit that leaves open where."""
    clinic = Clinic()
    entry = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    clinic.kind = builders.make_visit_type(30, treatment=entry, rank=0)
    tomorrow = timezone.now() + timedelta(days=1)
    clinic.start = tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)
    return clinic


def booked(clinic, **more):
    body = {
        "patient": str(clinic.patient.pk),
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "start_at": clinic.start.isoformat(),
    }
    client = client_of(clinic.clerk)
    return client.post("/api/v1/appointments/", body | more, content_type="application/json")


def test_the_gap_of_the_board_asks_for_the_region(clinic):
    """The quickest way to book must not be the one on which everybody is refused."""
    client, at = client_of(clinic.clerk), f"{clinic.clinician.pk}/{clinic.start.isoformat()}"
    address = reverse("desk:quick")
    page = client.get(address, {"at": at, "patient": clinic.patient.pk})
    assert "For which region" in page.content.decode()
    choice = f"{clinic.kind.code}@{clinic.start.isoformat()}"
    wish = {"at": at, "patient": clinic.patient.pk, "choice": choice}
    refused = client.post(address, wish)
    assert refused.status_code == 409
    assert "Say which region" in refused.content.decode()
    again = client.post(address, wish | {"region": "lumbar"}).content.decode()
    assert '<option value="lumbar" selected>' in again
    assert client.post(address, wish | {"region": "cervical"}).status_code == 302
    assert Appointment.objects.get().region == "cervical"


def test_a_time_over_another_asks_for_the_region(clinic):
    """What was chosen on the page before comes along, and can be changed there."""
    client = client_of(builders.make_user())
    wish = {
        "patient": clinic.patient.pk,
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "day": f"{clinic.start:%Y-%m-%d}",
        "clock": "10:00",
        "region": "cervical",
    }
    page = client.get(reverse("desk:anyway"), wish).content.decode()
    assert '<option value="cervical" selected>' in page
    assert client.post(reverse("desk:anyway"), wish).status_code == 302
    assert Appointment.objects.get().region == "cervical"


def test_a_course_of_visits_asks_for_the_region(clinic):
    """Twelve visits proposed on days on which each is refused are no proposal."""
    client = client_of(clinic.clerk)
    wish = {
        "patient": clinic.patient.pk,
        "site": clinic.site.pk,
        "visit_type": clinic.kind.code,
        "count": 1,
        "per_week": 1,
        "days_apart": 2,
        "part": "any",
        "first_day": f"{clinic.start:%Y-%m-%d}",
        "region": "cervical",
    }
    page = client.get(reverse("desk:series-new"), wish).content.decode()
    assert 'name="region"' in page
    chosen = {"visit": f"{clinic.start.isoformat()}/{clinic.clinician.pk}", "do": "book"}
    answer = client.post(reverse("desk:series-new"), wish | chosen)
    assert answer.status_code == 302, answer.content.decode()
    visit = Appointment.objects.get()
    assert (visit.region, visit.series.region) == ("cervical", "cervical")


def test_the_waitlist_asks_for_the_region(clinic):
    """Whoever waits for a neck is asked for a neck."""
    client = client_of(clinic.clerk)
    first = {"patient": clinic.patient.pk, "site": clinic.site.pk}
    assert "For which region" in client.get(reverse("desk:waitlist-add"), first).content.decode()
    wish = {
        "visit_type": clinic.kind.code,
        "priority": 3,
        "notice_minutes": 60,
        "earliest_date": f"{clinic.start:%Y-%m-%d}",
        "latest_date": f"{clinic.start + timedelta(days=9):%Y-%m-%d}",
        "region": "cervical",
    }
    assert client.post(reverse("desk:waitlist-add"), first | wish).status_code == 302
    entry = WaitlistEntry.objects.get()
    assert entry.region == "cervical"
    told = client.get(f"/api/v1/waitlist/{entry.pk}/")
    assert told.json()["region"] == "cervical"
    change = {"region": "lumbar"}
    client.patch(
        f"/api/v1/waitlist/{entry.pk}/",
        change,
        content_type="application/json",
        headers={"If-Match": told["ETag"]},
    )
    entry.refresh_from_db()
    assert entry.region == "lumbar"


def test_the_page_of_a_visit_shows_the_region_and_lets_it_be_said(clinic):
    """Said wrongly on the phone, it is mended where it is read; nothing is cancelled."""
    visit = Appointment.objects.get(pk=booked(clinic, region="cervical").json()["id"])
    client = client_of(clinic.clerk)
    page = client.get(reverse("desk:visit", args=[visit.pk])).content.decode()
    assert '<option value="cervical" selected>' in page
    address = reverse("desk:visit-region", args=[visit.pk])
    assert client.post(address, {"region": "elbow"}).status_code == 400
    assert client.post(address, {"region": "lumbar"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.region, visit.status) == ("lumbar", "booked")
    assert Finding.objects.get().severity == "block"


def test_a_program_reads_and_changes_where_a_visit_is_for(clinic):
    """What a person can mend, a program can, and against the version it has read."""
    answer = booked(clinic, region="cervical")
    assert answer.json()["region"] == "cervical"
    client, address = client_of(clinic.clerk), f"/api/v1/appointments/{answer.json()['id']}/"
    told = {"content_type": "application/json", "headers": {"If-Match": answer["ETag"]}}
    assert client.patch(address, {}, **told).status_code == 400
    changed = client.patch(address, {"region": "thoracic"}, **told)
    assert changed.json()["region"] == "thoracic"
    assert client.patch(address, {"region": "lumbar"}, **told).status_code == 412


def test_a_program_holds_and_books_a_course_for_a_region(clinic):
    """The same need in the other two ways in which a program takes times."""
    client = client_of(clinic.clerk)
    body = {
        "patient": str(clinic.patient.pk),
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "region": "cervical",
    }
    json = {"content_type": "application/json"}
    hold = client.post("/api/v1/holds/", body | {"start_at": clinic.start.isoformat()}, **json)
    assert hold.json()["region"] == "cervical"
    visit = client.post(f"/api/v1/holds/{hold.json()['id']}/book/", {}, **json).json()
    assert visit["region"] == "cervical"
    later = (clinic.start + timedelta(days=7)).isoformat()
    course = body | {"per_week": 1, "visits": [{"start_at": later}]}
    series = client.post("/api/v1/series/", course, **json).json()
    assert (series["region"], series["visits"][0]["region"]) == ("cervical", "cervical")


def test_who_is_here_now_keeps_what_was_typed_and_wished(clinic):
    """The reason was typed, the clinician chosen, the warning ticked: all of it was lost."""
    client, entry = client_of(clinic.clerk), {"patient": clinic.patient.pk}
    asked = entry | {"visit_type": clinic.kind.code, "site": clinic.site.pk}
    asked |= {"part": "morning", "clinician": clinic.clinician.pk, "region": "lumbar"}
    page = client.get(reverse("desk:book"), asked).content.decode()
    here_now = page.split(reverse("desk:here-now"))[0].rsplit("<button", 1)[1]
    assert 'form="booking"' in here_now
    wished = f"clinician={clinic.clinician.pk}&part=morning"
    said = asked | {"reason": "Comes with her son", "wished": wished}
    refused = client.post(reverse("desk:here-now"), said)
    assert refused.status_code == 409
    again = refused.content.decode()
    assert 'value="Comes with her son"' in again
    assert '<option value="morning" selected>' in " ".join(again.split())
    assert '<option value="lumbar" selected>' in " ".join(again.split())
    chosen = f'<option value="{clinic.clinician.pk}" selected>'
    assert chosen in " ".join(again.split())


def test_a_visit_that_is_opened_says_what_its_card_says(clinic):
    """“First visit · Spanish” stood on the card, and was gone where the person is called."""
    clinic.patient.language = "es"
    clinic.patient.save()
    visit = booked(clinic, region="cervical").json()["id"]
    page = client_of(clinic.clerk).get(reverse("desk:visit", args=[visit])).content.decode()
    assert "First visit · Spanish" in page
