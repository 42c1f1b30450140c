"""A storm: people book through the web while one part of the clinic after the other is broken.

What is counted afterwards does not use a line of the clinic's own code: what the browsers were
told, what the mail server took, and SQL.
"""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for_all
from dataclasses import dataclass, field
from itertools import count as count_up
from threading import Event

import requests

from scheduling.domain.nights import NIGHTS
from tests.faults import storm_receipts, storm_reminders
from tests.faults.house import wait_for
from tests.faults.storm_counts import count

CLERKS = 8
# Each so-many-th booking wants a time that the one before it wants, and is cancelled again.
CONTESTED, CANCELLED, WAITING = 5, 8, 20
# Of so many one is written to by text message.
TEXTED = 3
# Of so many one hears no answer to the first try, though it was done: the line is broken.
UNHEARD = 9
LONGEST_WAIT = 120.0
# What blows for longer than this is still there when the nights are looked at, once a minute.
LONG = 90.0


def furnish(number, lasts=0.0, texts=False):
    """A site with room for all, one person for each booking; printed, as JSON.

    In a storm that `lasts`, some more people are to be reminded of visits that stand already. If
    there are `texts`, every so-many-th person is written to by text message.
    """
    from datetime import UTC, datetime, time, timedelta

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from clinic.accounts.roles import Role
    from patients.models.communication import CommunicationPreference
    from scheduling.actions.waitlist import Wish, add_to_waitlist
    from tests import builders

    def person(address, mobile=""):
        """Somebody who may be told at any hour: whatever waits then waits because of a fault."""
        made = builders.make_patient(email=address)
        channel = "sms" if mobile else "email"
        CommunicationPreference.objects.create(
            patient=made, channel=channel, quiet_from=time(0), quiet_until=time(0)
        )
        if mobile:
            made.contacts.create(system="phone", use="mobile", value=mobile, digits=mobile[1:])
        return made

    site = builders.make_site(zone="UTC")
    people = 4 + number // 80
    clinicians = [builders.make_clinician(site) for _ in range(people)]
    for _ in range(people):
        builders.make_resource(site)
    kind = builders.make_visit_type(30)

    def signed_in(user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return session.session_key

    clerks = [builders.make_user() for _ in range(CLERKS)]
    clerk = clerks[-1]
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=4)
    bookings = []
    for index in range(number):
        place = index - 1 if index % CONTESTED == 1 else index
        start = day + timedelta(minutes=30 * (place // people))
        bookings.append(
            {
                "patient": str(person(f"p{index}@example.org", mobile(index) if texts else "").pk),
                "clinician": clinicians[place % people].pk,
                "start_at": start.isoformat(),
                "site": site.pk,
                "visit_type": kind.code,
            }
        )
    for index in range(number // WAITING):
        add_to_waitlist(
            patient=person(f"w{index}@example.org"),
            visit_type=kind,
            site=site,
            wish=Wish(earliest_date=day.date(), latest_date=day.date() + timedelta(days=30)),
            by=clerk,
            now=timezone.now(),
        )
    reminded = max(2 * storm_reminders.KINDS, number // 20) if lasts else 0
    visits = storm_reminders.book_to_be_reminded(site, clerk, reminded, lasts, person)
    told = {"bookings": bookings, "sessions": [signed_in(clerk) for clerk in clerks]}
    told |= {"reminded": visits, "manager": signed_in(builders.make_user(Role.MANAGER))}
    print(json.dumps(told))


def mobile(index):
    """The number of so-many-th person, "" for those who are written to by e-mail."""
    return f"+1512555{index:04d}" if index % TEXTED == 2 else ""


@dataclass
class Told:
    """What the people at the desk were told."""

    booked: dict = field(default_factory=dict)
    cancelled: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    given_up: list = field(default_factory=list)
    tries_again: Counter = field(default_factory=Counter)


class Clerk:
    """Somebody at a desk whose program sends what was not answered again, with the same key."""

    def __init__(self, address, session_key, told, over=None, *, keeps_key=True):
        self.over = over or Event()
        self.keeps_key = keeps_key
        self.address = f"{address}/api/v1/appointments/"
        self.told = told
        self.http = requests.Session()
        self.http.cookies.set("sessionid", session_key)
        self.http.cookies.set("csrftoken", "a" * 32)
        self.http.headers["X-CSRFToken"] = "a" * 32

    def send(self, address, key, body, *, is_unheard=False, **headers):
        """The first answer that is one; None if none came for too long."""
        until = time.monotonic() + LONGEST_WAIT
        for again in count_up():
            if time.monotonic() > until or self.over.is_set():
                return None
            headers["Idempotency-Key"] = key if self.keeps_key else f"{key}-{again}"
            patience = 0.02 if is_unheard and not again else 20
            try:
                answer = self.http.post(address, json=body, headers=headers, timeout=patience)
            except requests.RequestException as error:
                self.told.tries_again[type(error).__name__] += 1
            else:
                if answer.status_code < 500:
                    return answer
                self.told.tries_again[answer.status_code] += 1
            time.sleep(0.3)
        return None

    def book(self, number, booking):
        for again in range(20):
            unheard = number % UNHEARD == 4 and not again
            key = f"book-{number}-{again}"
            answer = self.send(self.address, key, booking, is_unheard=unheard)
            if answer is None:
                self.told.given_up.append(number)
                return None
            if answer.status_code == 201:
                self.told.booked[answer.json()["id"]] = number
                return answer
            body = answer.json()
            if answer.status_code != 409 or not body.get("alternatives"):
                break
            # Somebody else has this time: the clerk offers another one.
            other = body["alternatives"][number % len(body["alternatives"])]
            clinician = other.get("clinician") or booking["clinician"]
            clinician = clinician["id"] if isinstance(clinician, dict) else clinician
            booking = booking | {"start_at": other["start_at"], "clinician": clinician}
        self.told.refused.append((number, answer.status_code, answer.text[:300]))
        return None

    def cancel(self, number, booked):
        visit = booked.json()["id"]
        answer = self.send(
            f"{self.address}{visit}/steps/",
            f"cancel-{number}",
            {"step": "cancel", "cancellation_reason": "patient"},
            **{"If-Match": booked.headers["ETag"]},
        )
        if answer is not None and answer.status_code == 200:
            self.told.cancelled[visit] = time.time()
        else:
            self.told.refused.append((number, answer and answer.text[:300]))


def blow(house, script, number, *, keeps_key=True):
    """Book `number` visits while the script runs; then wait until all is quiet, and count."""
    from tests.faults.nursery import Child

    place = json.loads(
        Child(house.database_url, furnish, number, script.lasts, bool(house.carrier)).printed()
    )
    house.start_valkey()
    house.start("web", "worker", "beat")
    house.wait_for_web()
    told, over = Told(), Event()
    with ThreadPoolExecutor(CLERKS) as desk:
        began = time.monotonic()
        clerks = [
            Clerk(house.web, session, told, over, keeps_key=keeps_key)
            for session in place["sessions"]
        ]
        pace = script.lasts / number
        work = [
            desk.submit(_work, clerk, place["bookings"], nth, began, pace)
            for nth, clerk in enumerate(clerks)
        ]
        try:
            ended = _break_things(house, script, began)
            _wait_for_clerks(work, told)
        except BaseException:
            over.set()
            raise
    quiet = _wait_for_quiet(house, place["reminded"])
    if script.lasts > LONG:
        _wait_for_nights(house)
    counts = count(house, told, number) | {"quiet after": round(quiet, 1)}
    counts |= storm_reminders.counts(house, place["reminded"])
    if house.carrier:
        counts |= storm_receipts.counts(house, place["manager"])
    print(f"seed {script.seed}: {number} bookings, {len(script.names)} faults")
    for name in script.names:
        print(f"  {name}")
    print(f"  tried again by the clerks: {dict(told.tries_again)}")
    print(f"  the mail server refused: {dict(house.mail.refused)}; ended by themselves: {ended}")
    if house.carrier:
        print(f"  the carrier of texts refused: {dict(house.carrier.refused)}")
    for name, value in counts.items():
        print(f"  {name}: {value}")
    return counts


def _work(clerk, bookings, nth, began, pace):
    """Every eighth booking is this clerk's, each at its time."""
    for number in range(nth, len(bookings), CLERKS):
        if clerk.over.wait(max(0.0, began + number * pace - time.monotonic())):
            return
        booked = clerk.book(number, bookings[number])
        if booked is not None and number % CANCELLED == 3:
            clerk.cancel(number, booked)


def _wait_for_clerks(work, told):
    """A slow machine books slowly; only clerks who get nowhere at all have hung."""
    done = -1
    while wait_for_all(work, LONGEST_WAIT + 60).not_done:
        heard = len(told.booked) + len(told.cancelled) + len(told.refused) + len(told.given_up)
        assert heard > done, f"nothing was answered any more after {heard} answers"
        done = heard
    for each in work:
        each.result()


def _break_things(house, script, began):
    """Do what the script says at its time; who ends unasked is started again, and named."""
    deeds, meant, ended = list(script.deeds), {"web", "worker", "beat"}, []
    while deeds:
        while deeds and time.monotonic() - began >= deeds[0][0]:
            _at, what, *details = deeds.pop(0)
            if what == "start":
                meant.add(details[0])
            elif what in {"kill", "kill_leader"}:
                meant.discard(details[0])
            do(house, what, *details)
        for name in sorted(meant):
            if house.parts[name].popen.poll() is not None:
                ended.append((name, house.parts[name].popen.returncode))
                print(f"{name} ended by itself:", house.parts[name].last_words())
                house.start(name)
        time.sleep(0.05)
    return ended


def do(house, what, *details):
    """One deed of a script."""
    house.deeds.append((time.time(), what, *details))
    if what == "mood":
        (house.mail.mood,) = details
    elif what == "carrier":
        (house.carrier.mood,) = details
    elif what == "lose":
        who, number = details
        getattr(house, who).to_lose += number
    elif what == "flush":
        house.broker().flushall()
    elif what == "kill_child":
        house.kill_child(*details)
    elif what == "kill_at_work":
        _kill_at_work(house)
    else:
        getattr(house, what)(*details)


def _kill_at_work(house):
    """Kill the worker while a slow mail server reads its letter, and start it again."""
    wait_for(lambda: house.mail.in_hand, "the worker sends nothing", seconds=120.0)
    do(house, "kill", "worker")
    do(house, "start", "worker")


WAITING_NOW = """
    SELECT (SELECT count(*) FROM messaging_message WHERE status = 'due')
         + (SELECT count(*) FROM scheduling_opening WHERE outcome = '')
"""


def _wait_for_nights(house):
    """What a killed worker had begun is gone on with when its lease is over, two minutes later."""
    wait_for(
        lambda: (
            house.ask(storm_reminders.NIGHTS_LEFT) == [(0,)]
            and house.ask(storm_reminders.NIGHTS_BEGUN)[0][0] >= len(NIGHTS)
        ),
        lambda: str(house.ask("SELECT job, attempts, last_error FROM scheduling_localrun")),
        seconds=400.0,
    )


def _wait_for_quiet(house, reminded):
    """Seconds until nothing waits any more."""

    def left():
        rows = house.ask(
            "SELECT status, attempts, due_at, claimed_until, last_error, now() "
            "FROM messaging_message WHERE status = 'due'"
        )
        return f"still waiting: {rows[:5]} of {len(rows)}"

    def is_quiet():
        # A reminder that is not written yet waits in the calendar.
        return not storm_reminders.left(house, reminded) and house.ask(WAITING_NOW) == [(0,)]

    return wait_for(is_quiet, left, seconds=180.0)
