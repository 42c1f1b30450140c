"""The rules on the pages of the desk: a clear no, a day, and times that will not be refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Condition
from scheduling.models import Appointment
from tests import builders, record_builders
from tests.rule_builders import CAP, DIABETES, file_rules
from tests.security.world import client_of
from treatments.models import CatalogueEntry, Finding, Override

pytestmark = pytest.mark.django_db


class Clinic:
    """A clinic for epidurals; the person had four of them, the oldest 350 days ago."""

    def __init__(self):
        record_builders.shipped_catalogue()
        file_rules()
        self.now = timezone.now()
        self.site = builders.make_site("UTC")
        self.clinician = builders.make_clinician(self.site)
        builders.make_resource(self.site)
        entry = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
        self.kind = builders.make_visit_type(30, treatment=entry, region="lumbar", rank=1)
        self.clerk = builders.make_user()
        self.physician = builders.make_user(Role.PHYSICIAN)
        self.patient = builders.make_patient()
        builders.care_for(self.patient, self.physician)
        for days in (60, 120, 200, 350):
            record_builders.make_procedure(
                self.patient, self.physician, at=self.now - timedelta(days=days), status="signed"
            )
        oldest = (self.now - timedelta(days=350)).date()
        self.earliest = oldest.replace(year=oldest.year + 1)

    def offer(self, user, **more):
        asked = {"patient": self.patient.pk, "visit_type": self.kind.code, "site": self.site.pk}
        return client_of(user).get(reverse("desk:book"), asked | more)

    def post(self, user, day, **more):
        start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        asked = {
            "patient": self.patient.pk,
            "visit_type": self.kind.code,
            "site": self.site.pk,
            "slot": f"{start.isoformat()}/{self.clinician.pk}",
            "reason": "Comes with her son",
        }
        return client_of(user).post(reverse("desk:book"), asked | more)


@pytest.fixture
def clinic():
    return Clinic()


def test_times_begin_on_the_first_day_that_will_not_be_refused(clinic):
    """A desk that is offered a time and then refused has already told the person on the phone."""
    page = clinic.offer(clinic.clerk).content.decode()
    assert CAP["desk_message"] in page
    assert "At most four" not in page
    assert f"Times from {clinic.earliest:%A, %B} {clinic.earliest.day}" in page
    first = f'value="{clinic.earliest:%Y-%m-%d}T'
    days = {part[:10] for part in page.split('name="slot"\n')[1:]}
    assert first in page
    assert all(day >= f"{clinic.earliest:%Y-%m-%d}" for day in days if day[:2] == "20")


def test_a_refused_time_loses_nothing_and_offers_the_rest(clinic):
    """What was typed must not be typed again."""
    answer = clinic.post(clinic.clerk, clinic.earliest - timedelta(days=2))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Comes with her son" in page
    assert "Nothing was booked" in page
    assert 'name="override_reason"' not in page
    assert not Appointment.objects.exists()


def test_a_physician_reads_why_and_goes_on_in_the_same_form(clinic):
    """The override is one step at the place of the refusal, or it is done behind our back."""
    day = clinic.earliest - timedelta(days=2)
    page = clinic.post(clinic.physician, day).content.decode()
    assert 'name="override_reason"' in page
    shown = clinic.offer(clinic.physician).content.decode()
    assert "At most four" in shown
    spite = clinic.offer(clinic.physician, day=day.isoformat(), in_spite="on").content.decode()
    assert f'value="{day:%Y-%m-%d}T' in spite
    answer = clinic.post(clinic.physician, day, override_reason="New deficit, MRI seen")
    assert answer.status_code == 302
    assert Override.objects.get().reason == "New deficit, MRI seen"


def test_nobody_reads_clinical_words_without_caring_for_the_person(clinic):
    """A warning names diagnoses: it is part of the chart."""
    Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
    stranger = builders.make_user(Role.PHYSICIAN)
    for user in (stranger, clinic.clerk):
        page = clinic.offer(user).content.decode()
        assert DIABETES["desk_message"] in page
        assert "blood sugar" not in page
    page = clinic.offer(clinic.physician).content.decode()
    assert "blood sugar" in page
    assert f'value="{DIABETES["id"]}"' in page


def test_a_warning_is_acknowledged_with_the_booking(clinic):
    """Two steps for one thought would be skipped."""
    Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
    answer = clinic.post(clinic.physician, clinic.earliest, seen=DIABETES["id"])
    assert answer.status_code == 302
    assert Finding.objects.get().state == "acknowledged"
