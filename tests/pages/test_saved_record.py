"""One's own record as one reads it: in one's language, by the clock of one's place."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent, ReadKind
from patients.models import (
    AllergyIntolerance,
    Condition,
    Consent,
    Coverage,
    Document,
    MedicationStatement,
    PortalAccess,
)
from patients.models.allergy import AllergyStatus
from patients.models.condition import ConditionStatus
from patients.models.consent import ConsentDecision, ConsentKind
from patients.models.coverage import PayerClass
from patients.models.document import DocumentKind
from patients.models.medication import MedicationStatus
from patients.queries import own_record
from scheduling.domain.states import STATUS_WORDS
from scheduling.pages.patient.clock import clock_of
from scheduling.pages.patient.saved_record import _CODES, readable
from scheduling.queries.own_data import own_bundle, own_data
from tests import builders
from tests.record_builders import (
    make_course,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from tests.security.clients import client_of
from treatments.actions.intakes import save_page, send_intake
from treatments.domain.intake import Subject, print_of
from treatments.domain.states import CourseStatus
from treatments.models import Intake, PainDiaryEntry

pytestmark = pytest.mark.django_db
# In New York this is still the evening of the 21st.
LATE = datetime(2027, 1, 22, 1, 30, tzinfo=UTC)


@pytest.fixture
def world():
    """Somebody with one of everything, at a place whose clock is not UTC's."""
    shipped_catalogue()
    shipped_instruments()
    site = builders.make_site("America/New_York")
    doctor = builders.make_user(Role.PHYSICIAN)
    person = builders.make_patient("Ana", "Novak", email="ana@example.org")
    builders.care_for(person, doctor)
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=person)
    AllergyIntolerance.objects.create(patient=person, text="Latex", noted_date=date(2026, 3, 4))
    Condition.objects.create(patient=person, text="M48.06", onset_date=date(2025, 2, 1))
    MedicationStatement.objects.create(patient=person, text="Metformin", status="on-hold")
    Coverage.objects.create(patient=person, payer_class=PayerClass.SELF_PAY)
    make_procedure(person, doctor, at=LATE, status="signed")
    make_course(person, doctor, treatment="home-exercise")
    make_response(person, 6, at=LATE)
    day = {"nrs": 7, "took": ["heat_or_cold"], "activity": "rested", "note": "Llovió"}
    PainDiaryEntry.objects.create(
        patient=person,
        local_date=date(2027, 1, 21),
        written_as="patient",
        written_by=user,
        written_at=LATE,
        changed_at=LATE,
        **day,
    )
    said = {"lines": [{"what": "Aspirina", "how_much": "81 mg", "thins": "yes"}], "none": False}
    save_page(patient=person, subject=Subject.MEDICINES, said=said, seen="", by=user, now=LATE)
    seen = print_of(Intake.objects.get().answers)
    send_intake(patient=person, appointment_id=None, seen=seen, by=user, now=LATE)
    return site, person, user, doctor


def read(user, person, language):
    mine = own_record(user, person.pk, now=LATE)
    parts = own_data(user, mine, kind=ReadKind.EXPORT, now=LATE)
    with translation.override(language):
        return {
            title: [(thing.heading, *thing.lines) for thing in things]
            for title, things in readable(parts, clock_of(person.pk).zone)
        }


def test_the_saved_record_is_spanish_for_who_reads_spanish(world):
    """Half of it in English is a paper that a grandmother cannot use."""
    _site, person, user, _doctor = world
    english, spanish = read(user, person, "en"), read(user, person, "es")
    assert not set(english) & set(spanish), "each title has its own word"
    assert spanish["Medicinas"] == [("Metformin", "En pausa")]
    assert spanish["Alergias"] == [("Latex", "Sigue ahora", "4 de marzo de 2026")]
    assert spanish["Mi diario de dolor"] == [
        ("21 de enero de 2027 · 7/10", "Calor o frío", "Casi todo el tiempo descansé", "Llovió")
    ]
    (told,) = spanish["Lo que nos contó antes de sus citas"]
    assert "Aspirina · 81 mg · anticoagulante" in told[1]
    (done,) = spanish["Tratamientos"]
    assert done[0].startswith("Inyección en ")


def test_instants_are_told_by_the_clock_of_the_place(world):
    """“Who looked on the 22nd at 1:30?” is asked about the evening of the 21st."""
    _site, person, user, _doctor = world
    (done,) = read(user, person, "en")["Treatments"]
    assert "Jan. 21, 2027, 8:30 p.m." in done
    (hecho,) = read(user, person, "es")["Tratamientos"]
    assert "21 de enero de 2027, 8:30 p.m." in hecho


def test_what_somebody_told_is_theirs_to_take_along(world):
    """The diary and what was told before a visit are as much theirs as what a clinician wrote."""
    _site, person, user, _doctor = world
    taken = own_bundle(user, own_record(user, person.pk, now=LATE), now=LATE)
    rows = [entry["resource"] for entry in taken["entry"]]
    (told,) = [row for row in rows if row["resourceType"] == "QuestionnaireResponse"]
    (medicines,) = told["item"]
    assert medicines["item"] == [
        {"linkId": "medicines.lines", "answer": [{"valueString": "Aspirina, 81 mg, yes"}]}
    ]
    days = [row for row in rows if row.get("note") == [{"text": "Llovió"}]]
    assert [day["valueQuantity"] for day in days] == [{"value": 7}]


@pytest.mark.parametrize(
    "words",
    [
        *(label for _code, label in ConsentKind.choices),
        *(label for _code, label in ConsentDecision.choices),
        *(label for _code, label in DocumentKind.choices),
        *(label for code, label in PayerClass.choices if code not in {"medicare", "medicaid"}),
        *STATUS_WORDS.values(),
    ],
)
def test_each_word_of_ours_has_its_spanish(words):
    """A label that somebody adds to a list of choices would stand in English in the saved page."""
    with translation.override("es"):
        assert translation.gettext(words) != words


def test_each_state_of_the_record_is_said_at_home_s_words():
    """A code of FHIR is no word for a person."""
    states = {*AllergyStatus, *ConditionStatus, *MedicationStatus, *CourseStatus}
    assert {str(state.value) for state in states} <= set(_CODES)


def test_who_saw_the_record_is_told_by_the_place_s_clock_which_is_named(world, time_machine):
    """A time without its zone is a wrong time for everybody who lives elsewhere."""
    site, person, user, doctor = world
    time_machine.move_to(LATE, tick=False)
    client_of(doctor).get(f"/physician/people/{person.pk}/")
    page = client_of(user).get(f"/patient/{person.pk}/viewers/").content.decode()
    assert "<h2>Jan. 21, 2027</h2>" in page
    assert "8:30 p.m.:" in page
    assert f"by the clock of {site.name} (Eastern Time)" in page
    assert "UTC" not in page
    client = client_of(user)
    client.cookies["language"] = "es"
    page = client.get(f"/patient/{person.pk}/viewers/").content.decode()
    assert "<h2>21 de enero de 2027</h2>" in page
    assert "(hora oriental)" in page


def test_a_record_that_is_looked_at_all_year_stays_a_short_page(world):
    """Two hundred looks as rows of a table were heavier than a slow line bears, and unreadable."""
    _site, person, user, doctor = world
    for number in range(200):
        ReadEvent.objects.create(
            user=doctor,
            role=Role.PHYSICIAN,
            purpose="treatment",
            kind=ReadKind.VIEW,
            what=("chart", "coming visits")[number % 2],
            patient_ids=[person.pk],
            occurred_at=timezone.now() - timedelta(hours=25 * (number // 2)),
        )
    page = client_of(user).get(f"/patient/{person.pk}/viewers/").content
    assert page.count(b"<b>" + doctor.name.encode()) == 100
    assert b"coming visits, chart" in page
    assert len(page) < 38_000, "what else a page needs is 62 kB"


def test_a_consent_and_a_paper_are_read_in_words(world):
    """What stands there once more is the kind of thing people look for in such a file."""
    _site, person, user, doctor = world
    Consent.objects.create(
        patient=person,
        kind=ConsentKind.SHARING,
        decision=ConsentDecision.DENY,
        method="paper",
        given_by="Ana Novak",
        decided_date=date(2027, 1, 20),
        recorded_by=doctor,
    )
    Document.objects.create(
        patient=person,
        kind=DocumentKind.REFERRAL,
        media_type="application/pdf",
        content=b"%PDF-",
        digest="0" * 64,
        filed_by=doctor,
    )
    spanish = read(user, person, "es")
    (consent,) = spanish["Lo que usted aceptó"]
    assert consent[:2] == ("Compartir el expediente con otras clínicas", "Dijo que no, o ya no")
    assert [paper[0] for paper in spanish["Papeles"]] == ["Referido médico"]
