"""Many at once at the doors of the portal, as it is served: one link one person, five guesses.

The positive control takes the locks off, and sees two come in and the sixth guess be looked at.
"""

import json

import psycopg
import pytest

from tests.faults.phones import Phone, at_once, sentences_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
GUESSES = 20
MOST = 5
HANDS = 4
PASSWORD = "violet-lamp-under-snow"
BORN = {"month": "5", "day": "17", "year": "1970"}
CODE = "246810"

# An invitation on paper, one of a carer's own, and somebody signed in who changes their addresses;
# the codes are known here.
INVITED = f"""
import json
from unittest.mock import patch
from django.utils import timezone
from clinic.messaging.channels.sms_url import parse_sms_url
from clinic.messaging.models import Channel
from patients.actions import proofs
from patients.models.invitation import InvitationWay
from tests import builders
from tests.faults.phones import key_of
from tests.integration.portal.words import invited, own
builders.make_site()
now = timezone.now()
paper = {{"way": InvitationWay.PAPER, "address": ""}}
links = [invited(builders.make_patient(), now, **paper) for _ in range(3)]
ana = builders.make_patient(email="ana@example.org")
user = own(ana)
with patch.object(proofs, "new_code", lambda: "{CODE}"):
    proofs.send_joining_code(
        invitation=links[2].invitation, name="eve@example.org", language="en", by=None, now=now
    )
    with patch.object(proofs.settings, "SMS", parse_sms_url("console://")):
        proofs.send_contact_code(
            patient=ana, channel=Channel.SMS, address="+15125550100", by=user, now=now
        )
print(json.dumps(dict(links=[one.secret for one in links], ana=key_of(user, ana))))
"""


@pytest.fixture
def told(run_in):
    return json.loads(run_in(INVITED))


@pytest.fixture
def ask(scratch_url):
    """Asks the database."""

    def answer(statement, *values):
        with psycopg.connect(scratch_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    return answer


def born(phone, link, day="17"):
    """A birth date typed on the first page of a link."""
    path = f"/join/{link}/"
    return phone.send(path, phone.form(path, "month") | BORN | {"day": day})


def code_of(ask):
    (body,) = ask("SELECT body FROM messaging_message ORDER BY id DESC LIMIT 1")[0]
    return next(word for word in body.split() if word.isdigit() and len(word) == 6)


def before_the_password(web, ask, link):
    """So many people with one link in their hands, each with an address of their own."""
    hands = [Phone(web) for _ in range(HANDS)]
    for number, hand in enumerate(hands):
        step = born(hand, link).headers["Location"]
        form = hand.form(step, "name") | {"name": f"hand-{number}@example.org"}
        step = hand.send(step, form).headers["Location"]
        form = hand.form(step, "code") | {"code": code_of(ask)}
        assert hand.send(step, form).headers["Location"].endswith("/password/")
    return hands


def all_join(hands, link):
    path = f"/join/{link}/password/"
    forms = [hand.form(path, 'type="password"') | {"password": PASSWORD} for hand in hands]
    pairs = list(zip(hands, forms, strict=True))
    return at_once([lambda hand=hand, form=form: hand.send(path, form) for hand, form in pairs])


def guesses_at_a_birth_date(web, link, guesses=GUESSES):
    """So many phones, each with another day."""
    hands = [Phone(web) for _ in range(guesses)]
    path = f"/join/{link}/"
    forms = [hand.form(path, "month") | BORN | {"day": "18"} for hand in hands]
    pairs = list(zip(hands, forms, strict=True))
    return at_once([lambda hand=hand, form=form: hand.send(path, form) for hand, form in pairs])


def guesses_at_a_code(hand, path, guesses=GUESSES):
    # Each from a page of its own: presses of one page wait for each other.
    wrong = [hand.form(path, "code") | {"code": f"{number:06}"} for number in range(guesses)]
    return at_once([lambda one=one: hand.send(path, one) for one in wrong])


def test_one_link_lets_one_person_in(web, told, ask):
    """Passed on, or read over a shoulder: the second one is told to call, and has nothing."""
    link = told["links"][0]
    hands = before_the_password(web, ask, link)
    answers = all_join(hands, link)
    won = [answer for answer in answers if answer.status_code == 302]
    assert len(won) == 1, [(a.status_code, sentences_in(a.text)[:300]) for a in answers]
    assert "/patient/" in won[0].headers["Location"]
    for hand, answer in zip(hands, answers, strict=True):
        if answer.status_code != 302:
            assert answer.status_code == 409
            assert "call the clinic" in sentences_in(answer.text)
            assert "/accounts/login/" in hand.get("/patient/").url, "nobody else is signed in"
    assert ask("SELECT count(*) FROM patients_portalaccess") == [(2,)], "Ana's, and the first one's"
    assert ask("SELECT count(*) FROM accounts_user WHERE email LIKE 'hand-%%'") == [(1,)]


def test_twenty_guesses_at_once_are_five(web, told, ask):
    """At a birth date, at a code that went by e-mail, and at one that went to a phone."""
    links = told["links"]
    link = links[1]
    answers = guesses_at_a_birth_date(web, link)
    # In a hurry some are asked to wait a moment, before anybody looked at what they typed.
    assert {answer.status_code for answer in answers} <= {422, 429}
    said = {sentences_in(answer.text) for answer in answers if answer.status_code == 422}
    assert len(said) == 1, "the guess that ended it is answered like all the others"
    assert ask("SELECT max(attempts) FROM patients_portalinvitation") == [(MOST,)]
    assert born(Phone(web), link).status_code == 422, "the right one comes too late"

    hand, link = Phone(web), links[2]
    step = born(hand, link).headers["Location"]
    path = hand.send(step, hand.form(step, "name") | {"name": "eve@example.org"})
    path = path.headers["Location"]
    right = code_of(ask)
    assert {answer.status_code for answer in guesses_at_a_code(hand, path)} == {422}
    assert hand.send(path, hand.form(path, "code") | {"code": right}).status_code == 422

    ana = Phone(web, told["ana"])
    path = ana.own("settings/code/")
    assert {answer.status_code for answer in guesses_at_a_code(ana, path)} == {422}
    assert ana.send(path, ana.form(path, "code") | {"code": CODE}).status_code == 422
    spent = ask("SELECT attempts FROM patients_addressproof WHERE expires_at > now() ORDER BY id")
    assert spent == [(MOST,), (MOST,)]
    assert ask("SELECT count(*) FROM patients_addressproof WHERE proven_at IS NOT NULL") == [(0,)]


def test_without_the_locks_two_come_in_and_more_guesses_count(web_without, told, ask):
    """The positive control: the same presses find the doors open.

    Few enough guesses that even four threads answer them in two turns, of which five would count.
    """
    web = web_without("joining")
    link = told["links"][0]
    answers = all_join(before_the_password(web, ask, link), link)
    assert sum(answer.status_code == 302 for answer in answers) > 1
    link = told["links"][1]
    guesses_at_a_birth_date(web, link, MOST + 3)
    assert born(Phone(web), link).status_code == 302, "the ninth guess was looked at"
    ana = Phone(web, told["ana"])
    path = ana.own("settings/code/")
    guesses_at_a_code(ana, path, MOST + 3)
    assert ana.send(path, ana.form(path, "code") | {"code": CODE}).status_code == 302
