"""A physician records an epidural by picking on the spine, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.accounts.roles import Role
from tests import builders
from tests.browser.looks import EVERY_SIZE, shot, too_wide_by
from tests.browser.waiting import comes_true
from tests.record_builders import make_procedure, shipped_catalogue
from treatments.models import Procedure, ProcedureDrug

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_procedure_is_picked_on_the_spine_and_signed(sign_in, clinic):
    """Under a minute, with the lot in use one touch away."""
    shipped_catalogue()
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    day = timezone.now() - timedelta(days=40)
    before = make_procedure(patient, physician, at=day, drugs=[("triamcinolone", "40")])
    expiry = timezone.localdate() + timedelta(days=90)
    ProcedureDrug.objects.update(lot_number="A-17", expiry_date=expiry, concentration="40 mg/mL")
    Procedure.objects.filter(pk=before.pk).update(
        record_status="signed", signed_by=physician, signed_at=day
    )
    page = sign_in(Role.PHYSICIAN, user=physician)
    page.goto(f"/physician/people/{patient.pk}/procedures/new/")
    shot(page, "new", sizes=EVERY_SIZE)
    page.get_by_role("button", name="Epidural steroid injection", exact=True).click()
    page.wait_for_url("**/physician/procedures/*/")
    page.locator(".spine-level", has_text="L5-S1").locator("svg").click()
    assert page.locator("[name=region][value=lumbar]").is_checked(), "a level says its region"
    page.locator("[name=levels][value=L4-L5]").focus()
    page.keyboard.press("Space")
    page.get_by_text("Left", exact=True).click()
    said = page.locator("[data-spine-said]").inner_text()
    assert said == "Lumbar, L4-L5 and L5-S1, left."
    page.get_by_text("Transforaminal").click()
    row = page.locator("[data-drug-row]").first
    row.locator("select").first.select_option("triamcinolone")
    row.get_by_role("button", name="40 mg/mL").click()
    row.get_by_role("button", name="Lot A-17").click()
    row.locator("[name$=volume_ml]").fill("1")
    row.locator("[name$=volume_ml]").blur()
    assert row.locator("[name$='-dose']").input_value() == "40"
    shot(page, "form", sizes=EVERY_SIZE)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Saved, but not signed").wait_for()
    shot(page, "lacks", sizes=EVERY_SIZE)
    for name in ("consent", "time_out", "allergies_reviewed"):
        page.locator(f"[name=check_{name}]").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Signed by").wait_for()
    shot(page, "signed", sizes=EVERY_SIZE)
    page.goto(f"/physician/people/{patient.pk}/steroids/")
    assert page.get_by_text("80 mg").first.is_visible()
    shot(page, "steroids", sizes=EVERY_SIZE)
    page.goto("/physician/recall/?lot_number=a-17")
    assert page.get_by_text("1 person, 2 times").is_visible()
    page.goto(f"/physician/people/{patient.pk}/procedures/")
    shot(page, "list", sizes=EVERY_SIZE)


def saved(page):
    """Waits until the page has noticed what was typed, and has sent it."""
    state = page.locator("[data-save-state]")
    expect(state).to_have_text("Not saved yet")
    expect(state).to_have_text(re.compile(r"^\s*Saved \d"), timeout=20_000)


def begun(physician, **how):
    shipped_catalogue()
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    return make_procedure(patient, physician, at=timezone.now() - timedelta(hours=1), **how)


def test_a_closed_tab_loses_nothing(sign_in, clinic):
    """The tab is closed in the middle, by whoever needs the machine next; everything is there."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    row = begun(physician, levels=(), laterality="")
    page = sign_in(user=physician)
    page.goto(f"/physician/procedures/{row.pk}/")
    page.locator("[name=levels][value=L5-S1]").check()
    page.locator("[name=laterality][value=left]").check()
    page.locator("[name=check_consent]").check()
    page.fill("[name=check_inr]", "1.1")
    drug = page.locator("[data-drug-row]").first
    drug.locator("select").first.select_option("triamcinolone")
    drug.locator("[name$=volume_ml]").fill("1")
    drug.locator("[name$=concentration]").fill("40 mg/mL")
    drug.locator("[name$=lot_number]").fill("A-17")
    page.locator("[name=pain_before][value='8']").check()
    page.fill("[name=findings]", "Good spread")
    saved(page)
    page.close()
    page = sign_in(user=physician)
    page.goto(f"/physician/procedures/{row.pk}/")
    for name, value in (("levels", "L5-S1"), ("laterality", "left"), ("pain_before", "8")):
        assert page.locator(f"[name={name}][value='{value}']").is_checked(), name
    assert page.locator("[name=check_consent]").is_checked()
    typed = {"findings": "Good spread", "check_inr": "1.1", "drugs-0-lot_number": "A-17"}
    for name, text in typed.items():
        assert page.input_value(f"[name={name}]") == text
    assert page.input_value("[name=drugs-0-drug]") == "triamcinolone"
    assert float(page.input_value("[name=drugs-0-dose]")) == 40


def test_a_slip_is_said_beside_its_field_and_the_rest_is_saved(sign_in, clinic):
    """A volume with one zero too many must not cost what is typed after it."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    row = begun(physician, treatment="kyphoplasty", levels=("L1",), approach="", laterality="")
    page = sign_in(user=physician)
    page.goto(f"/physician/procedures/{row.pk}/")
    page.fill("[name=cement_L1]", "30")
    page.fill("[name=findings]", "Filled well")
    said = page.locator(".spine-row", has=page.locator("[name=cement_L1]")).locator(".error")
    expect(said).to_contain_text("between 0.1 and 15 mL", timeout=20_000)
    row.refresh_from_db()
    assert row.findings == "Filled well"
    shot(page, "slip", sizes=EVERY_SIZE)
    page.fill("[name=cement_L1]", "3")
    saved(page)
    assert said.count() == 0
    row.refresh_from_db()
    assert row.cement_volume == 3


def test_the_second_writer_sees_the_difference(sign_in, clinic):
    """What the other wrote beside it comes onto the page; where both wrote, one chooses."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    row = begun(physician)
    nurse = builders.make_user(Role.NURSE, password=builders.PASSWORD)
    builders.care_for(row.patient, nurse)
    one, two = sign_in(user=physician), sign_in(user=nurse)
    for page in (one, two):
        page.goto(f"/physician/procedures/{row.pk}/")
    two.locator("[name=check_consent]").check()
    two.fill("[name=check_inr]", "1.1")
    saved(two)
    one.fill("[name=findings]", "Good spread")
    saved(one)
    assert one.locator("[name=check_consent]").is_checked()
    two.fill("[name=check_inr]", "1.2")
    saved(two)
    one.fill("[name=check_inr]", "1.3")
    one.get_by_role("button", name="Compare and choose").click()
    one.locator("[name=theirs]").check()
    shot(one, "clash", sizes=EVERY_SIZE)
    one.fill("[name=complications]", "None")
    saved(one)
    row.refresh_from_db()
    assert (row.checklist["inr"], row.complications) == ("1.2", "None")
    one.get_by_role("button", name="Save draft").click()
    one.wait_for_selector("main:has-text('Saved')")
    row.refresh_from_db()
    assert (row.checklist["inr"], row.findings) == ("1.2", "Good spread")


def test_after_a_clash_everything_else_is_still_saved(sign_in, clinic):
    """One number that two people wrote must not cost all that is typed after it."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    row = begun(physician)
    page = sign_in(user=physician)
    page.goto(f"/physician/procedures/{row.pk}/")
    Procedure.objects.filter(pk=row.pk).update(checklist={"inr": "1.1"}, revision=row.revision + 1)
    page.fill("[name=check_inr]", "1.2")
    page.get_by_role("button", name="Compare and choose").wait_for()
    page.fill("[name=findings]", "Good spread")
    state = page.locator("[data-save-state]")
    expect(state).to_contain_text(re.compile(r"Saved \d"), timeout=20_000)
    page.fill("[name=findings]", "Good spread at L5")
    expect(state).to_contain_text("Not saved yet")
    expect(state).to_contain_text(re.compile(r"Saved \d"), timeout=20_000)
    row.refresh_from_db()
    assert (row.checklist, row.findings) == ({"inr": "1.1"}, "Good spread at L5")
    # What both wrote is still compared, and only that.
    page.get_by_role("button", name="Compare and choose").click()
    page.wait_for_selector("[name=clash]", state="attached")
    assert [one.input_value() for one in page.locator("[name=clash]").all()] == ["checklist.inr"]
    assert page.input_value("[name=check_inr]") == "1.2"
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_selector("main:has-text('Saved')")
    row.refresh_from_db()
    assert (row.checklist, row.findings) == ({"inr": "1.2"}, "Good spread at L5")


def test_a_tab_that_is_closed_while_it_sends_loses_no_second_sentence(sign_in, clinic):
    """On a slow net the last words are those that are lost."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    row = begun(physician)
    page = sign_in(user=physician)
    page.goto(f"/physician/procedures/{row.pk}/")
    slow = []

    def stall(route):
        # The first is on its way for long; it comes, and its answer does not.
        slow.append(route.fetch() if not slow else None)
        if slow[-1] is None:
            route.continue_()

    page.route("**/draft/", stall)
    page.fill("[name=findings]", "Good spread.")
    kept = Procedure.objects.filter(pk=row.pk)
    assert comes_true(page, lambda: kept.get().findings == "Good spread.")
    page.fill("[name=findings]", "Good spread. No blood.")
    page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert comes_true(page, lambda: kept.get().findings == "Good spread. No blood.")
    page.unroute_all(behavior="ignoreErrors")


def test_a_narrow_screen_shows_all_of_it(sign_in, clinic):
    """On a phone nothing hangs over the edge, and no message lies over the buttons."""
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    row = begun(physician)
    Procedure.objects.filter(pk=row.pk).update(
        text="Percutaneous discectomy, repeated after a fall"
    )
    page = sign_in(user=physician, size="phone")
    page.goto(f"/physician/people/{row.patient_id}/")
    assert too_wide_by(page) <= 0
    page.goto(f"/physician/procedures/{row.pk}/")
    save = page.get_by_role("button", name="Save draft")
    save.click()
    toast = page.locator(".toast")
    toast.wait_for()
    # Tall enough that the bar with the buttons stays at the lower edge.
    page.set_viewport_size({"width": 820, "height": 1180})
    page.evaluate("window.scrollTo(0, 0)")
    for button in (save, page.get_by_role("button", name="Sign", exact=True)):
        over, under = toast.bounding_box(), button.bounding_box()
        assert over["y"] + over["height"] <= under["y"]
