"""One person's year in a real browser: brought in, talked to, treated step by step, and read."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.accounts.roles import Role
from patients.models import Patient
from tests import builders, fhir_samples
from tests.browser.looks import EVERY_SIZE, shot
from tests.browser.treatment_steps import Physician
from tests.record_builders import make_code, shipped_catalogue, shipped_instruments
from treatments.actions.import_bundle import Carers, import_bundle
from treatments.domain.fhir import read_bundle
from treatments.models import Consultation, FollowUp, Procedure

pytestmark = pytest.mark.slow


def ago(days, hour=10):
    """A minute of one of the last days, by the clock of the pages."""
    day = timezone.localdate() - timedelta(days=days)
    return datetime.combine(day, time(hour))


def brought_in(physician):
    """A person with a past elsewhere, from a file of another clinic."""
    bundle = fhir_samples.bundle(
        fhir_samples.patient(),
        fhir_samples.condition(code=fhir_samples.concept("C-2", "Osteoporosis")),
        fhir_samples.allergy(),
        fhir_samples.medication(
            medicationCodeableConcept=fhir_samples.concept("M-2", "Naproxen 250 mg"),
            status="stopped",
        ),
        fhir_samples.procedure(),
        fhir_samples.observation(),
    )
    import_bundle(
        bundle=read_bundle(fhir_samples.raw(bundle)),
        carers=Carers(users=(physician,)),
        by=None,
        now=datetime.now(UTC) - timedelta(days=320),
    )
    return Patient.objects.get()


def test_the_chart_tells_what_was_done_and_how_much_it_helped(clinic, sign_in):
    """A year of treatment goes through the forms, and comes back as one truthful page."""
    shipped_catalogue()
    shipped_instruments()
    make_code("M54.16", "Radiculopathy, lumbar region")
    user = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    person = brought_in(user)
    at_work = Physician(sign_in(Role.PHYSICIAN, user=user), person)

    at_work.consult(ago(300), reason="Pain down the left leg", diagnosis="M54.16")
    at_work.score(ago(300, 11), pain=8, peg=(8, 7, 9))
    nsaid = at_work.order_nsaid(ago(299))
    therapy = at_work.order_therapy(ago(290))
    for days in (286, 279, 272):
        at_work.record_visit(therapy, ago(days))
    at_work.score(ago(260), pain=7, peg=(7, 7, 8))
    at_work.end_course(therapy, ago(258), "Complete")
    at_work.end_course(nsaid, ago(257), "Stop", reason="No better")

    at_work.inject_epidural(ago(250, 9))
    at_work.score(ago(236), pain=2, peg=(2, 2, 3), about="Epidural", occasion="Later")
    at_work.score(ago(190), pain=3, peg=(3, 2, 3), about="Epidural", occasion="Later")
    at_work.score(ago(150), pain=7, peg=(6, 7, 7), about="Epidural", occasion="Later")
    for days in (130, 110):
        at_work.block_medial_branches(ago(days, 9))
    at_work.score(ago(31), pain=9, peg=(9, 9, 9))
    at_work.augment_vertebra(ago(30, 9))
    at_work.score(ago(14), pain=2, peg=(2, 2, 2), about="Kyphoplasty", occasion="Later")

    assert Consultation.objects.get().record_status == "signed"
    ours = Procedure.objects.filter(record_status="signed")
    assert ours.count() == 4
    assert FollowUp.objects.filter(procedure__in=ours).exists()
    read_chart(at_work.page, person)


def read_chart(page, person):
    """Everything that was done stands where a physician looks for it."""
    page.goto(f"/physician/people/{person.pk}/?period=1y")
    head = page.locator(".record-head")
    expect(head).to_contain_text("Walnuts")
    expect(page.locator(".watch-out")).to_contain_text("Osteoporosis")
    picture = page.locator("svg.timeline")
    marks = picture.locator(".mark text").all_text_contents()
    assert marks == [
        "Epidural steroid injection L4-L5, L5-S1 left",
        "Medial branch block L4-L5 left",
        "Medial branch block L4-L5 left",
        "Kyphoplasty L1",
    ]
    assert picture.locator(".course-bar text").all_text_contents() == [
        "Ibuprofen",
        "Physical therapy",
    ]
    assert picture.locator(".dose").count() == 1
    assert picture.locator("polyline").count() == 2, "the diary of a block is no line"
    page.locator("summary", has_text="The same as a table").click()
    table = page.locator("details[open] table")
    for words in (
        "Pain, average of the last week: 8 of 10",
        "40 mg methylprednisolone",
        "Kyphoplasty L1",
    ):
        expect(table).to_contain_text(words)
    helped = page.locator("section", has=page.get_by_role("heading", name="What works for this"))
    expect(helped.locator("tr", has_text="Epidural")).to_contain_text("71 %")
    before = page.locator("section", has=page.get_by_role("heading", name="Medications"))
    before.locator("summary").click()
    expect(before.locator("p", has_text="Naproxen 250 mg")).to_contain_text("from another record")
    expect(before.locator("p", has_text="Ibuprofen")).not_to_contain_text("another record")
    elsewhere = page.locator("section", has=page.get_by_role("heading", name="Done elsewhere"))
    expect(elsewhere).to_contain_text("Warm compress")
    shot(page, "chart", sizes=EVERY_SIZE)
