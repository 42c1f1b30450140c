"""From a call at the desk, or a link on a phone, to a physician who settles it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from patients.models import Patient
from tests import builders
from tests.browser.looks import look, violations
from tests.record_builders import (
    make_follow_up,
    make_procedure,
    shipped_catalogue,
    shipped_instruments,
)
from tests.rule_builders import SADDLE, file_rules
from treatments.models import FollowUp, QuestionnaireResponse, WellBeing
from treatments.queries.alarms import answer_token


@pytest.fixture
def treated(clinic):
    """Somebody who had an injection yesterday, who is to be called; and their physician."""
    shipped_catalogue()
    shipped_instruments()
    file_rules(SADDLE)
    now = timezone.now()
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    patient = builders.make_patient(email="ana@example.org")
    builders.care_for(patient, physician)
    clinic["clinician"].user = physician
    clinic["clinician"].save()
    done = make_procedure(patient, physician, at=now - timedelta(days=1), status="signed")
    call = make_follow_up(
        patient, due_at=now + timedelta(days=1), procedure=done, step="safety-call"
    )
    return {"patient": patient, "physician": physician, "call": call, "done": done}


def seen(page, name):
    """A picture for a person to look at; and what nobody may meet."""
    look(page, f"follow-ups-{name}")
    assert violations(page) == []


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_desk_reaches_a_problem_and_the_physician_settles_it(size, treated, sign_in):
    """What somebody says on the phone stands on top of the inbox before the desk hangs up."""
    desk = sign_in(Role.FRONT_DESK, size)
    desk.goto("/desk/follow-ups/")
    seen(desk, f"desk-{size}")
    desk.get_by_role("link", name="Reached, problem").click()
    desk.get_by_label("Is it newly numb between your legs").check()
    seen(desk, f"problem-{size}")
    desk.get_by_role("button", name="Tell a physician now").click()
    desk.get_by_text("At once", exact=True).wait_for()
    assert "911" in desk.locator("tbody tr").first.inner_text()
    seen(desk, f"after-{size}")

    page = sign_in(Role.PHYSICIAN, size, user=treated["physician"])
    page.get_by_text("1 alarming answer").wait_for()
    page.goto("/physician/findings/")
    first = page.locator("article").first
    assert "Emergency now" in first.inner_text()
    assert "Saddle numbness" in first.inner_text()
    seen(page, f"inbox-{size}")
    first.get_by_role("button", name="I am on it").click()
    page.get_by_text("is on it since").wait_for()
    page.get_by_label("What was done").fill("Sent to the emergency department")
    page.get_by_role("button", name="Settled").click()
    page.get_by_text("What was done is on record.").wait_for()
    assert WellBeing.objects.get().outcome == "Sent to the emergency department"
    assert not FollowUp.objects.filter(closed_at=None).exists()


def test_the_desk_takes_a_slip_back_and_books_a_visit(treated, clinic, sign_in):
    """One press too many is one press back; three times are there to be read out."""
    now = timezone.now()
    visit = make_follow_up(
        treated["patient"],
        due_at=now + timedelta(days=9),
        kind="visit",
        owner_role="physician",
        procedure=treated["done"],
    )
    FollowUp.objects.filter(pk=visit.pk).update(earliest_at=now)
    page = sign_in(Role.FRONT_DESK)
    page.goto("/desk/follow-ups/")
    page.get_by_role("button", name="Reached, all well").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("taken back.").wait_for()
    assert FollowUp.objects.get(pk=treated["call"].pk).status == "requested"
    page.get_by_role("link", name="Book for").click()
    times = page.locator(".slot")
    times.first.wait_for()
    assert times.count() == 3
    seen(page, "slots")
    times.first.click()
    page.get_by_text("is booked for").wait_for()
    assert FollowUp.objects.get(pk=visit.pk).status == "in_progress"


@pytest.mark.parametrize("language", ["en", "es"])
def test_somebody_answers_on_a_phone_with_an_alarm(language, treated, open_page, live_server):
    """At night, in their own language, with one thumb: what to do now is on the next page."""
    Patient.objects.filter(pk=treated["patient"].pk).update(language=language)
    until = timezone.now() + timedelta(days=3)
    token = answer_token(THE_CLINIC, treated["call"], until=until)
    page = open_page("phone")
    page.goto(f"/public/answers/{token}/")
    seen(page, f"answers-{language}")
    words = {"en": ("Send", "You need help now"), "es": ("Enviar", "Necesita ayuda ahora")}
    send, now_what = words[language]
    page.get_by_role("button", name=send).click()
    page.locator(".error").first.wait_for()
    for group in page.locator("input[value=no]").all():
        group.check()
    page.locator("input[name=flag-saddle-numbness][value=yes]").check()
    page.get_by_text("4", exact=True).first.click()
    page.get_by_role("button", name=send).click()
    page.get_by_role("heading", name=now_what).wait_for()
    assert page.locator("a[href='tel:911']").count() == 1
    seen(page, f"answered-{language}")
    assert WellBeing.objects.get().urgency == "emergency"
    assert QuestionnaireResponse.objects.get().respondent == "patient"


def test_all_well_without_a_script(treated, open_page):
    """An old phone answers as well."""
    until = timezone.now() + timedelta(days=3)
    token = answer_token(THE_CLINIC, treated["call"], until=until)
    page = open_page("phone", java_script_enabled=False)
    page.goto(f"/public/answers/{token}/")
    for group in page.locator("input[value=no]").all():
        group.check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert FollowUp.objects.get(pk=treated["call"].pk).status == "completed"
    page.goto("/public/answers/nonsense/")
    page.get_by_role("heading", name="This link does not work any more").wait_for()
