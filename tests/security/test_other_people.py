"""Signed-in people try the ids of others, in every address of the portal and in every form.

What is somebody else's is answered exactly like what does not exist, whichever part of the address
names it: the person, or something of theirs under one's own name.
"""

import re

import pytest
from django.db import connection

from clinic.audit.models import ReadEvent
from tests.faults.nth import fingerprint
from tests.security.addresses import address_of, nobody_ids
from tests.security.clients import client_of
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.test_matrix import body, sent

pytestmark = pytest.mark.django_db
OF_PATIENTS = [route for route in ROUTES if route.pattern.startswith("/patient/<uuid:patient_id>/")]
# These name a subject, a page or a leaflet that everybody has, and nothing of anybody.
EVERYBODY_S = {"patient_id", "step", "subject", "consent_key", "paper_key", "topic_key", "channel"}
# A press that would do something if the thing were one's own.
PRESSED = {
    "answer": "accept",
    "minutes": "20",
    "cancellation_reason": "ill",
    "body": "words",
    "pain": "5",
}


def named_in(route):
    return set(re.findall(r"<(?:\w+:)?(\w+)>", route.pattern))


NAMES_MORE = [route for route in OF_PATIENTS if named_in(route) - EVERYBODY_S]


def methods_of(route):
    rule = POLICY[route.name]
    return [method for method in ("get", "post") if getattr(rule, method)]


def test_every_address_about_a_person_is_tried():
    """The positive control: what is not in the list is not tried."""
    about = [name for name in POLICY if name.startswith("patient:") and name != "patient:records"]
    assert {route.name for route in OF_PATIENTS} == set(about)
    assert len(NAMES_MORE) > 15


@pytest.mark.parametrize("who", ["patient_a", "proxy", "former_proxy", "grown_up_parent"])
def test_another_person_s_record_is_one_that_does_not_exist(who, world):
    """By reading and by pressing; not even how long the answer is says that there is somebody."""
    side = world.own if who == "former_proxy" else world.other
    client = client_of(world.patients[who], walks=True)
    for route in OF_PATIENTS:
        for method in methods_of(route):
            where = (who, method, route.name)
            told = []
            for ids in (side.ids, nobody_ids()):
                address = address_of(route, ids)
                answer = sent(client, method, address)
                assert answer.status_code == 404, where
                # The page's own address stands in its switch of languages.
                told.append(body(answer, {"address": address, **ids}))
            assert told[0] == told[1], where


@pytest.mark.parametrize("who", ["patient_a", "proxy"])
def test_what_is_somebody_else_s_is_not_found_under_one_s_own_name(who, world):
    """Their visit, thread, paper, offer, wait, diary, link: each id in one's own address."""
    client = client_of(world.patients[who], walks=True)
    for route in NAMES_MORE:
        for name in named_in(route) - EVERYBODY_S:
            mixed = world.own.ids | {name: world.other.ids[name]}
            for method in methods_of(route):
                where = (who, method, route.name, name)
                before = fingerprint()
                address = address_of(route, mixed)
                answer = getattr(client, method)(address, PRESSED if method == "post" else {})
                assert answer.status_code == 404, where
                assert changed(before) <= {ReadEvent._meta.db_table}, where


def changed(before):
    """The tables in which something is not as it was."""
    connection.ensure_connection()
    return {table for table, _ in before.items() ^ fingerprint().items()}


def test_one_s_own_is_found_and_kept_by_no_cache(world):
    """The positive control; and what was on the screen is not there after "back"."""
    client = client_of(world.patients["patient_a"], walks=True)
    found = {}
    for route in OF_PATIENTS:
        if "get" in methods_of(route):
            answer = sent(client, "get", address_of(route, world.own.ids))
            assert answer["Cache-Control"] == "no-store, private", route.name
            if answer.status_code == 200:
                found[route.name] = answer
    assert {"patient:visit", "patient:message", "patient:block-diary"} <= set(found)
    for name in ("patient:paper-file", "patient:message-file"):
        assert found[name]["Content-Disposition"].startswith("attachment;"), name
        assert found[name]["X-Content-Type-Options"] == "nosniff", name
        assert "sandbox" in found[name]["Content-Security-Policy"], name
