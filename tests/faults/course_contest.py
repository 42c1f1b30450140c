"""One clerk of a race between courses and single visits, in a process of its own."""

import time
from datetime import datetime


def compete(plan) -> None:
    """Book the courses of the plan, each a list of starts; a list of one is a single visit.

    Prints one outcome a line.
    """
    from django.db import OperationalError
    from django.utils import timezone

    from clinic.accounts.models import User
    from clinic.shared import actions
    from clinic.shared.errors import DomainError
    from patients.models import Patient
    from scheduling.actions.book import BookingRequest, book_appointment
    from scheduling.actions.series import CourseRequest, book_series
    from scheduling.models import Site, VisitType

    # A deadlock that is tried again quietly would prove nothing: here it is an outcome.
    actions.MAX_ATTEMPTS = 1
    if plan["guard"] == "off":
        _take_the_guard_off()
    clerk = User.objects.get(pk=plan["clerk"])
    site, kinds = Site.objects.get(), {kind.code: kind for kind in VisitType.objects.all()}
    time.sleep(max(0.0, plan["shot"] - time.time()))
    for attempt in plan["attempts"]:
        patient = Patient.objects.get(pk=attempt["patient"])
        kind = kinds[attempt["kind"]]
        starts = [datetime.fromisoformat(start) for start in attempt["starts"]]
        try:
            if len(starts) == 1:
                wish = BookingRequest(patient, kind, site, starts[0])
                book_appointment(request=wish, by=clerk, now=timezone.now())
            else:
                times = [(start, None) for start in starts]
                course = CourseRequest(patient, kind, site, times, per_week=7)
                book_series(request=course, by=clerk, now=timezone.now())
        except DomainError as refusal:
            print(refusal.code, flush=True)
        except OperationalError:
            print("broken", flush=True)
        else:
            print("visit" if len(starts) == 1 else "course", flush=True)


def _take_the_guard_off() -> None:
    """The order of the locks goes: each visit's resources are locked when its turn comes."""
    import random

    from scheduling.actions import places, series_places
    from scheduling.models import Resource

    def out_of_order(resource_ids):
        order = random.sample(sorted(resource_ids), len(resource_ids))
        rows = Resource.objects.select_for_update(no_key=True)
        return {pk: rows.get(pk=pk) for pk in order}

    places.lock_resources = series_places.lock_resources = out_of_order
