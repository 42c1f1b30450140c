"""A nervous thumb on every button of the portal: three presses at once are one deed, one answer.

Through the web as it is served and by the forms that its pages show, so that what guards a button
must stand in the page. The positive control sends a form without its key.
"""

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.faults import phones
from tests.faults.nursery import Child
from tests.faults.phones import Phone, at_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
TAPS = 3
PDF = b"%PDF-1.7 a card"
WISH = {"until": "14", "weekdays": list("1234567"), "notice": "60", "part": ""}


@pytest.fixture
def place(scratch_url):
    return json.loads(Child(scratch_url, phones.furnish, 1).printed())


@pytest.fixture
def count(scratch_url):
    """How many rows there are of which something is true."""

    def rows(table, what="true"):
        with psycopg.connect(scratch_url, autocommit=True) as connection:
            return connection.execute(f"SELECT count(*) FROM {table} WHERE {what}").fetchone()[0]

    return rows


def tapped(phone, path, where="", file=None, **said):
    """What all presses of one form were answered with; it must be one thing."""
    form = phone.form(path, where) | said
    files = {"file": ("card.pdf", file, "application/pdf")} if file else None
    answers = at_once([lambda: phone.send(path, form, files)] * TAPS)
    told = {(answer.status_code, answer.headers.get("Location")) for answer in answers}
    assert len(told) == 1, (path, told)
    ((status, location),) = told
    assert status == 302, (path, answers[0].text[:3000])
    return location


def test_each_button_does_it_once(web, place, count):
    """Each of these would be a second visit, message, signature or paper."""
    ana = Phone(web, place["phones"][0])
    for page in ("signs-1", "signs-2", "signs-3"):
        tapped(ana, ana.own(f"book/{page}/"), 'value="none"', answer="none")
    tapped(ana, ana.own("book/reason/"), kind=place["kind"])
    assert tapped(ana, ana.own("waitlist/join/"), **WISH) == ana.own("waitlist/")
    assert count("scheduling_waitlistentry") == 1
    slot = ana.times()[-1]
    assert tapped(ana, ana.own("book/times/"), 'name="slot"', slot=slot) == ana.own("book/confirm/")
    assert count("scheduling_hold", "status = 'held'") == 1
    shown = tapped(ana, ana.own("book/confirm/"), 'name="hold"', reason="My knee")
    assert count("scheduling_appointment") == 1
    visit = shown.removesuffix("booked/")

    later = phones.slots_in(ana.get(f"{visit}move/").text)[-1]
    tapped(ana, f"{visit}move/", 'name="slot"', slot=later)
    assert count("scheduling_appointmentevent", "step = 'move'") == 1
    tapped(ana, f"{visit}cancel/", cancellation_reason="ill")
    assert count("scheduling_appointmentevent", "step = 'cancel'") == 1

    tapped(ana, ana.own("diary/"), 'name="nrs"', nrs="4")
    assert count("treatments_paindiaryentry") == 1
    words = {"topic": "appointment", "subject": "Parking", "body": "Where do I park?"}
    thread = tapped(ana, ana.own("messages/new/"), 'name="body"', file=PDF, **words)
    assert count("patients_threadmessage") == 1
    tapped(ana, thread, 'name="body"', body="And where is the door?")
    assert count("patients_threadmessage") == 2
    tapped(ana, ana.own("intake/reason/"), 'name="words"', words="It hurts")
    tapped(ana, ana.own("intake/"), 'name="seen"')
    assert count("treatments_intake", "submitted_at IS NOT NULL") == 1
    tapped(ana, ana.own("consents/treatment/"), 'name="agree"', name="Ana Ruiz", agree="on")
    assert count("patients_consent") == 1
    tapped(ana, ana.own("files/insurance_card/"), 'name="file"', file=PDF)
    assert count("patients_sentfile") == 1
    who = {"name": "Carl", "email": "carl@example.org", "last_date": in_days(30)}
    tapped(ana, ana.own("people/"), 'name="last_date"', **who)
    assert count("patients_portalinvitation") == 1
    tapped(ana, ana.own("settings/email/"), 'name="email"', email="new@example.org")
    assert count("patients_addressproof") == 1
    tapped(ana, ana.own("calendar/"))
    assert count("scheduling_secretlink") == 1
    assert "/public/calendar/" in ana.get(ana.own("calendar/")).text, "and it is shown"


def in_days(days):
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def test_without_its_key_a_form_is_done_as_often_as_it_is_sent(web, place, count):
    """The positive control: what the presses above would do without what guards them."""
    ana = Phone(web, place["phones"][0])
    form = ana.form(ana.own("calendar/"))
    form.pop("once")
    at_once([lambda: ana.send(ana.own("calendar/"), form)] * TAPS)
    assert count("scheduling_secretlink") == TAPS
