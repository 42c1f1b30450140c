"""A nurse and a physician follow one block: scores, diary, what helped, harm, and what is due."""

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests import builders
from tests.record_builders import make_procedure, shipped_catalogue, shipped_instruments
from treatments.actions.follow_ups import write_follow_ups
from treatments.models import AdverseEvent, FollowUp, QuestionnaireResponse


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_block_is_followed_to_its_result(size, clinic, sign_in):
    """From the first score to the answer of the diary, with few presses and at every width."""
    shipped_catalogue()
    shipped_instruments()
    patient = builders.make_patient()
    physician = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    builders.care_for(patient, physician)
    block = make_procedure(
        patient,
        physician,
        at=timezone.now() - timezone.timedelta(days=2),
        treatment="medial-branch-block",
        purpose="diagnostic",
        status="signed",
        drugs=[("bupivacaine", "5")],
    )
    write_follow_ups(procedure=block, by=physician, now=timezone.now())
    page = sign_in(Role.PHYSICIAN, size, user=physician)

    page.goto(f"/physician/people/{patient.pk}/scores/new/")
    scale = page.locator("section", has=page.get_by_role("heading", name="Pain, now"))
    scale.get_by_text("3", exact=True).click()
    page.get_by_role("button", name="Save the scores").click()
    page.get_by_text("The scores are written down.").wait_for()
    assert QuestionnaireResponse.objects.get().occasion == "follow_up"

    page.get_by_role("link", name="Diary of").click()
    for question, pain in (("Before", "8"), ("Half an hour", "1"), ("1 hour", "1")):
        page.get_by_role("group", name=question).get_by_text(pain, exact=True).click()
    page.get_by_role("group", name="2 hours").get_by_text("0", exact=True).click()
    page.get_by_role("button", name="Save the diary").click()
    page.get_by_text("for as long as the agent lasts").wait_for()

    page.goto("/physician/follow-ups/?owner=all")
    call = page.locator("tr", has_text="Call about side effects")
    call.get_by_role("link", name="Event").click()
    page.get_by_label("What", exact=True).select_option(label="Numbness")
    page.get_by_text("1 · mild").click()
    page.get_by_label("What happened").fill("A numb thigh until the evening")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The event is written down.").wait_for()
    assert AdverseEvent.objects.get().procedure_id == block.pk

    page.goto("/physician/follow-ups/?owner=all")
    call = page.locator("tr", has_text="Call about side effects")
    call.get_by_role("button", name="Reached, all well").click()
    page.get_by_text("written down.").wait_for()
    assert FollowUp.objects.get(step="safety-call").status == "completed"
