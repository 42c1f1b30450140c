"""A clinic that lives through days in a few seconds, with a clock that somebody also turns.

Each instant is what the machine's clock shows at one tick of beat; the tasks themselves ask it.
"""

import json
from datetime import UTC, datetime, timedelta

ZONE = "America/New_York"
# The clocks go from 02:00 to 01:00, and from 02:00 to 03:00, on these dates.
BACK, FORWARD = datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)
STEP = timedelta(minutes=20)
AROUND = timedelta(hours=30)
RULES = (timedelta(days=1), timedelta(hours=3))


def instants(change, turned=timedelta(), since=None):
    """The ticks from 30 hours before to 30 hours after; at the change the machine is `turned`."""
    shown, until = change - AROUND, change + AROUND
    has_turned = not turned
    while shown <= until:
        if since is None or shown >= since:
            yield shown
        shown += STEP
        if not has_turned and shown >= change:
            has_turned, shown = True, shown + turned


def open_clinic(change):
    """A visit every hour, all booked long before, and two rules to be reminded by."""
    from datetime import time

    import time_machine

    from patients.models.communication import CommunicationPreference
    from scheduling.actions.book import BookingRequest, book_appointment
    from scheduling.models import ReminderRule
    from tests import builders

    before = change - timedelta(days=20)
    with time_machine.travel(before, tick=False):
        site = builders.make_site(ZONE)
        clinician = builders.make_clinician(site)
        builders.make_resource(site)
        kind, clerk = builders.make_visit_type(30), builders.make_user()
        ReminderRule.objects.all().delete()
        for lead in RULES:
            ReminderRule.objects.create(before=lead)
        visits = []
        for number in range(60):
            patient = builders.make_patient(email=f"p{number}@example.org")
            CommunicationPreference.objects.create(
                patient=patient, channel="email", quiet_from=time(0), quiet_until=time(0)
            )
            start = change - timedelta(hours=26) + timedelta(hours=1) * number
            request = BookingRequest(patient, kind, site, start, clinician)
            visit = book_appointment(request=request, by=clerk, now=before)
            visits.append([str(visit.pk), start.isoformat()])
    print(json.dumps(visits))


def live(shown, guard="on"):
    """Every tick of two beats, done by two workers at once, each with a connection of its own."""
    from concurrent.futures import ThreadPoolExecutor

    import time_machine

    from scheduling.tasks import reminders

    if guard == "off":
        _forget_who_was_told()
    with ThreadPoolExecutor(2) as workers:
        for instant in shown:
            # A tick lasts no hours: both are done before the next one comes.
            with time_machine.travel(datetime.fromisoformat(instant), tick=True):
                for done in [workers.submit(reminders.remind) for _ in range(2)]:
                    done.result()
        for _ in range(2):
            workers.submit(_hang_up)


def live_nights(shown):
    """Every tick of what is done once a local date, by two workers at once; printed, as JSON."""
    from concurrent.futures import ThreadPoolExecutor

    import time_machine

    from scheduling.tasks import nightly

    done = []

    def note(run, _now):
        done.append([run.job, run.site_id, str(run.local_date)])
        return nightly.Step()

    nightly.STEPS = dict.fromkeys(nightly.STEPS, note)
    with ThreadPoolExecutor(2) as workers:
        for instant in shown:
            with time_machine.travel(datetime.fromisoformat(instant), tick=True):
                for tick in [workers.submit(nightly.keep_nights) for _ in range(2)]:
                    tick.result()
        for _ in range(2):
            workers.submit(_hang_up)
    print(json.dumps(done))


def _hang_up():
    from django.db import connections

    connections.close_all()


def _forget_who_was_told():
    """Each message has a key of its own, by which nobody finds it again."""
    from uuid import uuid4

    from scheduling.actions import reminders
    from scheduling.tasks import reminders as tasks

    queue = reminders.queue_message
    reminders.queue_message = lambda **told: queue(**told | {"dedupe_key": str(uuid4())})
    # There would always be something due: a tick looks once.
    tasks.LONGEST = 0.001
