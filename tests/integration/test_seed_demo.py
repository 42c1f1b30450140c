"""The demo clinic is what people see first: it is made whole, once, and tells a story."""

from io import StringIO

import pytest
from django.core.management import call_command

from patients.models import Patient
from tests.record_builders import make_diagnosis_codes, shipped_catalogue, shipped_instruments
from treatments.models import Consultation, FollowUp, Procedure, TherapyVisit, TreatmentCourse

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def seed():
    said = StringIO()
    call_command("seed_demo", stdout=said, stderr=said)
    return said.getvalue()


def test_the_demo_has_people_with_a_story(settings):
    """A demo without a record shows a calendar, and nothing of what the record can do."""
    settings.DEMO = True
    shipped_catalogue()
    shipped_instruments()
    make_diagnosis_codes()
    assert "physician@dorsa.example" in seed()
    grace = Patient.objects.get(family_name="Whitfield")
    signed = Procedure.objects.filter(patient=grace, record_status="signed")
    assert signed.count() == 6
    assert not Consultation.objects.filter(record_status="draft").exists()
    assert TherapyVisit.objects.filter(course__patient=grace).count() == 8
    assert TreatmentCourse.objects.running().filter(patient=grace).exists()
    assert FollowUp.objects.filter(patient=grace, closed_at=None).exists()
    before = Procedure.objects.count()
    seed()
    assert Procedure.objects.count() == before, "made once"


def test_without_the_catalogue_the_demo_is_made_all_the_same(settings):
    """Who forgot a step gets a clinic, and the name of the step."""
    settings.DEMO = True
    assert "load_catalogue" in seed()
    assert not Procedure.objects.exists()
