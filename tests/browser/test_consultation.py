"""A consultation in a real browser: by keyboard and touch, saved by itself, never lost."""

import re

from django.utils import timezone
from playwright.sync_api import expect

from clinic.accounts.roles import Role
from patients.models import Condition
from tests import builders
from tests.browser.looks import look, shot
from tests.browser.waiting import comes_true
from tests.record_builders import make_code, make_consultation, make_flag, shipped_catalogue
from treatments.actions.consultations import save_consultation
from treatments.models import Consultation


def begun(physician):
    shipped_catalogue()
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    return make_consultation(patient, physician, at=timezone.now())


def saved(page):
    # The page says so when it opens; wait until it has noticed what was typed.
    state = page.locator("[data-save-state]")
    expect(state).to_have_text("Not saved yet")
    expect(state).to_have_text(re.compile(r"^\s*Saved \d"), timeout=20_000)


def test_a_closed_tab_loses_nothing_and_the_signature_files_the_diagnosis(clinic, sign_in):
    """What was typed is there when the page is opened again, and signed it stands on the list."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    draft = begun(physician)
    make_flag("world-emergency", urgency="emergency")
    make_code("M54.16", "Radiculopathy, lumbar region")
    page = sign_in(user=physician)
    address = f"/physician/consultations/{draft.pk}/"
    page.goto(address)
    page.fill("[name=text-reason]", "Pain down the left leg since May")
    page.fill("[name=exam-strength-L5-left]", "4")
    page.focus("[name='pain-0-at-back-low-back-left']")
    page.keyboard.press("Space")
    page.locator("[name='pain-0-at-back-lower-leg-left']").click()
    page.check("#id_flag-world-emergency_yes")
    assert "emergency department now" in page.locator("#red-flags .what-to-do:visible").inner_text()
    saved(page)
    page.close()
    row = Consultation.objects.get()
    assert row.reason == "Pain down the left leg since May"
    assert row.examination == {"strength": {"L5": {"left": 4}}}
    page = sign_in(user=physician)
    page.goto("/physician/drafts/")
    page.click("tbody a >> nth=0")
    assert page.is_checked("[name='pain-0-at-back-low-back-left']")
    page.fill("#diagnosis-q", "lumbar radiculo")
    page.check("[name=diagnosis-code][value='M54.16']")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_selector(".diagnoses li")
    page.fill("[name=text-plan]", "Physical therapy")
    shot(page, "edit-desk")
    page.set_viewport_size({"width": 820, "height": 1180})
    shot(page, "edit-tablet")
    page.get_by_role("button", name="Sign").click()
    page.wait_for_selector("article.document")
    assert Condition.objects.get().code == "M54.16"
    shot(page, "read-tablet")
    page.set_viewport_size({"width": 1366, "height": 768})
    shot(page, "read-desk")


def test_the_second_writer_sees_the_difference(clinic, sign_in):
    """Both texts are on the page, and the one that is chosen stays."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    draft = begun(physician)
    colleague = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    builders.care_for(draft.patient, colleague)
    address = f"/physician/consultations/{draft.pk}/"
    one, two = sign_in(user=physician), sign_in(user=colleague)
    one.goto(address)
    two.goto(address)
    one.fill("[name=text-plan]", "Rest")
    saved(one)
    two.fill("[name=text-plan]", "Exercise")
    two.get_by_role("button", name="Compare and choose").click()
    two.wait_for_selector(".clash")
    shot(two, "clash")
    text = two.locator(".clash").inner_text()
    assert "Rest" in text
    assert "Exercise" in text
    two.get_by_role("button", name="Save what I chose").click()
    two.wait_for_selector("main:has-text('Saved')")
    assert Consultation.objects.get().plan == "Exercise"
    # The first has not read that yet: what they write beside it is kept, and the change comes over.
    one.fill("[name=text-assessment]", "Better")
    expect(one.locator("[name=text-plan]")).to_have_value("Exercise", timeout=20_000)
    row = Consultation.objects.get()
    assert (row.plan, row.assessment) == ("Exercise", "Better")


def test_what_is_typed_while_another_signs_is_shown_and_carried_on(clinic, sign_in):
    """The tab that was left open says so by itself, and its words become a correction."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    draft = begun(physician)
    colleague = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    builders.care_for(draft.patient, colleague)
    address = f"/physician/consultations/{draft.pk}/"
    one, two = sign_in(user=physician), sign_in(user=colleague)
    two.goto(address)
    one.goto(address)
    one.fill("[name=text-reason]", "Leg pain")
    one.fill("[name=text-plan]", "Rest")
    one.get_by_role("button", name="Sign").click()
    one.wait_for_selector("article.document")
    two.fill("[name=text-assessment]", "L5 root\nnot the hip")
    two.get_by_role("button", name="See what is not in it").click()
    expect(two.locator("main")).to_contain_text("not the hip")
    shot(two, "late-desk")
    two.set_viewport_size({"width": 360, "height": 740})
    look(two, "late-phone")
    two.fill("[name=reason]", "The examination was missing")
    two.get_by_role("button", name="Begin a correction with it").click()
    two.wait_for_selector("form[data-autosave]")
    assert two.input_value("[name=text-assessment]") == "L5 root\nnot the hip"
    assert two.input_value("[name=text-plan]") == "Rest"


def test_after_a_clash_everything_else_is_still_saved(clinic, sign_in):
    """One sentence that two people wrote must not cost all that is typed after it."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    draft = begun(physician)
    page = sign_in(user=physician)
    page.goto(f"/physician/consultations/{draft.pk}/")
    write_elsewhere(draft, physician, {"text-plan": "Rest"})
    page.fill("[name=text-plan]", "Exercise")
    page.get_by_role("button", name="Compare and choose").wait_for()
    page.fill("[name=text-assessment]", "L5 root")
    state = page.locator("[data-save-state]")
    expect(state).to_contain_text(re.compile(r"Saved \d"), timeout=20_000)
    page.fill("[name=text-assessment]", "L5 root, not the hip")
    expect(state).to_contain_text("Not saved yet")
    expect(state).to_contain_text(re.compile(r"Saved \d"), timeout=20_000)
    row = Consultation.objects.get()
    assert (row.plan, row.assessment) == ("Rest", "L5 root, not the hip")
    # What both wrote is still compared, and only that.
    page.get_by_role("button", name="Compare and choose").click()
    page.wait_for_selector(".clash")
    assert page.locator(".clash").count() == 1
    assert "Exercise" in page.locator(".clash").inner_text()


def test_a_tab_that_is_closed_while_it_sends_loses_no_second_sentence(clinic, sign_in):
    """On a slow net the last words are those that are lost."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    draft = begun(physician)
    page = sign_in(user=physician)
    page.goto(f"/physician/consultations/{draft.pk}/")
    slow = []

    def stall(route):
        # The first is on its way for long; it comes, and its answer does not.
        slow.append(route.fetch() if not slow else None)
        if slow[-1] is None:
            route.continue_()

    page.route("**/draft/", stall)
    page.fill("[name=text-plan]", "Rest.")
    assert comes_true(page, lambda: Consultation.objects.get().plan == "Rest.")
    page.fill("[name=text-plan]", "Rest. Then exercise.")
    page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert comes_true(page, lambda: Consultation.objects.get().plan == "Rest. Then exercise.")
    page.unroute_all(behavior="ignoreErrors")


def write_elsewhere(draft, physician, pieces):
    row = Consultation.objects.get(pk=draft.pk)
    save_consultation(
        consultation=row, pieces=pieces, revision=row.revision, by=physician, now=timezone.now()
    )
