"""The portal's pages about living with it: what is asked, kept, shown and answered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Condition, MedicationStatement, Patient, PortalAccess
from tests import builders
from tests.outcome_builders import block
from tests.record_builders import (
    make_course,
    make_follow_up,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from tests.security.clients import client_of
from treatments.actions.pain_diary import keep_pain_day
from treatments.domain.aftercare import aftercare_for
from treatments.domain.pain_diary import PainDay
from treatments.models import PainDiaryEntry, QuestionnaireResponse

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def doctor():
    shipped_catalogue()
    shipped_instruments()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def site(doctor):
    return builders.make_site()


@pytest.fixture
def ana(site, doctor):
    person = builders.make_patient(email="ana@example.org")
    builders.care_for(person, doctor)
    return person


@pytest.fixture
def user(ana):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=ana)
    return user


@pytest.fixture
def phone(user):
    return client_of(user)


def at(name, ana, *more):
    return reverse(f"patient:{name}", args=[ana.pk, *more])


def today(site):
    return timezone.now().astimezone(site.zone).date()


def said(site, **values):
    return {"nrs": "6", "day": today(site).isoformat(), "seen": ""} | values


def test_a_number_pressed_at_home_is_chosen_already(phone, ana):
    """Two taps: a number on the first page, and save."""
    home = phone.get(at("home", ana)).content.decode()
    assert f'{at("diary", ana)}?pain=6"' in home
    page = phone.get(at("diary", ana) + "?pain=6").content.decode()
    assert 'value="6" required' in page or 'value="6" id="id_nrs_6"' in page
    assert page.count("checked") == 1


def test_after_saving_comes_the_chart(phone, ana, site):
    """One sees at once what one has done it for."""
    answer = phone.post(at("diary", ana), said(site, took=["on_skin"], activity="little"))
    assert answer.status_code == 302
    assert answer["Location"] == at("pain", ana)
    page = phone.get(answer["Location"]).content.decode()
    assert "is-medium" in page
    assert "Cream, gel or patch" in page


def test_what_was_typed_is_kept_without_a_number(phone, ana, site):
    """Whoever forgets the number does not write the note again."""
    answer = phone.post(at("diary", ana), said(site, nrs="", note="Slept badly"))
    assert answer.status_code == 422
    assert "Slept badly" in answer.content.decode()
    assert not PainDiaryEntry.objects.exists()


def test_a_stale_form_is_told_and_may_then_go_on(phone, ana, site, user):
    """Two tabs: the second is shown what the first wrote, keeps its words, and decides."""
    keep_pain_day(
        patient=ana,
        day=today(site),
        said=PainDay(2),
        seen=None,
        zone=site.zone,
        by=user,
        now=timezone.now(),
    )
    answer = phone.post(at("diary", ana), said(site, note="Worse at night"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "It says 2 now" in page
    assert "Worse at night" in page
    seen = PainDiaryEntry.objects.get().changed_at.isoformat()
    assert seen.split("+")[0] in page
    assert phone.post(at("diary", ana), said(site, seen=seen)).status_code == 302


def test_a_form_of_last_week_is_answered_kindly(phone, ana, site):
    """A tab that was left open for days writes nothing, and says why."""
    old = today(site) - timedelta(days=6)
    answer = phone.post(at("diary", ana), said(site, day=old.isoformat(), note="Old words"))
    assert answer.status_code == 409
    assert "Old words" in answer.content.decode()
    nonsense = phone.post(at("diary", ana), said(site, day="someday"))
    assert nonsense.status_code == 422


def test_spanish_is_spanish_throughout(phone, ana, site, user):
    """Each page of the diary, the chart, the care and the leaflets speaks their language."""
    Patient.objects.filter(pk=ana.pk).update(language="es")
    phone.cookies["django_language"] = "es"
    english = ("How is your pain", "My care", "Write down", "What helps", "Save", "When to call")
    for address in (
        at("diary", ana),
        at("pain", ana),
        at("care", ana),
        at("learn", ana),
        at("topic", ana, "sciatica"),
    ):
        page = phone.get(address, headers={"accept-language": "es"}).content.decode()
        assert not [words for words in english if words in page], address


def test_the_chart_names_what_was_done_in_plain_words(phone, ana, doctor):
    """“Shot in your lower back” is understood at once; a voided score and a draft are not shown."""
    now = timezone.now()
    make_procedure(ana, doctor, at=now - timedelta(days=9), status="signed")
    make_procedure(ana, doctor, at=now - timedelta(days=8), treatment="kyphoplasty")
    make_response(ana, 5, at=now - timedelta(days=3))
    page = phone.get(at("pain", ana)).content.decode()
    assert "Shot in your lower back" in page
    assert "cement" not in page
    assert "Pain, average of the last week" in page


@pytest.mark.parametrize("span", ["week", "month", "year", "century"])
def test_every_span_is_drawn(phone, ana, site, user, span):
    """A year of days is a light page, too."""
    for back in range(400):
        PainDiaryEntry.objects.create(
            patient=ana,
            local_date=today(site) - timedelta(days=back),
            nrs=back % 11,
            written_as="patient",
            written_by=user,
            written_at=timezone.now(),
            changed_at=timezone.now(),
        )
    answer = phone.get(at("pain", ana) + f"?show={span}")
    dots = answer.content.decode().count('r="5"')
    assert dots == {"week": 7, "month": 30, "year": 53}.get(span, 30)
    assert len(answer.content) < 40_000


def test_the_block_diary_takes_an_hour_and_shows_the_next(phone, ana, doctor):
    """One tap an hour, by the page or by the link of a message."""
    done = block(ana, doctor, at=timezone.now() - 1.1 * HOUR)
    address = at("block-diary", ana, done.pk)
    assert 'value="1"' in phone.get(address).content.decode()
    assert phone.post(address, {"pain": "3", "hour": "1"}).status_code == 302
    page = phone.get(address).content.decode()
    assert "3 of 10" in page
    late = phone.post(address, {"pain": "3", "hour": "8"})
    assert late.status_code == 409
    row = QuestionnaireResponse.objects.get()
    assert (row.hours_after, row.respondent) == (1, "patient")
    assert row.told_at is not None


def test_care_shows_what_to_watch_for_first(phone, ana, doctor):
    """In the days after a procedure the first thing is whom to call for what."""
    make_procedure(
        ana,
        doctor,
        at=timezone.now() - 20 * HOUR,
        status="signed",
        aftercare=aftercare_for("epidural"),
        drugs=[("triamcinolone", "40")],
    )
    page = phone.get(at("care", ana)).content.decode()
    assert "Rest today" in page
    assert page.index("Call 911 now if") < page.index("What you do and get")
    assert "tel:911" in page


def test_care_tells_courses_medicines_and_questions(phone, ana, doctor):
    """How many visits are left, how to take what, and where to answer."""
    make_course(ana, doctor, instructions="Ten slow squats")
    make_course(ana, doctor, treatment="nsaid")
    MedicationStatement.objects.create(patient=ana, text="Metformin", dosage="500 mg at night")
    now = timezone.now()
    make_follow_up(ana, due_at=now + 20 * HOUR, kind="questionnaire", owner_role="nurse")
    page = phone.get(at("care", ana)).content.decode()
    assert "<b>12</b> left" in page
    assert "Ten slow squats" in page
    assert "up to 3 times a day" in page
    assert "500 mg at night" in page
    assert "Ask us before you stop a medicine" in page


def test_leaflets_are_chosen_by_what_somebody_has(phone, ana, doctor):
    """What concerns them stands first, and everything else is still there."""
    Condition.objects.create(patient=ana, text="Lumbar spinal stenosis", code="M48.062")
    MedicationStatement.objects.create(patient=ana, text="Oxycodone 5 MG tablet")
    page = phone.get(at("learn", ana)).content.decode()
    own, others = page.split("Everything else")
    assert "Spinal stenosis" in own
    assert "Opioids" in own
    assert "Neck pain" in others
    assert phone.get(at("topic", ana, "no-such")).status_code == 404


def test_a_proxy_sees_for_whom_it_is(ana, site):
    """A mother with two children must not write one's day into the other's diary."""
    carer = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=carer, patient=ana, relationship="carer")
    page = client_of(carer).get(at("diary", ana)).content.decode()
    assert ana.name in page
    client_of(carer).post(at("diary", ana), said(site))
    assert PainDiaryEntry.objects.get().written_as == "proxy"


def test_clinicians_see_it_as_the_patients_own_word(ana, doctor, site, user, phone):
    """What nobody has checked must never look like a finding; scripts in a note are only words."""
    note = "<script>alert(1)</script>"
    phone.post(at("diary", ana), said(site, note=note))
    clinician = client_of(doctor)
    for name in ("physician:scores", "physician:chart"):
        page = clinician.get(reverse(name, args=[ana.pk])).content.decode()
        assert "said by the patient" in page, name
        assert note not in page, name
    assert note not in phone.get(at("pain", ana)).content.decode()


def test_clinicians_see_which_hours_came_late(ana, doctor, phone):
    """An hour that was remembered is told apart from one that was felt."""
    done = block(ana, doctor, at=timezone.now() - 2.1 * HOUR)
    phone.post(at("block-diary", ana, done.pk), {"pain": "3", "hour": "0.5"})
    phone.post(at("block-diary", ana, done.pk), {"pain": "4", "hour": "2"})
    page = client_of(doctor).get(reverse("physician:diary", args=[done.pk])).content.decode()
    assert "Said by the patient, on their phone" in page
    assert page.count("(late)") == 1
