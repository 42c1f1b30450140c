"""What the clinic promises about messages, tried against all of it at work: web, worker, beat.

Everything is done as somebody does it (by API, page, a provider), and what is looked at is what
arrived, the logs, and rows.
"""

import json
import re
import time
from uuid import uuid4

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.faults import storm, storm_reminders
from tests.faults.house import house, wait_for
from tests.faults.nursery import Child
from tests.faults.post_office import post_office
from tests.faults.text_carrier import NUMBER, PUBLIC_URL, TOKEN, text_carrier

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]
METRICS = "only-for-tests-and-long-enough"
# Longer than two ticks of whatever sends.
A_WHILE = 12.0


class Clinic:
    """The clinic at work, its clerk and its manager."""

    def __init__(self, built, place):
        self.house, self.mail, self.carrier = built, built.mail, built.carrier
        self.place = place
        self.told = storm.Told()
        self.clerk = storm.Clerk(built.web, place["sessions"][0], self.told)
        self.manager = storm.Clerk(built.web, place["manager"], self.told).http
        self.number = 0

    def book(self, *, by_text=False, **headers):
        """Book for the next person who is written to so; the answer, and their number."""
        while (
            self.number % storm.TEXTED != (2 if by_text else 0)
            or self.number % storm.UNHEARD == 4
            # These want the time of the one before them.
            or self.number % storm.CONTESTED == 1
        ):
            self.number += 1
        booking = self.place["bookings"][self.number]
        self.number += 1
        key = f"promise-{self.number}"
        answer = self.clerk.send(self.clerk.address, key, booking, **headers)
        assert answer.status_code == 201, answer.text
        return answer, self.number - 1

    def rows(self, about, kind):
        return self.house.ask(
            "SELECT id, status, channel, last_error FROM messaging_message "
            "WHERE about = %s AND kind = %s ORDER BY id",
            about,
            kind,
        )

    def hook(self, path, **said):
        """A call of the provider of text messages."""
        signed = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}{path}", said)
        headers = {"X-Twilio-Signature": signed}
        return requests.post(f"{self.house.web}{path}", said, headers=headers, timeout=20)

    def presses(self, page, **said):
        """The manager presses a button of a page."""
        answer = self.manager.post(
            f"{self.house.web}{page}", said | {"csrfmiddlewaretoken": "a" * 32}, timeout=20
        )
        assert answer.ok, answer.text[:300]


@pytest.fixture(scope="module")
def clinic():
    with (
        post_office() as mail,
        text_carrier() as carrier,
        house(
            mail, carrier, PUBLIC_URL=PUBLIC_URL, METRICS_TOKEN=METRICS, LOG_LEVEL="INFO"
        ) as built,
    ):
        carrier.clinic = built.web
        place = json.loads(Child(built.database_url, storm.furnish, 200, 60.0, True).printed(300))
        built.start_valkey()
        built.start("web", "worker", "beat")
        built.wait_for_web()
        yield Clinic(built, place)


def about(answer):
    return f"appointment:{answer.json()['id']}"


def test_a_worker_killed_while_reminders_go_out_loses_none(clinic):
    """Reminders are written and sent by the same worker, which dies with its whole group."""
    ids = clinic.place["reminded"]
    for number in range(1, 4):
        wait_for(
            lambda wanted=number: len(ids) - storm_reminders.left(clinic.house, ids) >= wanted,
            "nobody is reminded",
        )
        clinic.house.kill("worker")
        clinic.house.start("worker")
    wait_for(lambda: not storm_reminders.left(clinic.house, ids), "reminders are lost", 240)
    keys = "SELECT count(*), count(DISTINCT dedupe_key) FROM messaging_message WHERE kind = %s"
    assert clinic.house.ask(keys, "appointment_reminder") == [(len(ids), len(ids))]
    out = "SELECT count(*) FROM messaging_message WHERE status = 'due'"
    wait_for(lambda: clinic.house.ask(out) == [(0,)], "they are not sent", 240)
    told = [letter.to for letter in clinic.mail.letters if letter.to.startswith("r")]
    assert len(set(told)) == len(ids)


def test_a_paused_kind_waits_and_what_is_over_by_then_does_not_go_out(clinic):
    """A visit that was moved while its kind was paused: only the new time is told."""
    clinic.presses(
        "/manager/background/pause/", kind="appointment_booked", reason="A wrong address"
    )
    kept, number = clinic.book()
    moved, moved_number = clinic.book()
    booking = clinic.place["bookings"][-1]
    answer = clinic.clerk.http.post(
        f"{clinic.clerk.address}{moved.json()['id']}/move/",
        json={"site": booking["site"], "start_at": booking["start_at"]},
        headers={"If-Match": moved.headers["ETag"]},
        timeout=20,
    )
    assert answer.status_code == 200, answer.text
    time.sleep(A_WHILE)
    assert not clinic.mail.to(f"p{number}@example.org")
    wait_for(lambda: clinic.mail.to(f"p{moved_number}@example.org"), "the new time is not told")
    clinic.presses("/manager/background/resume/", kind="appointment_booked")
    wait_for(lambda: clinic.mail.to(f"p{number}@example.org"), "it did not go out when resumed")
    time.sleep(A_WHILE)
    (letter,) = clinic.mail.to(f"p{moved_number}@example.org")
    ((_id, status, *_rest),) = clinic.rows(about(moved), "appointment_booked")
    assert status == "withdrawn"
    assert letter.subject != clinic.mail.to(f"p{number}@example.org")[0].subject
    assert clinic.rows(about(kept), "appointment_booked")[0][1] == "sent"


def test_stop_ends_what_waits_and_a_bounce_is_seen(clinic):
    """They asked us to stop a second before; and a number that is no more is not written to."""
    booked, number = clinic.book(by_text=True)
    phone = f"+1512555{number:04d}"
    wait_for(lambda: clinic.carrier.to(phone), "nothing was sent")
    wait_for(
        lambda: clinic.rows(about(booked), "appointment_booked")[0][1] == "delivered",
        "the provider told in vain",
    )
    stop = {"MessageSid": f"SM{uuid4().hex}", "From": phone, "To": NUMBER, "Body": "STOP"}
    for _time in range(2):
        assert clinic.hook("/hooks/sms/", **stop).ok
    forged = requests.post(f"{clinic.house.web}/hooks/sms/", stop, timeout=20)
    assert forged.status_code == 403
    answer = clinic.clerk.send(
        f"{clinic.clerk.address}{booked.json()['id']}/steps/",
        f"stop-{number}",
        {"step": "cancel", "cancellation_reason": "clinic"},
        **{"If-Match": booked.headers["ETag"]},
    )
    assert answer.status_code == 200, answer.text
    wait_for(lambda: len(clinic.carrier.to(phone)) == 2, "STOP was not confirmed")
    time.sleep(A_WHILE)
    assert len(clinic.carrier.to(phone)) == 2, "after STOP only its confirmation goes there"
    back, number = clinic.book(by_text=True)
    phone = f"+1512555{number:04d}"
    wait_for(
        lambda: clinic.rows(about(back), "appointment_booked")[0][1] == "delivered", "not sent"
    )
    row, *_rest = clinic.rows(about(back), "appointment_booked")[0]
    status = f"/hooks/sms/status/?message={row}"
    sid = clinic.carrier.to(phone)[0].id
    for _time in range(2):
        bounced = {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30005"}
        assert clinic.hook(status, **bounced).ok
    ((_id, became, _channel, reason),) = clinic.rows(about(back), "appointment_booked")
    assert (became, "30005" in reason) == ("bounced", True)
    stops = "SELECT reason FROM messaging_suppression WHERE address = %s AND lifted_at IS NULL"
    assert clinic.house.ask(stops, phone) == [("bounce",)]
    page = clinic.manager.get(f"{clinic.house.web}/manager/messages/?status=bounced", timeout=20)
    assert "Came back" in page.text
    assert reason in page.text


def test_one_id_goes_from_the_request_to_the_delivery_and_logs_name_nobody(clinic):
    """“It never came” is answered from the logs in a minute, by somebody who may read no record."""
    asked = f"trace-{uuid4()}"
    booked, number = clinic.book(**{"X-Request-ID": asked})
    assert booked.headers["X-Request-ID"] == asked
    wait_for(lambda: clinic.mail.to(f"p{number}@example.org"), "nothing was sent")
    logs = {
        name: (clinic.house.folder / "logs" / f"{name}.log").read_text()
        for name in ("web", "worker", "beat")
    }
    lines = [json.loads(line) for line in logs["worker"].splitlines() if asked in line]
    assert [line["event"] for line in lines if line["event"] == "message_sent"]
    assert asked in logs["web"]
    people = "SELECT family_name FROM patients_patient"
    names = {family for (family,) in clinic.house.ask(people)}
    for text in logs.values():
        assert "@example.org" not in text
        assert "+1512555" not in text
        assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)]


def test_metrics_count_and_name_nobody(clinic):
    """Whoever watches the machines is nobody's clinician."""
    address = f"{clinic.house.web}/metrics"
    assert requests.get(address, timeout=20).status_code == 404
    headers = {"Authorization": f"Bearer {METRICS}"}
    text = requests.get(address, headers=headers, timeout=20).text
    assert 'dorsa_queue_waiting{queue="receipts"}' in text
    assert "dorsa_requests_total" in text
    assert not re.search(r"@example|\+1512|[0-9a-f]{8}-[0-9a-f]{4}-", text)


def test_a_night_is_done_once_a_date_however_often_it_is_asked_for(clinic):
    """Two beats, a restart, and somebody who tries it by hand."""
    done = "SELECT count(*) FROM scheduling_localrun WHERE finished_at IS NOT NULL"
    wait_for(lambda: clinic.house.ask(done)[0][0] >= 4, "the nights do not begin", 300)
    time.sleep(2)
    before = clinic.house.ask(
        "SELECT job, local_date, attempts FROM scheduling_localrun ORDER BY 1"
    )
    again = "from scheduling.tasks.nightly import keep_nights\nfor _ in range(3): keep_nights()"
    clinic.house.run(again)
    after = clinic.house.ask("SELECT job, local_date, attempts FROM scheduling_localrun ORDER BY 1")
    assert {row[:2]: row[2] for row in before}.items() <= {row[:2]: row[2] for row in after}.items()
    assert len({row[:2] for row in after}) == len(after)
