"""Every page of every role, at a desk and on a phone: accessible, quiet, and not too wide.

`screenshots/` keeps what each looked like, for a person to look at.
"""

import json
from itertools import chain
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import resolve
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.actions.care_team import break_glass
from patients.models import AllergyIntolerance, CareTeamMember, Consent, Patient, PortalAccess
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.offers import offer_time
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import BoardColumn, BoardView, Holiday, VisitType, WorklistItem
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders, record_builders
from tests.record_builders import (
    ibuprofen,
    make_course,
    make_entry,
    make_procedure,
    shipped_catalogue,
)
from tests.rule_builders import make_finding, make_hold_plan
from tests.security.routes import GUARDED
from tests.security.world import hold_for, series_for
from treatments.actions.consultations import save_consultation, sign_consultation
from treatments.actions.diagnoses import DiagnosisWish, write_diagnosis
from treatments.actions.entries import retire_entry
from treatments.actions.orders import Findings, OrderWish, enter_report, order_test

SHOTS = Path(__file__).parent / "screenshots"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
DARK = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# What a sticky bar happens to cover before one scrolls is not too small a target.
UNSTICK = """() => document.querySelectorAll("main *").forEach(element => {
    if (getComputedStyle(element).position === "sticky") element.style.position = "static"
})"""
# They only take forms, or answer with a file or a part of a page that is looked at.
NOT_A_PAGE = {
    *("desk:act", "desk:undo", "desk:park", "desk:drop", "desk:changes", "desk:view-delete"),
    *("desk:step", "desk:visits", "desk:leave", "desk:decide", "desk:grant", "desk:renew"),
    *(
        "desk:document",
        "desk:revoke",
        "physician:step",
        "physician:visits",
        "manager:disable",
        "manager:enable",
    ),
    *("manager:reset-factor", "manager:record-json", "manager:undo-merge", "manager:reads-csv"),
    *("account:clock", "account:revoke", "desk:here-now", "desk:hold-book", "desk:hold-let-go"),
    *("account:clock", "account:revoke"),
    *("desk:queue-step", "desk:display-off", "desk:remove-block", "desk:tell-late"),
    *("physician:remove-block", "physician:tell-late", "physician:calendar-off"),
    "patient:calendar-off",
    *("desk:keep", "physician:leave", "physician:remove-leave"),
    *("manager:site-leave", "manager:resource-leave", "manager:remove-leave"),
    *("manager:load-holidays", "manager:remove-holiday", "manager:follow-site"),
    *("manager:retire-resource", "manager:restore-resource", "manager:remove-capability"),
    *("manager:retire-site", "manager:restore-site"),
    *("manager:retire-visit-type", "manager:restore-visit-type", "manager:report-csv"),
    *("manager:retire-catalogue-entry", "manager:restore-catalogue-entry"),
    *("desk:waitlist-leave", "desk:waitlist-answer"),
    *("physician:consultation-draft", "physician:consultation-codes", "physician:test-report"),
    *("physician:test-cancel", "physician:report-review", "physician:test-file"),
    # Courses and authorizations
    *("physician:course-step", "physician:course-visits", "physician:course-visit-void"),
    *("physician:course-checks", "physician:authorization-revoke", "desk:authorization-revoke"),
    *("physician:procedure-draft", "physician:procedure-sign", "physician:procedure-amend"),
    *("physician:procedure-withdraw", "physician:procedure-discard", "physician:recall-csv"),
    *("physician:favorite-keep", "physician:favorite-rename", "physician:favorite-drop"),
}
NOT_A_PAGE |= {
    *("physician:score-void", "physician:follow-up-close", "physician:procedure-limits"),
    *("physician:finding-seen", "physician:finding-override"),
    *("physician:hold-plan-prescriber", "physician:hold-plan-approve"),
    *("physician:hold-plan-doses",),
    *("manager:rule-take-over", "manager:rule-attempt", "manager:rule-dry-run"),
    *("physician:event-report-csv", "manager:event-report-csv"),
}
NOBODY = "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"

PAGES = {
    Role.FRONT_DESK: [
        "/desk/?view=columns",
        "/desk/?view=columns&cancelled=show&only=waiting",
        "/desk/?view=week",
        "/desk/?view=list",
        "/desk/?view=list&day=2027-11-01",
        "/desk/visits/{visit}/",
        "/desk/quick/?at={cell}",
        "/desk/quick/?at={cell}&patient={patient}",
        "/desk/views/",
        "/desk/views/{view}/",
        "/desk/book/",
        "/desk/book/?q=ruiz",
        "/desk/book/?patient={patient}",
        "/desk/worklist/",
        "/desk/people/?q=ruiz",
        "/desk/people/?q=nobodyatall",
        "/desk/people/new/",
        "/desk/people/{patient}/",
        "/desk/appointments/{visit}/move/",
        "/desk/appointments/{visit}/cancel/",
        "/desk/appointments/{visit}/room/",
        "/desk/holds/{hold}/",
        "/desk/book/anyway/?patient={double}&visit_type={kind}&site={site}&day={day}&clock={clock}",
        "/desk/series/new/?patient={patient}",
        "/desk/series/new/?patient={patient}&site={site}&visit_type={kind}&count=6&per_week=2"
        "&first_day={day}&days_apart=2&part=any",
        "/desk/series/{series}/",
        "/desk/series/new/?series={series}",
        "/desk/series/{series}/visits/{course_visit}/move/",
        "/desk/series/{series}/visits/{course_visit}/cancel/",
        "/desk/waitlist/",
        "/desk/waitlist/add/?q=ruiz",
        "/desk/waitlist/add/?patient={patient}",
        "/desk/waitlist/{entry}/",
        "/desk/waitlist/{entry}/times/",
        "/desk/waitlist/for/?site={site}&start={begin}&end={end}",
        "/desk/people/{patient}/consents/",
        "/desk/people/{patient}/documents/",
        "/desk/people/{patient}/authorizations/",
        "/desk/queue/",
        "/desk/display/",
        "/desk/blocks/",
        "/desk/late/",
        "/desk/appointments/{visit}/check-in/",
    ],
    Role.NURSE: ["/desk/", "/physician/people/?q=ruiz"],
    Role.THERAPIST: ["/physician/", "/physician/therapy/"],
    Role.PHYSICIAN: [
        "/physician/",
        "/physician/blocks/",
        "/physician/late/",
        "/physician/calendar/",
        "/physician/hours/",
        "/physician/people/?q=ruiz",
        "/physician/people/{patient}/",
        "/physician/people/{patient}/emergency/",
        "/physician/people/{patient}/consultations/",
        "/physician/people/{patient}/consultations/new/",
        "/physician/consultations/{consultation}/",
        "/physician/consultations/{consultation}/discard/",
        "/physician/consultations/{signed}/",
        "/physician/consultations/{signed}/print/",
        "/physician/consultations/{signed}/amend/",
        "/physician/consultations/{signed}/withdraw/",
        "/physician/drafts/",
        "/physician/people/{patient}/tests/",
        "/physician/people/{patient}/tests/new/",
        "/physician/tests/{order}/",
        "/physician/results/",
        "/physician/people/{patient}/courses/",
        "/physician/people/{patient}/courses/new/",
        "/physician/people/{patient}/courses/new/?treatment=nsaid",
        "/physician/people/{patient}/courses/new/?treatment=epidural-steroid-injection",
        "/physician/courses/{course}/",
        "/physician/courses/{course}/change/",
        "/physician/courses/{drug_course}/",
        "/physician/courses/{drug_course}/dose/",
        "/physician/people/{patient}/authorizations/",
        "/physician/people/{patient}/procedures/",
        "/physician/people/{patient}/procedures/new/",
        "/physician/people/{patient}/procedures/outside/",
        "/physician/people/{patient}/steroids/",
        "/physician/procedures/{procedure}/",
        "/physician/procedures/{done}/",
        "/physician/favorites/",
        "/physician/recall/?lot_number=a17",
        "/physician/people/{patient}/scores/",
        "/physician/people/{patient}/scores/new/",
        "/physician/procedures/{block}/diary/",
        "/physician/people/{patient}/events/",
        "/physician/people/{patient}/events/new/",
        "/physician/events/{event}/",
        "/physician/events/",
        "/physician/effects/",
        "/physician/follow-ups/?owner=all",
        "/physician/findings/",
        "/physician/findings/{finding}/",
        "/physician/hold-plans/",
        "/physician/hold-plans/{plan}/",
        "/desk/people/{patient}/care-team/",
        "/account/tokens/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/sessions/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/api/docs/",
    ],
    Role.MANAGER: [
        "/manager/rules/",
        "/manager/rules/?print=on",
        "/manager/rules/{rule}/",
        "/manager/",
        "/manager/messages/",
        "/manager/users/",
        "/manager/users/{user}/",
        "/manager/emergency-access/",
        "/manager/merges/?q=ruiz",
        "/manager/merges/new/?kept={patient}&merged={double}",
        "/manager/setup/",
        "/manager/effects/",
        "/manager/events/",
        "/manager/sites/new/",
        "/manager/sites/{site}/",
        "/manager/sites/{site}/hours/",
        "/manager/sites/{site}/holidays/",
        "/manager/sites/{site}/resources/new/",
        "/manager/holidays/{holiday}/",
        "/manager/resources/{clinician}/",
        "/manager/resources/{clinician}/hours/",
        "/manager/capabilities/",
        "/manager/capabilities/{capability}/",
        "/manager/visit-types/",
        "/manager/visit-types/new/",
        "/manager/visit-types/{kind}/",
        "/manager/catalogue/",
        "/manager/catalogue/?q=steroid",
        "/manager/catalogue/new/treatment/",
        "/manager/catalogue/new/drug/",
        "/manager/catalogue/epidural-steroid-injection/",
        "/manager/catalogue/{entry_key}/",
        "/manager/reports/?last_date={tomorrow}",
    ],
    Role.PRIVACY_OFFICER: [
        "/manager/reads/",
        "/manager/reads/?patient={patient}&role=front_desk",
        "/manager/people/?q=ruiz",
        "/manager/people/{patient}/record/",
        "/manager/people/{patient}/changes/",
    ],
    Role.PATIENT: ["/patient/", "/patient/calendar/", "/patient/viewers/", "/desk/"],
}


@pytest.fixture
def visit(clinic):
    """Somebody is booked, so that no page is empty."""
    patient = builders.make_patient(email="ana@example.org")
    builders.make_patient()
    AllergyIntolerance.objects.create(patient=patient, text="Latex")
    clerk = builders.make_user()
    now = timezone.now()
    kind = VisitType.objects.get()
    end = now + timezone.timedelta(hours=8)
    slot = free_slots(clerk, SlotSearch(kind, [clinic["site"]], now, end), now=now)[0]
    request = BookingRequest(patient, kind, clinic["site"], slot.start_at)
    booked = book_appointment(request=request, by=clerk, now=now)
    Consent.objects.create(
        patient=patient,
        kind="treatment",
        decision="permit",
        method="paper",
        given_by="Ana Ruiz",
        decided_date=now.date(),
        recorded_by=clerk,
    )
    return booked


def ids_for(visit):
    double = Patient.objects.exclude(pk=visit.patient_id).get()
    colleague = builders.make_user(Role.NURSE)
    now = timezone.now()
    series = series_for(visit.patient, visit.site, visit.visit_type, visit.booked_by, now)
    clinician = visit.site.resources.get(kind="clinician")
    tomorrow = visit.start_at.date() + timezone.timedelta(days=1)
    far = tomorrow + timezone.timedelta(days=200)
    holiday = Holiday.objects.create(site=visit.site, local_date=far, name="Our day")
    WorklistItem.objects.create(kind="running_late", appointment=visit, created_at=visit.start_at)
    today = now.astimezone(visit.site.zone).date()
    days = Wish(earliest_date=today, latest_date=today + timezone.timedelta(days=9))
    begin = (now + timezone.timedelta(hours=26)).replace(minute=0, second=0, microsecond=0)
    waiting = [
        add_to_waitlist(
            patient=patient,
            visit_type=visit.visit_type,
            site=visit.site,
            wish=days,
            by=visit.booked_by,
            now=now,
        )
        for patient in (visit.patient, double)
    ]
    offer_time(entry=waiting[1], start_at=begin, by=visit.booked_by, now=now)
    later = begin + timezone.timedelta(hours=2)
    saved = BoardView.objects.create(site=visit.site, name="Mornings", function_key=1)
    BoardColumn.objects.create(view=saved, resource=clinician, position=0)
    shipped_catalogue()
    physician = builders.make_user(Role.PHYSICIAN)
    drug = ibuprofen(physician)
    doctor = builders.make_user(Role.PHYSICIAN)
    hour_ago = now - timezone.timedelta(hours=1)
    block, event, finding = outcomes_for(visit.patient, now)
    own_entry = make_entry("Hiccups")
    make_entry("Cupping", "treatment", "complementary", details={"form": "self_care", "step": 1})
    retire_entry(entry=own_entry, by=builders.make_user(Role.MANAGER), now=now)
    return {
        **consulted(visit.patient),
        "course": make_course(visit.patient, physician).pk,
        "drug_course": make_course(visit.patient, physician, treatment="nsaid", detail=drug).pk,
        "procedure": make_procedure(visit.patient, doctor, at=hour_ago).pk,
        "done": make_procedure(
            visit.patient,
            doctor,
            at=hour_ago,
            drugs=[("triamcinolone", "40")],
            status="signed",
        ).pk,
        "block": block.pk,
        "event": event.pk,
        "finding": finding.pk,
        "rule": finding.rule_key,
        "plan": make_hold_plan(visit.patient).pk,
        "entry_key": own_entry.pk,
        "series": series.pk,
        "course_visit": series.appointments.get(series_number=1).pk,
        "holiday": holiday.pk,
        "clinician": clinician.pk,
        "capability": clinician.capabilities.get().pk,
        "tomorrow": tomorrow.isoformat(),
        "patient": visit.patient_id,
        "visit": visit.pk,
        "double": double.pk,
        "view": saved.pk,
        "cell": f"{clinician.pk}/{visit.end_at:%Y-%m-%dT%H:%MZ}",
        "user": colleague.pk,
        "hold": hold_for(double, visit.site, visit.visit_type, visit.booked_by, timezone.now()),
        "kind": visit.visit_type.code,
        "site": visit.site_id,
        "day": f"{visit.start_at.astimezone(visit.site.zone):%Y-%m-%d}",
        "clock": f"{visit.start_at.astimezone(visit.site.zone):%H:%M}",
        "entry": waiting[0].pk,
        "begin": f"{begin:%Y-%m-%dT%H:%M}Z",
        "end": f"{later:%Y-%m-%dT%H:%M}Z",
    }


def consulted(patient):
    """A draft and a signed consultation, and a test with its result."""
    now = timezone.now()
    physician = CareTeamMember.objects.filter(patient=patient, user__role=Role.PHYSICIAN).first()
    by = physician.user if physician else builders.make_user(Role.PHYSICIAN)
    record_builders.shipped_catalogue()
    rows = [record_builders.make_consultation(patient, by, at=now) for _ in range(2)]
    pieces = {
        "text-reason": "Pain down the left leg",
        "text-plan": "Physical therapy",
        "exam-strength-L5-left": "4",
        "pain-0-at-back-low-back-left": "yes",
        "pain-0-worst": "8",
    }
    for row in rows:
        save_consultation(consultation=row, pieces=pieces, revision=1, by=by, now=now)
        wish = DiagnosisWish(text="Radiculopathy", side="left")
        write_diagnosis(consultation=row, wish=wish, by=by, now=now)
    sign_consultation(consultation=rows[1], by=by, now=now)
    wish = OrderWish(record_builders.make_diagnostic(), "Leg pain", region="Lumbar spine")
    order = order_test(patient=patient, wish=wish, by=by, now=now)
    findings = Findings(now.date(), "Herniation L4-L5", is_abnormal=True)
    enter_report(order=order, findings=findings, by=by, now=now)
    return {"consultation": rows[0].pk, "signed": rows[1].pk, "order": order.pk}


def outcomes_for(patient, now):
    """A block between scores, with an event and something due after it."""
    doctor = builders.make_user(Role.PHYSICIAN)
    record_builders.shipped_catalogue()
    record_builders.shipped_instruments()
    day = timezone.timedelta(days=1)
    block = record_builders.make_procedure(
        patient,
        doctor,
        at=now - 40 * day,
        treatment="medial-branch-block",
        purpose="diagnostic",
        status="signed",
        drugs=[("bupivacaine", "5")],
    )
    scores = ((45, 8, "nrs-average"), (30, 3, "nrs-average"), (45, 7, "nrs-now"), (3, 4, "nrs-now"))
    for days, score, instrument in (*scores, (3, 5, "nrs-average")):
        record_builders.make_response(patient, score, at=now - days * day, instrument=instrument)
    event = record_builders.make_event(
        patient, doctor, at=now - 38 * day, procedure=block, risk="nerve-damage", grade=3
    )
    record_builders.make_follow_up(patient, due_at=now - day, procedure=block)
    record_builders.make_follow_up(patient, due_at=now + day, title="Scores", kind="questionnaire")
    return block, event, make_finding(patient)


@pytest.mark.parametrize("role", list(PAGES))
def test_every_page_is_fit_to_be_seen(role, visit, clinic, sign_in, sizes):
    """A page that a screen reader, a keyboard or a phone cannot use is not finished."""
    user = builders.make_user(role, password=builders.PASSWORD)
    if role == Role.PATIENT:
        PortalAccess.objects.create(user=user, patient=visit.patient)
    if role == Role.PHYSICIAN:
        clinic["clinician"].user = user
        clinic["clinician"].save()
        builders.care_for(visit.patient, user)
    if role == Role.MANAGER:
        break_glass(
            patient=visit.patient,
            reason="Collapsed in the waiting room",
            lasting=timezone.timedelta(hours=1),
            by=builders.make_user(Role.PHYSICIAN),
            now=timezone.now(),
        )
    page = sign_in(role, user=user)
    SHOTS.mkdir(exist_ok=True)
    ids = ids_for(visit)
    for number, address in enumerate(PAGES[role]):
        page.goto(address.format(**ids))
        if address == "/api/docs/":
            # Swagger UI is its package's own; everything else is ours to answer for.
            page.wait_for_selector(".opblock")
            continue
        # Fragments that a page fetches as it opens are part of it.
        for unfinished in ("[hx-trigger=load] a[href*=visits]", ".htmx-request"):
            page.locator(unfinished).first.wait_for(state="detached")
        for size, (width, height) in sizes.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=SHOTS / f"{role}-{number}-{size}.png")
            assert too_wide_by(page) <= 0, f"{address} ({size})"
            page.evaluate(UNSTICK)
            assert violations(page) == [], f"{address} ({size})"
        page.set_viewport_size(dict(zip(("width", "height"), sizes["desk"], strict=True)))
        page.emulate_media(color_scheme="dark")
        assert violations(page, DARK) == [], f"{address} in the dark"
        page.emulate_media(color_scheme="light")


def test_every_page_there_is_is_looked_at():
    """A new page must not escape the eyes above."""
    nobody = dict.fromkeys(("patient", "visit", "double", "hold", "series", "course_visit"), NOBODY)
    nobody |= dict.fromkeys(("user", "kind", "site", "day", "clock"), 1)
    nobody |= dict.fromkeys(("holiday", "clinician", "capability"), 1)
    nobody |= {"tomorrow": "2027-01-12", "course": NOBODY, "drug_course": NOBODY}
    nobody |= {"entry": NOBODY, "begin": "", "end": ""}
    nobody |= dict.fromkeys(("consultation", "signed", "order"), NOBODY)
    nobody |= {"procedure": 1, "done": 1, "entry_key": "none"}
    nobody |= {"cell": "1/x", "view": 1, "block": 1, "event": NOBODY}
    nobody |= {"finding": NOBODY, "plan": NOBODY, "rule": "none"}
    seen = {resolve(a.split("?")[0].format(**nobody)).func for a in chain(*PAGES.values())}
    # Steps only take forms; coming visits are fragments of pages that are looked at.
    missing = {
        route.pattern
        for route in GUARDED
        if route.view not in seen and route.name not in NOT_A_PAGE
    }
    assert missing == set(), "add the page to PAGES, with the role that uses it most"


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.PATIENT])
def test_pages_reflow_when_text_is_twice_as_large(role, visit, sign_in):
    """320 CSS pixels are a desk's screen at four times the size: read by scrolling one way only."""
    page = sign_in(role, "phone")
    page.set_viewport_size({"width": 320, "height": 512})
    ids = ids_for(visit)
    for address in PAGES[role]:
        page.goto(address.format(**ids))
        assert too_wide_by(page) <= 0, address


def test_the_checks_bite(clinic, open_page):
    """The positive control: a page made bad is found bad."""
    page = open_page()
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('[name=login]').labels[0].remove()")
    page.evaluate("document.querySelector('h1').setAttribute('role', 'nothing')")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x>')")
    assert {text.split(":")[0] for text in violations(page)} >= {"image-alt", "aria-roles"}
    assert too_wide_by(page) <= 0
    page.evaluate("document.querySelector('h1').textContent = 'w'.repeat(2000)")
    page.evaluate("document.querySelector('h1').classList.add('nowrap')")
    assert too_wide_by(page) > 0


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_sign_in_page_is_fit_to_be_seen(size, clinic, open_page):
    """The first page anybody sees, and the only one for a stranger."""
    page = open_page(size)
    for address in ("/accounts/login/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(address)
        assert violations(page) == [], address


def too_wide_by(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def violations(page, options=WCAG) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # What passed is not described, and stays in the browser: there is a lot of it.
    asked = json.dumps(options | {"resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run({asked}).then(result => result.violations)")
    return [f"{v['id']}: {json.dumps([n['html'][:120] for n in v['nodes']])}" for v in found]
