"""Where managers say when people are reminded, and where the desk reads what they wrote back."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.messaging.models import InboundMessage
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import ReminderRule, TextToAnswer
from tests.builders import make_site, make_user, make_visit_type
from tests.integration.reminders.worlds import BOOKED_AT, DAY, HOUR, World
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    make_site()
    make_visit_type()
    return client_of(make_user(Role.MANAGER))


def test_the_page_shows_the_rules_and_what_somebody_would_get(manager):
    """Nobody dares to change what they cannot see the effect of."""
    page = manager.get("/manager/reminders/").content.decode()
    assert "7 days before" in page
    assert "3 hours before" in page
    assert "Hello Ana" in page
    assert "Reply YES" in page
    assert "Le esperamos" in page


def test_a_rule_is_added_changed_switched_off_and_removed(manager):
    """All of it without a programmer."""
    added = {"amount": "1", "unit": "days", "site": "", "visit_type": ""}
    assert manager.post("/manager/reminders/add/", added).status_code == 302
    rule = ReminderRule.objects.get(before=DAY)
    again = manager.post("/manager/reminders/add/", added)
    assert again.status_code == 422
    assert "already" in again.content.decode()
    name = f"rule-{rule.pk}"
    changed = {f"{name}-amount": "26", f"{name}-unit": "hours"}
    assert manager.post(f"/manager/reminders/{rule.pk}/", changed).status_code == 302
    rule.refresh_from_db()
    assert (rule.before, rule.is_active) == (26 * HOUR, False)
    assert manager.post(f"/manager/reminders/{rule.pk}/remove/").status_code == 302
    assert not ReminderRule.objects.filter(pk=rule.pk).exists()


@pytest.mark.parametrize("amount", ["0", "100000", "", "two"])
def test_a_moment_that_makes_no_sense_is_refused_in_words(manager, amount):
    """A year before is a slip of the finger."""
    wrong = {"amount": amount, "unit": "days", "site": "", "visit_type": ""}
    assert manager.post("/manager/reminders/add/", wrong).status_code == 422
    assert ReminderRule.objects.count() == 3


def test_preparation_is_written_in_both_languages_or_in_neither(manager):
    """Who reads Spanish prepares as well."""
    code = make_visit_type().code
    page = manager.get(f"/manager/visit-types/{code}/").content.decode()
    assert "How to prepare, in Spanish" in page


def test_the_desk_reads_and_settles_what_people_wrote():
    """A text message that nobody reads is worse than none."""
    world = World()
    inbound = InboundMessage.objects.create(
        provider_id="SM1", from_phone="+12125550199", text="Where do I park?", received_at=BOOKED_AT
    )
    world.person.contacts.create(
        system="phone", use="mobile", value="+12125550199", digits="12125550199"
    )
    item = TextToAnswer.objects.create(inbound=inbound, why="unclear", asked_at=BOOKED_AT)
    desk = client_of(world.desk)
    page = desk.get("/desk/messages/").content.decode()
    assert "Where do I park?" in page
    assert world.person.name in page
    assert desk.post(f"/desk/messages/{item.pk}/done/").status_code == 302
    assert "Where do I park?" not in desk.get("/desk/messages/").content.decode()
    item.refresh_from_db()
    assert item.done_by == world.desk
    assert desk.post(f"/desk/messages/{item.pk}/done/").status_code == 404


def test_the_desk_sees_whom_to_offer_a_new_time(monkeypatch):
    """Who missed a visit and has no other is called."""
    world = World()
    start = BOOKED_AT + DAY
    visit = world.book(start)
    monkeypatch.setattr("django.utils.timezone.now", lambda: start + HOUR)
    take_step(appointment=visit, step=Step.NO_SHOW, by=world.desk, now=start + HOUR)
    desk = client_of(world.desk)
    assert world.person.name in desk.get("/desk/messages/").content.decode()
    world.book(start + timedelta(days=5), at=start + HOUR)
    assert world.person.name not in desk.get("/desk/messages/").content.decode()
