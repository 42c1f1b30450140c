"""A physician records an epidural by picking on the spine, in a real browser."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests import builders
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
    shot(page, "new")
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
    shot(page, "form")
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Saved, but not signed").wait_for()
    shot(page, "lacks")
    for name in ("consent", "time_out", "allergies_reviewed"):
        page.locator(f"[name=check_{name}]").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Signed by").wait_for()
    shot(page, "signed")
    page.goto(f"/physician/people/{patient.pk}/steroids/")
    assert page.get_by_text("80 mg").first.is_visible()
    shot(page, "steroids")
    page.goto("/physician/recall/?lot_number=a-17")
    assert page.get_by_text("1 person, 2 times").is_visible()
    page.goto(f"/physician/people/{patient.pk}/procedures/")
    shot(page, "list")


def shot(page, name):
    """Kept for a person to look at, if they say where."""
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    for size, width, height in (("desk", 1366, 768), ("tablet", 820, 1180), ("phone", 360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=f"{folder}/{name}-{size}.png", full_page=size != "phone")
    page.set_viewport_size({"width": 1366, "height": 768})
