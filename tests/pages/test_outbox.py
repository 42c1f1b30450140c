"""What the manager sees of messages: that they went, and not what is between two others."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message, MessageKind
from clinic.messaging.models.message import PRIVATE
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


def page_with(kind):
    Message.objects.create(
        kind=kind,
        to_name="Ana Ruiz",
        to_address="ana@example.org",
        subject="Living with stenosis",
        body="Take the last warfarin on Monday. https://clinic.example/key",
        dedupe_key=f"test:{kind}",
        due_at=timezone.now(),
    )
    manager = client_of(builders.make_user(Role.MANAGER))
    return manager.get(reverse("manager:outbox")).content.decode()


@pytest.mark.parametrize("kind", sorted(PRIVATE))
def test_a_manager_reads_no_condition_medicine_or_key(kind):
    """A newsletter about a condition, beside a name, tells who has it."""
    page = page_with(kind)
    assert "Ana Ruiz" in page
    assert str(MessageKind(kind).label) in page
    assert not any(word in page for word in ("stenosis", "warfarin", "https://clinic.example/key"))


def test_a_confirmation_is_shown():
    """Whoever calls about one that came back must know what it said."""
    assert "Living with stenosis" in page_with(MessageKind.APPOINTMENT_BOOKED)


def test_what_did_not_go_out_is_tried_again_by_program():
    """A manager of ten clinics looks at one list; the words of a message are in none."""
    page_with(MessageKind.NEWSLETTER)
    message = Message.objects.get()
    reason = {"status": "parked", "last_error": "This is not a phone number."}
    Message.objects.filter(pk=message.pk).update(**reason)
    manager = client_of(builders.make_user(Role.MANAGER))
    address = f"/api/v1/messages/{message.pk}/again/"
    found = manager.get("/api/v1/messages/", {"status": "parked"}).json()["results"]
    assert [(row["id"], row["reason"]) for row in found] == [(message.pk, reason["last_error"])]
    assert not {"subject", "body"} & set(found[0])
    again = manager.post(address, json.dumps({}), content_type="application/json")
    assert (again.status_code, again.json()["status"]) == (200, "due")
    given_up = address.replace("again", "give-up")
    refused = manager.post(given_up, json.dumps({}), content_type="application/json")
    assert refused.status_code == 409
