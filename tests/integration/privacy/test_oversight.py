"""Who looked, who changed what, and everything there is about one person."""

import json
from datetime import date, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.messaging.models import Message
from clinic.shared.errors import NotFound
from clinic.shared.spreadsheets import harmless
from patients.actions.consents import record_consent
from patients.actions.merge import merge_patients
from patients.models import (
    AllergyIntolerance,
    Patient,
    PortalAccess,
)
from patients.queries import access_chart, access_patient
from tests import builders
from tests.privacy import NOW, decision
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


def test_the_whole_record_is_whole(patient, clerk):
    """The law gives people a right to all of it; “all” is not what somebody remembered to list."""
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    AllergyIntolerance.objects.create(patient=patient, text="Latex")
    record_consent(patient=patient, decision=decision(), by=clerk, now=NOW)
    access_patient(clerk, patient.pk, now=NOW)
    client_of(clerk).get(f"/desk/people/{patient.pk}/")
    body = json.loads(officer.get(f"/manager/people/{patient.pk}/record.json").content)
    assert body["record_number"] == patient.record_number
    sections = body["sections"]
    assert sections["Allergies and intolerances"][0]["text"] == "Latex"
    assert sections["Consents"][0]["given_by"] == "Ana Ruiz"
    assert sections["Patients"][0]["family_name"] == patient.family_name
    assert any(row["what"] == "contact details" for row in sections["Read events"])
    assert "patient_ids" not in sections["Read events"][0], "other people were in some looks"
    page = officer.get(f"/manager/people/{patient.pk}/record/").content.decode()
    assert "Latex" in page
    kinds = set(ReadEvent.objects.filter(what="whole record").values_list("kind", flat=True))
    assert kinds == {"export", "print"}


def test_the_whole_record_includes_what_was_told_and_seen_before_a_merge(patient, double, manager):
    """What happened under the other number happened to the same person."""
    clerk = builders.make_user()
    client_of(clerk).get(f"/desk/people/{double.pk}/")
    Message.objects.create(
        kind="account",
        patient_id=double.pk,
        to_name="Ana",
        to_address="ana@example.org",
        subject="Before the merge",
        body="",
        dedupe_key="before",
        due_at=NOW,
    )
    merge_patients(kept=patient, merged=double, reason="Same", by=manager, now=NOW)
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    answer = officer.get(f"/manager/people/{patient.pk}/record.json")
    sections = json.loads(answer.content)["sections"]
    assert sections["Messages"][0]["subject"] == "Before the merge"
    assert any(row["what"] == "contact details" for row in sections["Read events"])


def test_a_record_that_was_merged_twice_tells_of_both(patient, double, manager):
    """Once it stayed and once it was joined: two columns, one heading, no merge lost."""
    third = builders.make_patient()
    merge_patients(kept=patient, merged=double, reason="First", by=manager, now=NOW)
    merge_patients(kept=third, merged=patient, reason="Second", by=manager, now=NOW)
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    body = json.loads(officer.get(f"/manager/people/{patient.pk}/record.json").content)
    reasons = {row["reason"] for row in body["sections"]["Patient merges"]}
    assert reasons == {"First", "Second"}


def test_the_read_log_answers_who_looked_at_this_person(patient, clerk):
    """The question of every complaint."""
    other = builders.make_patient("Zoe", "Elsewhere")
    desk = client_of(clerk)
    desk.get(f"/desk/people/{patient.pk}/")
    desk.get(f"/desk/people/{other.pk}/")
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    page = officer.get(f"/manager/reads/?patient={patient.pk}").content.decode()
    assert patient.name in page
    assert "Zoe Elsewhere" not in page
    for query in (
        f"user={clerk.name[:5]}",
        "role=front_desk",
        "kind=view",
        "what=contact",
        "purpose=operations",
        "address=/desk/",
        "ip=127.0.0.1",
        f"begin={date.today() - timedelta(days=1)}&end={date.today()}",  # noqa: DTZ011
    ):
        text = officer.get(f"/manager/reads/?{query}").content.decode()
        assert "Zoe Elsewhere" in text, query
    for query in ("role=therapist", "purpose=emergency", "what=nothing", "reason=x", "ip=9.9.9.9"):
        text = officer.get(f"/manager/reads/?{query}").content.decode()
        assert "No such look" in text, query
    assert officer.get("/manager/reads/?ip=nonsense").status_code == 400
    assert officer.get("/manager/reads/?patient=x").status_code == 400
    assert ReadEvent.objects.filter(what="read log").exists(), "looking at the log is in the log"


def test_the_read_log_leaves_as_a_harmless_file(patient, clerk):
    """A name that begins with “=” must not run in the officer's spreadsheet."""
    Patient.objects.filter(pk=patient.pk).update(given_names="=HYPERLINK(1)")
    client_of(clerk).get(f"/desk/people/{patient.pk}/")
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    answer = officer.get(f"/manager/reads.csv?patient={patient.pk}")
    assert answer["Content-Disposition"].startswith("attachment")
    text = answer.content.decode()
    assert "'=HYPERLINK(1)" in text
    assert ReadEvent.objects.filter(kind="export", what="read log file").exists()
    assert harmless(["=1+1", "@x", "fine", 3]) == ["'=1+1", "'@x", "fine", 3]


def test_changes_name_who_and_what(patient, clerk, manager):
    """From “somebody changed it” to a name."""
    record_consent(patient=patient, decision=decision(), by=clerk, now=NOW)
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    page = officer.get(f"/manager/people/{patient.pk}/changes/").content.decode()
    assert "record_consent" in page
    assert clerk.name in page
    assert "insert: consent" in page


def test_a_person_sees_who_viewed_their_record(patient, physician):
    """Trust is being able to look."""
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient)
    builders.care_for(patient, physician)
    client_of(physician).get(f"/physician/people/{patient.pk}/")
    portal = client_of(user)
    portal.get(f"/patient/{patient.pk}/")
    page = portal.get(f"/patient/{patient.pk}/viewers/").content.decode()
    assert physician.name in page
    assert "chart" in page
    assert "own record" not in page, "one's own looks are no news"


def test_a_stranger_s_record_is_nobody(physician):
    """Not “closed”, which would say that there is one."""
    with pytest.raises(NotFound):
        access_chart(physician, "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d", now=NOW)
