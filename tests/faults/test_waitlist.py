"""One freed time, many workers and a yes in the last second: exactly one outcome, and soon.

Workers are processes with connections of their own. The race has its positive control: the same
race with the guards off must offer one time to several people, or it would prove nothing.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from clinic.schedule import BEAT_SCHEDULE
from scheduling.actions.openings import REST
from tests.faults import test_delivery as delivery
from tests.faults.nursery import START_SECONDS

mail, clinic_env = delivery.mail, delivery.clinic_env
WORKERS = 5

PLACE = """
import json
from datetime import date, datetime, timedelta
from django.utils import timezone
from clinic.accounts.models import User
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.offers import offer_time
from scheduling.actions.steps import take_step
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.domain.states import Step
from tests import builders
now = timezone.now()
start = (now + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
site = builders.make_site("UTC")
clinician = builders.make_clinician(site)
[builders.make_resource(site) for _ in range(3)]
kind = builders.make_visit_type(60)
clerk = builders.make_user()
def book(at):
    patient = builders.make_patient(email="ana@example.org")
    return book_appointment(request=BookingRequest(patient, kind, site, at), by=clerk, now=now)
def wait(email="ben@example.org"):
    days = Wish(earliest_date=now.date(), latest_date=now.date() + timedelta(days=3))
    patient = builders.make_patient(email=email)
    return add_to_waitlist(
        patient=patient, visit_type=kind, site=site, wish=days, by=clerk, now=now)
"""

FREED = (
    PLACE
    + """
visits = [book(start + timedelta(hours=n)) for n in range(-2, 3)]
entries = [wait() for _ in range(8)]
take_step(appointment=visits[2], step=Step.CANCEL, by=clerk, now=now)
# It has rested long enough.
from scheduling.models import Opening
Opening.objects.update(due_at=now)
"""
)

WORK = """
import sys, time
from scheduling.tasks import waitlist as tasks
{guard}
time.sleep(max(0.0, {shot} - time.time()))
tasks.offer_openings()
"""

# Every worker takes the same opening and begins with somebody else, so that only the place is
# contested; between looking and taking there is time for the others.
UNCLAIMED = """
import random
from scheduling.actions import hold
from scheduling.models import Opening
opening = list(Opening.objects.all())
tasks.claim_opening = lambda by, now: opening.pop() if opening else None
in_line, choose = tasks.waiting_line, hold.choose
def shuffled(*args, **kwargs):
    people = in_line(*args, **kwargs)
    return random.Random().sample(people, len(people))
def slow(*args, **kwargs):
    chosen = choose(*args, **kwargs)
    time.sleep(1)
    return chosen
tasks.waiting_line, hold.choose = shuffled, slow
"""


def open_offers(scratch_url):
    with psycopg.connect(scratch_url) as connection:
        query = "SELECT count(*) FROM scheduling_waitlistoffer WHERE status = 'open'"
        return connection.execute(query).fetchone()[0]


def race(run_in, guard):
    shot = time.time() + START_SECONDS
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run_in, [WORK.format(shot=shot, guard=guard)] * WORKERS))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "guard",
    [
        pytest.param("", id="claimed"),
        pytest.param(UNCLAIMED, id="unclaimed", marks=pytest.mark.long),
    ],
)
def test_five_workers_and_one_freed_time_make_one_offer(guard, run_in, scratch_url):
    """Two people told “this is yours” is what a waitlist must never do, even without the claim."""
    run_in(FREED)
    race(run_in, guard)
    assert open_offers(scratch_url) == 1
    with psycopg.connect(scratch_url) as connection:
        query = "SELECT count(*) FROM messaging_message WHERE kind = 'waitlist_offer'"
        assert connection.execute(query).fetchone()[0] == 1
        outcomes = connection.execute("SELECT outcome, attempts FROM scheduling_opening").fetchall()
    assert guard or outcomes == [("Offered to 1.", 1)]


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_without_the_guards_several_are_promised_one_time(run_in, scratch_url):
    """The positive control of the race above."""
    run_in(FREED)
    with psycopg.connect(scratch_url) as connection:
        connection.execute(
            "ALTER TABLE scheduling_reservation DROP CONSTRAINT resource_is_taken_once"
        )
    race(run_in, UNCLAIMED)
    assert open_offers(scratch_url) > 1


OFFERS = 24
OFFERED = (
    PLACE
    + f"""
entries = [wait() for _ in range({OFFERS})]
offers = [
    offer_time(
        entry=entry, start_at=start + timedelta(days=n % 2, hours=n // 2), by=clerk, now=now)
    for n, entry in enumerate(entries)
]
print(json.dumps([str(o.pk) for o in offers]))
"""
)

# Starting takes seconds on a busy machine: the end is set when all are ready, and told in a file.
READY = """
import os, time
from pathlib import Path
def shot(before):
    Path("{folder}", f"ready-{{os.getpid()}}").touch()
    told = Path("{folder}", "ends")
    while not told.exists():
        time.sleep(0.01)
    time.sleep(max(0.0, float(told.read_text()) - before - time.time()))
"""

ACCEPT = (
    READY
    + """
from django.utils import timezone
from clinic.shared.errors import DomainError
from scheduling.actions.offers import accept_offer
from scheduling.models import WaitlistOffer
offers = list(WaitlistOffer.objects.select_related("hold__patient").filter(pk__in={offers}))
shot(0.6)
for offer in offers:
    try:
        accept_offer(offer=offer, by=None, now=timezone.now())
    except DomainError as refusal:
        print(refusal.code)
    else:
        print("booked")
"""
)

CLEAR = (
    READY
    + """
from scheduling.tasks import waitlist as tasks
shot(0.2)
for _ in range(30):
    tasks.clear_expired_holds()
    time.sleep(0.05)
"""
)


def set_the_end(scratch_url, folder):
    """The offers run out a second after the last of the four is ready."""
    delivery.wait_for(lambda: len(list(folder.glob("ready-*"))) == 4, "somebody never came")
    with psycopg.connect(scratch_url) as connection:
        ends = datetime.now(UTC) + timedelta(seconds=1)
        connection.execute("UPDATE scheduling_hold SET expires_at = %s", [ends])
        connection.execute("UPDATE scheduling_reservation SET expires_at = %s", [ends])
    half_written = folder / "half-written"
    half_written.write_text(str(ends.timestamp()))
    half_written.rename(folder / "ends")


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_yes_in_the_last_second_is_booked_or_over_and_never_both(run_in, scratch_url, tmp_path):
    """Two taps of the same finger, and two workers that clear, at the moment of expiry."""
    offers = json.loads(run_in(OFFERED))
    said = [ACCEPT.format(offers=offers, folder=tmp_path)] * 2
    cleared = [CLEAR.format(folder=tmp_path)] * 2
    with ThreadPoolExecutor(4) as pool:
        racers = pool.map(run_in, said + cleared)
        set_the_end(scratch_url, tmp_path)
        list(racers)
    with psycopg.connect(scratch_url) as connection:
        rows = connection.execute(
            """
            SELECT o.status, h.status, a.status,
                   (SELECT count(*) FROM scheduling_reservation r
                    WHERE r.appointment_id = a.id AND r.is_active),
                   (SELECT count(*) FROM scheduling_reservation r WHERE r.hold_id = h.id)
            FROM scheduling_waitlistoffer o JOIN scheduling_hold h ON h.id = o.hold_id
            LEFT JOIN scheduling_appointment a ON a.id = h.appointment_id
            """
        ).fetchall()
        visits = connection.execute("SELECT count(*) FROM scheduling_appointment").fetchone()[0]
    assert len(rows) == OFFERS
    assert set(rows) <= {
        ("accepted", "booked", "booked", 2, 0),
        ("expired", "expired", None, 0, 0),
    }
    booked = sum(row[0] == "accepted" for row in rows)
    assert visits == booked
    print(f"{booked} of {OFFERS} were booked, the others ran out")
    assert booked, "nobody was in time: this was no race"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_cancellation_is_offered_by_itself_and_once(
    run_in, clinic_env, mail, scratch_url, tmp_path
):
    """Same-day fill: the next in line is asked while the phone is still warm.

    How long it took is printed (`make faults` runs it alone): beside other tests on two cores a
    clock would measure those. That the waits add up to less than ten seconds is asserted below.
    """
    run_in(FREED.replace("take_step(", "(lambda **_: None)("))
    cancel = """
from django.utils import timezone
from clinic.accounts.models import User
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment
visit = Appointment.objects.order_by("start_at")[2]
take_step(appointment=visit, step=Step.CANCEL, by=User.objects.get(), now=timezone.now())
"""
    with delivery.broker(clinic_env, tmp_path), delivery.background(clinic_env, tmp_path):
        delivery.wait_for(lambda: len(mail.messages) == 5, "the worker never started")
        run_in(cancel)
        delivery.wait_for(lambda: _asked(mail), "nobody was asked")
        arrived = time.time()
    with psycopg.connect(scratch_url) as connection:
        query = """
            SELECT extract(epoch FROM min(v.created_at)),
                   extract(epoch FROM min(o.offered_at))
            FROM scheduling_opening v, scheduling_waitlistoffer o
        """
        freed, offered = connection.execute(query).fetchone()
        versions = connection.execute(
            "SELECT extract(epoch FROM min(pgh_created_at)) FROM scheduling_waitlistofferversion"
        ).fetchone()[0]
    print(
        f"held after {float(max(offered, versions) - freed):.1f} s, "
        f"mail arrived after {arrived - float(freed):.1f} s"
    )
    assert freed < offered
    assert len(_asked(mail)) == 1


def test_nothing_waits_for_ten_seconds_on_purpose():
    """Whatever rests and ticks between a cancellation and its offer leaves room for the work."""
    tick = BEAT_SCHEDULE["offer-openings"]["schedule"]
    assert REST.total_seconds() + tick <= 8


def _asked(mail):
    return [text for text in mail.messages if "A time is free" in text.replace("\r\n ", " ")]
