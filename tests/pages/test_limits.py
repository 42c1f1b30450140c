"""The rules on the pages of the desk: a clear no, a day, and times that will not be refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Condition
from scheduling.models import Appointment
from tests import builders, record_builders
from tests.rule_builders import CAP, DIABETES, SADDLE, file_rules
from tests.security.clients import client_of
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


def test_a_held_time_is_booked_with_the_reason_for_which_it_was_held(clinic):
    """What was typed once must not be lost between holding and booking."""
    day = clinic.earliest - timedelta(days=2)
    held = clinic.post(clinic.physician, day, hold="on", override_reason="New deficit, MRI seen")
    assert held.status_code == 302
    client, address = client_of(clinic.physician), held.url
    bare = client.post(f"{address}book/", {"reason": "Comes with her son"})
    page = bare.content.decode()
    assert bare.status_code == 409
    assert 'name="override_reason"' in page
    assert "At most four" in page
    assert "Comes with her son" in page
    assert client.post(f"{address}book/", {"override_reason": "x"}).status_code == 400
    said = {"override_reason": "New deficit, MRI seen", "reason": "Comes with her son"}
    assert client.post(f"{address}book/", said).status_code == 302
    assert Override.objects.get().reason == "New deficit, MRI seen"
    assert Appointment.objects.get().reason == "Comes with her son"


def test_the_page_of_a_held_time_knows_what_was_typed(clinic):
    """Whoever holds a time in spite of a rule says why once."""
    day = clinic.earliest - timedelta(days=2)
    client, reason = client_of(clinic.physician), "New deficit, MRI seen"
    start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    form = {
        "patient": clinic.patient.pk,
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "slot": f"{start.isoformat()}/{clinic.clinician.pk}",
        "reason": "Comes with her son",
        "hold": "on",
        "override_reason": reason,
    }
    page = client.post(reverse("desk:book"), form, follow=True).content.decode()
    assert f'value="{reason}"' in page
    assert 'value="Comes with her son"' in page


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


CARE = DIABETES | {
    "id": "needs-care",
    "kind": "prerequisite",
    "params": {"check": "care", "least": "P4W"},
    "message": "Four weeks of care without needles.",
}
PAIN = CARE | {
    "id": "needs-pain",
    "params": {"check": "elapsed", "event": "pain", "least": "P4W"},
    "message": "Pain for four weeks.",
    "desk_message": "Ask since when.",
}


def test_what_is_not_recorded_is_one_line_at_booking(clinic):
    """Six warnings a visit are ticked without reading; one line that names the facts is asked."""
    file_rules(CARE, PAIN)
    person = builders.make_patient()
    builders.care_for(person, clinic.physician)
    clinic.patient = person
    page = clinic.offer(clinic.physician).content.decode()
    assert "Not recorded: conservative care, when the pain began (2 rules wait for it)." in page
    assert 'value="needs-care needs-pain"' in page
    desk = clinic.offer(clinic.clerk).content.decode()
    assert desk.count("Something that rules ask for is not recorded yet.") == 1
    assert "Ask since when." not in desk
    day = timezone.localdate() + timedelta(days=5)
    answer = clinic.post(clinic.physician, day, seen="needs-care needs-pain")
    assert answer.status_code == 302
    found = Finding.objects.filter(subject_key=str(Appointment.objects.get().pk))
    assert {(row.rule_key, row.state) for row in found} == {
        ("needs-care", "acknowledged"),
        ("needs-pain", "acknowledged"),
    }


def test_the_desk_asks_red_flags_says_the_words_and_stops_for_an_emergency(clinic):
    """Nobody at the desk is a clinician: what to ask and to say must stand on the page."""
    file_rules(CAP, SADDLE)
    clinic.kind = builders.make_visit_type(30)
    page = clinic.offer(clinic.clerk).content.decode()
    assert "newly numb between your legs" in page
    told = {"patient": clinic.patient.pk, "flag": "saddle-numbness"}
    answer = client_of(clinic.clerk).post(reverse("desk:red-flags"), told, follow=True)
    page = answer.content.decode()
    assert "Call 911" in page
    assert 'class="slot' not in page
    finding = Finding.objects.get(patient=clinic.patient)
    assert (finding.urgency, finding.state) == ("emergency", "open")
    refused = clinic.post(clinic.clerk, clinic.now + timedelta(days=1))
    assert refused.status_code == 409
    assert "Call 911" in refused.content.decode()
    # The desk takes nothing back by asking again.
    client_of(clinic.clerk).post(reverse("desk:red-flags"), {"patient": clinic.patient.pk})
    assert Finding.objects.get(patient=clinic.patient).state == "open"
    inbox = client_of(clinic.physician).get(reverse("physician:findings")).content.decode()
    assert "Emergency now" in inbox


def test_a_program_asks_red_flags_as_the_desk_does(clinic):
    """A phone system that books must say the same words."""
    file_rules(CAP, SADDLE)
    client = client_of(clinic.clerk)
    assert [row["key"] for row in client.get("/api/v1/triage/").json()] == ["saddle-numbness"]
    body = {"patient": str(clinic.patient.pk), "flags": ["saddle-numbness"]}
    told = client.post("/api/v1/triage/", body, content_type="application/json")
    assert (told.status_code, told.json()["urgency"]) == (201, "emergency")
    assert told.json()["words"] == [SADDLE["desk_message"]]
    body["flags"] = ["no-such-flag"]
    assert client.post("/api/v1/triage/", body, content_type="application/json").status_code == 400


def test_a_visit_for_no_region_asks_for_it(clinic):
    """What the desk can say in a word is asked before the times, not refused after."""
    entry = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    clinic.kind = builders.make_visit_type(30, treatment=entry)
    page = clinic.offer(clinic.clerk).content.decode()
    assert "For which region" in page
    assert "Say which region" in page
    page = clinic.offer(clinic.clerk, region="cervical").content.decode()
    assert "Say which region" not in page
    assert 'class="slot' in page
