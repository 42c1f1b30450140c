"""The rules in a real browser: refused at the desk, gone on by a physician, seen in the inbox."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from clinic.accounts.roles import Role
from patients.models import Coverage, Patient
from scheduling.actions.look_again import look_at_changed
from scheduling.models import Appointment, RuleRun
from tests import builders
from tests import fhir_samples as fhir
from tests.browser.looks import shot
from tests.record_builders import make_procedure, shipped_catalogue
from treatments.actions.import_bundle import import_bundle
from treatments.domain.fhir import read_bundle
from treatments.models import CatalogueEntry, Finding, HoldPlan, Override, RuleEdition

pytestmark = pytest.mark.slow


def imported(*resources):
    """Somebody who is brought in from another system, with what is known about them there."""
    bundle = read_bundle(fhir.raw(fhir.bundle(fhir.patient(), *resources)))
    import_bundle(bundle=bundle, by=None, now=timezone.now())
    return Patient.objects.get(family_name="Lindgren")


def takes(number, name):
    drug = fhir.concept(f"M-{number}", name)
    return fhir.medication(number, medicationCodeableConcept=drug)


@pytest.fixture
def epidurals(clinic):
    """The clinic of the other tests, with the shipped rules, and epidurals in it."""
    shipped_catalogue()
    call_command("load_rules")
    clinic["kind"] = builders.make_visit_type(
        30,
        treatment=CatalogueEntry.objects.get(pk="epidural-steroid-injection"),
        region="lumbar",
        rank=0,
    )
    clinic["doctor"] = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    clinic["now"] = timezone.now()
    return clinic


def four_epidurals(clinic, patient):
    """Four in a year; the first day on which a fifth may be."""
    Coverage.objects.create(patient=patient, payer_class="medicare", payer="Medicare", rank=1)
    for days in (100, 160, 220, 340):
        at = clinic["now"] - timedelta(days=days)
        make_procedure(patient, clinic["doctor"], at=at, status="signed")
    zone = clinic["site"].zone
    oldest = (clinic["now"] - timedelta(days=340)).astimezone(zone).date()
    return oldest.replace(year=oldest.year + 1)


def test_a_fifth_epidural_is_refused_and_a_physician_goes_on(epidurals, sign_in):
    """The whole point: the desk hears a day, and only a physician's reason says otherwise."""
    patient = builders.make_patient()
    earliest = four_epidurals(epidurals, patient)
    doctor = epidurals["doctor"]
    builders.care_for(patient, doctor)
    desk = sign_in()
    address = f"/desk/book/?patient={patient.pk}&visit_type={epidurals['kind'].code}"
    desk.goto(address)
    said = f"Times from {earliest:%A, %B} {earliest.day}"
    expect(desk.locator("#times")).to_contain_text(said)
    assert "epidural" not in desk.locator("#times .flag").first.inner_text().lower()
    first = desk.locator("#earliest").get_attribute("value")
    assert first[:10] >= (earliest - timedelta(days=1)).isoformat()
    shot(desk, "rules-desk-refused")

    page = sign_in(Role.PHYSICIAN, user=doctor)
    page.goto(address)
    expect(page.locator("#times")).to_contain_text("At most 4 epidural sessions")
    page.get_by_role("link", name="all the same").click()
    page.fill("#in-spite-reason", "New weakness of the foot")
    shot(page, "rules-physician-in-spite")
    page.locator("#earliest").press("Enter")
    page.wait_for_url("**/desk/?*")
    booked = Appointment.objects.get()
    finding = Finding.objects.get(rule_key="esi-max-4-per-region-12mo")
    assert (finding.subject_key, finding.state) == (str(booked.pk), "overridden")
    kept = Override.objects.filter(finding=finding).get()
    assert (kept.by, kept.reason) == (doctor, "New weakness of the foot")
    page.goto("/physician/findings/?state=overridden")
    page.locator("main summary").first.click()
    expect(page.locator("main")).to_contain_text("New weakness of the foot")
    expect(page.locator("main")).to_contain_text("Counted after")
    shot(page, "rules-inbox-overridden")


def test_imported_warfarin_makes_a_hold_plan_that_a_physician_approves(epidurals, sign_in):
    """Found on the morning of the procedure, it is too late."""
    patient = imported(takes("1", "Warfarin Sodium 5 MG Oral Tablet"))
    doctor = epidurals["doctor"]
    builders.care_for(patient, doctor)
    desk = sign_in()
    day = (epidurals["now"] + timedelta(days=14)).date()
    desk.goto(f"/desk/book/?patient={patient.pk}&visit_type={epidurals['kind'].code}&day={day}")
    expect(desk.locator("#times")).to_contain_text("instructions before the visit")
    shot(desk, "rules-desk-warned")
    desk.locator("#earliest").press("Enter")
    desk.wait_for_url("**/desk/?*")
    plan = HoldPlan.objects.get()
    page = sign_in(Role.PHYSICIAN, user=doctor)
    page.goto("/physician/hold-plans/")
    shot(page, "rules-hold-plans")
    page.locator(f"a[href*='{plan.pk}']").click()
    expect(page.locator("main")).to_contain_text("Warfarin Sodium 5 MG Oral Tablet")
    expect(page.locator("textarea")).to_contain_text("take the last dose on")
    shot(page, "rules-hold-plan")
    page.fill("#id_prescriber", "Dr. Heart, cardiology")
    page.get_by_role("button", name="They agreed").press("Enter")
    # Nothing is approved before whoever prescribes the drug said yes.
    expect(page.locator("main")).to_contain_text("Dr. Heart, cardiology agreed")
    page.get_by_role("button", name="Approve it").press("Enter")
    expect(page.locator("main")).to_contain_text("It may be handed out")
    plan.refresh_from_db()
    assert plan.approved_by == doctor
    shot(page, "rules-hold-plan-approved")


def test_a_manager_makes_a_rule_heavier_with_a_signature(epidurals, sign_in):
    """What ships unconfirmed only informs; the clinic may want more, under somebody's name."""
    manager = builders.make_user(Role.MANAGER, password=builders.PASSWORD)
    page = sign_in(Role.MANAGER, user=manager)
    page.goto("/manager/rules/?q=duplicate")
    shot(page, "rules-rulebook")
    page.get_by_role("link", name="nsaid-duplicate").click()
    page.locator("label", has_text="Warns").click()
    page.fill("#id_note", "The medical director wants to see each")
    shot(page, "rules-rule")
    page.get_by_role("button", name="Sign it").press("Enter")
    expect(page.locator("main")).to_contain_text("version 2")
    assert RuleEdition.objects.current().get(key="nsaid-duplicate").signed_by == manager
    page.goto("/manager/rules/?print=on")
    shot(page, "rules-rulebook-print")
    RuleRun.objects.create(started_at=epidurals["now"], total=20_000, looked=7_200, found=31)
    page.goto("/manager/rules/")
    page.get_by_role("link", name="The nightly look").click()
    expect(page.locator("main")).to_contain_text("7200 of 20000 visits")
    shot(page, "rules-night")


def test_a_look_ahead_that_takes_a_while_says_so(epidurals, sign_in):
    """Who sees nothing happen presses again, or leaves."""
    page = sign_in(Role.MANAGER)
    page.goto("/manager/rules/nsaid-duplicate/")
    button = page.get_by_role("button", name="What would it flag")
    # The answer never comes: a browser that waits for one tells nobody what stands on the page.
    page.evaluate("window.addEventListener('submit', (event) => event.preventDefault())")
    button.click()
    expect(page.get_by_role("status").filter(has_text="next 30 days")).to_be_visible()
    shot(page, "rules-dry-run-busy")
    page.reload()
    button.click()
    expect(page.locator("main")).to_contain_text("were looked at")
    shot(page, "rules-dry-run")


def test_a_third_nsaid_fills_the_inbox_as_shipped(epidurals, sign_in):
    """Prescribed in three places, seen in none: here somebody sees it, with the reason."""
    names = ("Ibuprofen 400 MG", "Naproxen 500 MG", "Meloxicam 15 MG")
    patient = imported(*(takes(str(n), f"{name} Oral Tablet") for n, name in enumerate(names, 1)))
    doctor = epidurals["doctor"]
    builders.care_for(patient, doctor)
    look_at_changed(by="worker", now=timezone.now())
    page = sign_in(Role.PHYSICIAN, user=doctor)
    page.goto("/physician/findings/")
    known = page.locator("section", has=page.get_by_role("heading", name="Good to know"))
    row = known.locator("tr", has_text="Two anti-inflammatory medicines at once")
    row.locator("summary").click()
    for name in names[1:]:
        expect(row).to_contain_text(name)
    shot(page, "rules-inbox")
    page.goto(f"/physician/people/{patient.pk}/")
    expect(page.locator("main")).to_contain_text("What the rules found")
    shot(page, "rules-chart")
    page.goto("/physician/findings/")
    row = page.locator("tr", has_text="Two anti-inflammatory medicines at once")
    row.get_by_role("link", name="Open").click()
    expect(page.locator("main")).to_contain_text(f"Medicines of {patient.name}")
    shot(page, "rules-finding")
    page.get_by_role("button", name="I have seen it").press("Enter")
    expect(page.locator("main")).not_to_contain_text("Two anti-inflammatory medicines at once")
    found = Finding.objects.get(rule_key="nsaid-duplicate")
    assert (found.severity, found.acknowledged_by) == ("info", doctor)
