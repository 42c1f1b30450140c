"""Days on which people cancel, wait and are asked, lived through while the clocks change.

Beside `clock_days`: the same clinic and the same ticks, with a waitlist. Printed is what became of
each offer, so that whoever counts needs nothing of the clinic's own.
"""

import json
from datetime import datetime, timedelta
from itertools import pairwise

from tests.faults.clock_days import ZONE, _hang_up, open_clinic

WAITING, LAPSING = 30, 4
# Each so-many-th tick somebody cancels a visit that comes in so many hours, in turn.
CANCEL_EVERY, AWAY = 6, (30, 20, 8, 4)
# What people do about offers in turn; the others let them run out.
SAYS = {0: "yes", 1: "no"}


def open_waitlist(change):
    """The clinic of `clock_days`, with people who wait; some, until the day of the change."""
    from zoneinfo import ZoneInfo

    import time_machine

    from clinic.accounts.models import User
    from scheduling.actions.waitlist import Wish, add_to_waitlist
    from scheduling.models import Site, VisitType
    from tests import builders

    open_clinic(change)
    before, today = change - timedelta(days=20), change.astimezone(ZoneInfo(ZONE)).date()
    site, kind, clerk = Site.objects.get(), VisitType.objects.get(), User.objects.filter()[0]
    with time_machine.travel(before, tick=False):
        for number in range(WAITING + LAPSING):
            first = today - timedelta(days=15)
            wish = Wish(first, today + timedelta(days=3), notice_minutes=(0, 60, 240)[number % 3])
            if number >= WAITING:
                # They come on a day of the week that has passed by then.
                passed = ((today - timedelta(days=5)).isoweekday(),)
                wish = Wish(first, today, weekdays=passed)
            add_to_waitlist(
                patient=builders.make_patient(email=f"w{number}@example.org"),
                visit_type=kind,
                site=site,
                wish=wish,
                by=clerk,
                now=before,
            )


def live_offers(shown, guard="on"):
    """Every tick of two beats, by two workers at once; what was asked is printed, as JSON."""
    from concurrent.futures import ThreadPoolExecutor

    import time_machine

    from scheduling.tasks import waitlist

    if guard == "off":
        _count_by_this_mornings_clock()
    broken, asked = [], []
    with ThreadPoolExecutor(2) as workers:
        for number, tick in enumerate(shown):
            instant = datetime.fromisoformat(tick)
            with time_machine.travel(instant, tick=False):
                _answer(asked, instant)
                if number % CANCEL_EVERY == 0:
                    _cancel(instant, timedelta(hours=AWAY[number // CANCEL_EVERY % len(AWAY)]))
            # What was cancelled has rested by then.
            with time_machine.travel(instant + timedelta(seconds=10), tick=False):
                for work in (waitlist.clear_expired_holds, waitlist.offer_openings):
                    for done in [workers.submit(work) for _ in range(2)]:
                        done.result()
            broken += _broken(tick)
        for _ in range(2):
            workers.submit(_hang_up)
    print(json.dumps({"broken": broken, **_what_became()}))


def _answer(asked, now):
    """Somebody who was asked before this tick says yes or no, if it is their turn to."""
    from scheduling.actions.offers import accept_offer, decline_offer
    from scheduling.models import WaitlistOffer

    for offer in WaitlistOffer.objects.filter(status="open").order_by("pk"):
        if offer.pk in asked:
            continue
        asked.append(offer.pk)
        says = SAYS.get(len(asked) % 4)
        if says and offer.hold.expires_at > now:
            {"yes": accept_offer, "no": decline_offer}[says](offer=offer, by=None, now=now)


def _cancel(now, away):
    from clinic.accounts.models import User
    from scheduling.actions.steps import take_step
    from scheduling.domain.states import Step
    from scheduling.models import Appointment

    coming = Appointment.objects.filter(status="booked", start_at__gte=now + away)
    visit = coming.order_by("start_at", "pk").first()
    if visit is not None:
        clerk = User.objects.order_by("pk").first()
        take_step(
            appointment=visit,
            step=Step.CANCEL,
            cancellation_reason="patient",
            by=clerk,
            now=now,
        )


def _broken(tick):
    """What must never be so after a tick: one time asked of two, or two times of one."""
    from scheduling.models import WaitlistOffer

    rows = WaitlistOffer.objects.filter(status="open").order_by("hold__start_at")
    held = list(rows.values_list("entry_id", "hold__start_at", "hold__end_at"))
    entries = [entry for entry, _start, _end in held]
    found = [f"{tick}: one person, two offers"] if len(set(entries)) < len(entries) else []
    for (_one, _start, end), (_two, start, _end) in pairwise(held):
        if start < end:
            found.append(f"{tick}: one time, two people")
    return found


def _what_became():
    from scheduling.models import Appointment, Opening, WaitlistEntry, WaitlistOffer

    rows = WaitlistOffer.objects.order_by("pk").values_list(
        *("entry_id", "hold__start_at", "offered_at", "hold__expires_at", "status"),
        *("answered_at", "entry__notice_minutes"),
    )
    waited = WaitlistEntry.objects.exclude(weekdays=[]).values_list("status", "ended_at")
    return {
        "offers": [
            [
                str(entry),
                *(at.isoformat() for at in (start, offered, ends)),
                status,
                _said(at),
                need,
            ]
            for entry, start, offered, ends, status, at, need in rows
        ],
        "lapsed": [[status, _said(at)] for status, at in waited],
        "cancelled": Appointment.objects.filter(status="cancelled").count(),
        "openings": list(Opening.objects.values_list("cause", "outcome")),
    }


def _said(instant):
    return instant.isoformat() if instant else None


def _count_by_this_mornings_clock():
    """The positive control: eight thirty tomorrow by the offset that the clock has now."""
    from datetime import UTC

    from django.utils import timezone

    from scheduling.domain import waiting_line

    def naive(day, clock, zone):
        offset = timezone.now().astimezone(zone).utcoffset()
        return (datetime.combine(day, clock) - offset).replace(tzinfo=UTC)

    waiting_line.wall_instant = naive
