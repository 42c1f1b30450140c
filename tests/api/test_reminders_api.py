"""Reminders and text messages by program: the same rules as the pages."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import InboundMessage
from scheduling.models import ReminderRule, TextToAnswer
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def manager():
    return client_of(builders.make_user(Role.MANAGER))


def send(client, method, address, body=None, tag=""):
    headers = {"If-Match": tag} if tag else {}
    send_ = getattr(client, method)
    return send_(
        API + address, json.dumps(body or {}), content_type="application/json", headers=headers
    )


def test_a_rule_is_made_changed_and_taken_away(manager):
    """A group of clinics keeps the same reminders everywhere by a program."""
    ReminderRule.objects.all().delete()
    site, kind = builders.make_site(), builders.make_visit_type()
    told = {"before_minutes": 2880, "site": site.pk, "visit_type": kind.code}
    made = send(manager, "post", "reminder-rules/", told)
    assert made.status_code == 201
    assert made.json() == told | {"id": made.json()["id"], "is_active": True}
    assert send(manager, "post", "reminder-rules/", told).status_code == 409
    address = f"reminder-rules/{made.json()['id']}/"
    blind = send(manager, "patch", address, {"is_active": False})
    assert blind.status_code == 428
    changed = send(manager, "patch", address, {"before_minutes": 90}, made.headers["ETag"])
    assert (changed.status_code, changed.json()["before_minutes"]) == (200, 90)
    old = send(manager, "delete", address, tag=made.headers["ETag"])
    assert old.status_code == 412
    assert send(manager, "delete", address, tag=changed.headers["ETag"]).status_code == 204
    assert manager.get(f"{API}reminder-rules/").json()["results"] == []


@pytest.mark.parametrize(
    "told",
    [{"before_minutes": 29}, {"before_minutes": 86401}, {}, {"before_minutes": 60, "site": 999999}],
)
def test_what_makes_no_sense_is_refused(manager, told):
    """Nobody is reminded a year before, or at a place that is not there."""
    answer = send(manager, "post", "reminder-rules/", told)
    assert answer.status_code in {400, 404, 422}
    assert ReminderRule.objects.filter(before=timedelta(hours=1)).count() == 0


def test_texts_to_answer_are_listed_and_settled():
    """A desk that works in another program sees them too, and the dangers among them."""
    person = builders.make_patient()
    person.contacts.create(system="phone", use="mobile", value="+12125550199", digits="12125550199")
    for number, why in enumerate(("unclear", "alarm")):
        inbound = InboundMessage.objects.create(
            provider_id=f"SM{number}",
            from_phone="+12125550199",
            text=f"Text {number}",
            received_at=timezone.now(),
        )
        TextToAnswer.objects.create(inbound=inbound, why=why, asked_at=timezone.now())
    desk = client_of(builders.make_user())
    second, first = desk.get(f"{API}texts/").json()["results"]
    assert (first["text"], first["is_alarm"], second["is_alarm"]) == ("Text 0", False, True)
    assert first["people"] == [{"id": str(person.pk), "name": person.name}]
    address = f"texts/{first['id']}/done/"
    assert send(desk, "post", address).status_code == 200
    assert send(desk, "post", address).status_code == 404
    assert [row["text"] for row in desk.get(f"{API}texts/").json()["results"]] == ["Text 1"]
