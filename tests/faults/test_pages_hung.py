"""Valkey takes connections and answers nothing: whoever opens a page notices nothing of it.

The figures are printed, for `make faults`; what is asserted is that every page is there.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.faults.nursery import Child

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]
# Of each of the three people; they read at once.
PAGES = 100
# Seconds at the 99th percentile, on a machine that does nothing else.
PROMISE = 0.5


def let_in():
    """Somebody of the desk, a physician and a patient, signed in; what each of them opens."""
    from datetime import timedelta

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from clinic.accounts.roles import Role
    from patients.models import PortalAccess
    from scheduling.actions.book import BookingRequest, book_appointment
    from scheduling.models import Site, VisitType
    from tests import builders

    site, kind = Site.objects.earliest("pk"), VisitType.objects.earliest("pk")
    clerk, physician, reader = (
        builders.make_user(role) for role in (Role.FRONT_DESK, Role.PHYSICIAN, Role.PATIENT)
    )
    patient = builders.make_patient(email="reader@example.org")
    PortalAccess.objects.create(user=reader, patient=patient)
    builders.care_for(patient, physician)
    now = timezone.now()
    # Far from the times that the storm and its neighbours book.
    start = (now + timedelta(days=30)).replace(hour=10, minute=0, second=0, microsecond=0)
    book_appointment(request=BookingRequest(patient, kind, site, start), by=clerk, now=now)

    def signed_in(user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return session.session_key

    chart, own = f"/physician/people/{patient.pk}/", f"/patient/{patient.pk}/"
    told = {
        "desk": (clerk, ["/desk/", "/desk/people/?q=ruiz", f"/desk/people/{patient.pk}/"]),
        "physician": (physician, ["/physician/", chart, f"{chart}courses/"]),
        "patient": (reader, [own, f"{own}visits/", f"{own}care/", f"{own}pain/"]),
    }
    print(json.dumps({name: [signed_in(user), pages] for name, (user, pages) in told.items()}))


def read_on(address, people):
    """Everybody opens their pages, at the same time; for each of them, how long each took."""

    def read(person):
        session, pages = person
        browser = requests.Session()
        browser.cookies.set("sessionid", session)
        found = []
        for number in range(PAGES):
            page = pages[number % len(pages)]
            began = time.monotonic()
            answer = browser.get(f"{address}{page}", timeout=30, allow_redirects=False)
            found.append(time.monotonic() - began)
            assert answer.status_code == 200, f"{page}: {answer.status_code}"
        return found

    with ThreadPoolExecutor(len(people)) as readers:
        return dict(zip(people, readers.map(read, people.values()), strict=True))


def told(when, found):
    everybody = [took for each in found.values() for took in each]
    rows = {"all": everybody} | found
    for name, seconds in rows.items():
        ordered = sorted(seconds)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        kept = "kept" if p99 <= PROMISE else "not kept"
        print(
            f"{when}, {name}: {len(ordered)} pages, p50 {p50 * 1000:.0f} ms, "
            f"p99 {p99 * 1000:.0f} ms (≤ {PROMISE * 1000:.0f} {kept})"
        )


def test_every_page_is_there_with_valkey_hung(running):
    """Somebody in pain, or a physician in the room, does not know what a broker is."""
    house = running.house
    people = json.loads(Child(house.database_url, let_in).printed())
    told("before", read_on(house.web, people))
    house.hang_valkey()
    try:
        told("hung", read_on(house.web, people))
    finally:
        house.wake_valkey()
