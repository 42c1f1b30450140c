"""Races of real processes: each is run in a process of its own, which forks the racers.

Each race is a list of rounds, and each round says what every racer tries at the same moment. The
racers are forked before they have a connection, and wait for each other before each round. Prints
the outcomes of each round as JSON. With the guard "off" the race must show the danger.
"""

import json
import multiprocessing
import os
import random
import time
from datetime import UTC, datetime, timedelta

NOW = datetime(2027, 1, 12, 6, tzinfo=UTC)
TEN = datetime(2027, 1, 13, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clinic:
    """One site with some clinicians and rooms, and short words for what racers do."""

    def __init__(self, clinicians=1, rooms=1):
        from tests import builders

        self.builders = builders
        self.site = builders.make_site(zone="UTC")
        self.clinicians = [builders.make_clinician(self.site) for _ in range(clinicians)]
        self.rooms = [builders.make_resource(self.site) for _ in range(rooms)]
        self.kind = builders.make_visit_type(30)
        self.clerk = builders.make_user()

    def request(self, start_at, clinician=0, kind=None):
        from scheduling.actions.reserve import BookingRequest

        patient = self.builders.make_patient()
        who = self.clinicians[clinician]
        return BookingRequest(patient, kind or self.kind, self.site, start_at, who)

    def done(self, action, **arguments):
        return action(**{"by": self.clerk, "now": NOW} | arguments)

    def racer(self, outcome, action, **arguments):
        """What one racer tries, and what it is called if it works."""
        return lambda: (self.done(action, **arguments), outcome)[1]

    def booker(self, start_at, **request):
        from scheduling.actions.book import book_appointment

        return self.racer("booked", book_appointment, request=self.request(start_at, **request))

    def book(self, start_at, **request):
        from scheduling.actions.book import book_appointment

        return self.done(book_appointment, request=self.request(start_at, **request))


def hold_against_book():
    """Four want to hold what four want to book."""
    from scheduling.actions.hold import place_hold

    clinic = Clinic()
    return [
        [clinic.booker(start) for _ in range(4)]
        + [clinic.racer("held", place_hold, request=clinic.request(start)) for _ in range(4)]
        for start in _starts(12)
    ]


def accept_one_hold():
    """Everybody presses "yes" for the same hold."""
    from scheduling.actions.hold import book_hold, place_hold

    clinic = Clinic()
    holds = [clinic.done(place_hold, request=clinic.request(start)) for start in _starts(12)]
    return [[clinic.racer("booked", book_hold, hold=hold) for _ in range(8)] for hold in holds]


def move_against_book():
    """Four visits come from elsewhere to where four want to book."""
    from scheduling.actions.move import NewPlace, move_appointment

    clinic = Clinic(clinicians=5, rooms=5)
    rounds = []
    for start in _starts(12):
        visits = [clinic.book(start + timedelta(days=7), clinician=n) for n in range(1, 5)]
        to = NewPlace(clinic.site, start, clinic.clinicians[0])
        rounds.append(
            [clinic.racer("moved", move_appointment, appointment=v, to=to) for v in visits]
            + [clinic.booker(start) for _ in range(4)]
        )
    return rounds


def moves_that_cross():
    """Each goes to where the other's clinician is, two hours later: both places are locked."""
    from scheduling.actions.move import NewPlace, move_appointment

    clinic = Clinic(clinicians=2, rooms=2)
    rounds = []
    for start in _starts(12):
        visits = [clinic.book(start, clinician=n) for n in range(2)]
        later = start + timedelta(days=7)
        rounds.append(
            [
                clinic.racer(
                    "moved",
                    move_appointment,
                    appointment=visit,
                    to=NewPlace(clinic.site, later, clinic.clinicians[1 - n]),
                )
                for n, visit in enumerate(visits)
            ]
        )
    return rounds


def moves_into_each_other():
    """Each wants the other's time: both are refused, and both stay."""
    from scheduling.actions.move import NewPlace, move_appointment

    clinic = Clinic()
    rounds = []
    for start in _starts(12):
        times = [start, start + timedelta(days=7)]
        visits = [clinic.book(at) for at in times]
        rounds.append(
            [
                clinic.racer(
                    "moved",
                    move_appointment,
                    appointment=visit,
                    to=NewPlace(clinic.site, times[1 - n], clinic.clinicians[0]),
                )
                for n, visit in enumerate(visits)
            ]
        )
    return rounds


def rooms_exchanged_from_both_sides():
    """Two clerks have the same idea about two visits, each from its own side."""
    from scheduling.actions.assign import assign_resource
    from scheduling.models import Resource

    clinic = Clinic(clinicians=2, rooms=2)
    rounds = []
    for start in _starts(12):
        visits = [clinic.book(start, clinician=n) for n in range(2)]
        rooms = [Resource.objects.get(kind="room", reservations__appointment=v) for v in visits]
        rounds.append(
            [
                clinic.racer(
                    "exchanged",
                    assign_resource,
                    appointment=visits[n % 2],
                    old=rooms[n % 2],
                    new=rooms[1 - n % 2],
                )
                for n in range(4)
            ]
        )
    return rounds


def last_seat():
    """Sixteen want one of five seats."""
    clinic = Clinic()
    kind = clinic.builders.make_visit_type(30, capacity=5)
    return [[clinic.booker(start, kind=kind) for _ in range(16)] for start in _starts(4)]


def undo_against_book():
    """Four take a cancellation back while four book the place."""
    from scheduling.actions.steps import take_step, undo_step
    from scheduling.domain.states import Step

    clinic = Clinic()
    rounds = []
    for start in _starts(12):
        visit = clinic.book(start)
        clinic.done(take_step, appointment=visit, step=Step.CANCEL)
        rounds.append(
            [clinic.racer("back", undo_step, appointment=visit) for _ in range(4)]
            + [clinic.booker(start) for _ in range(4)]
        )
    return rounds


def overbook_against_book():
    """One books over the next visit, from within the half hour that two others want to book."""
    from scheduling.actions.overbook import overbook_appointment

    clinic = Clinic()
    kind = clinic.builders.make_visit_type(30, ["clinician"])
    rounds = []
    for start in _starts(25, hours=2):
        clinic.book(start + 30 * MINUTE, kind=kind)
        over = clinic.request(start + 10 * MINUTE, kind=kind)
        rounds.append(
            [
                clinic.racer("over", overbook_appointment, request=over, reason="great pain"),
                *(_late(clinic.booker(start, kind=kind)) for _ in range(3)),
            ]
        )
    return rounds


def expiry_against_acceptance():
    """A hold runs out; by one clock it is still time to accept, by the others it is not."""
    from scheduling.actions.book import book_appointment
    from scheduling.actions.hold import book_hold, expire_holds, place_hold

    clinic = Clinic()
    end, rounds = NOW + 10 * MINUTE, []
    before, after = end - timedelta(milliseconds=1), end + timedelta(milliseconds=1)
    for start in _starts(15):
        hold = clinic.done(place_hold, request=clinic.request(start), lasting=10 * MINUTE)
        rounds.append(
            [
                _late(clinic.racer("accepted", book_hold, hold=hold, now=before)),
                _late(clinic.racer("cleared", expire_holds, by=None, now=after)),
                *(
                    clinic.racer(
                        "booked", book_appointment, request=clinic.request(start), now=after
                    )
                    for _ in range(2)
                ),
            ]
        )
    return rounds


RACES = {
    race.__name__: race
    for race in (
        hold_against_book,
        accept_one_hold,
        move_against_book,
        moves_that_cross,
        moves_into_each_other,
        rooms_exchanged_from_both_sides,
        last_seat,
        undo_against_book,
        overbook_against_book,
        expiry_against_acceptance,
    )
}


def _starts(count, hours=1):
    return [TEN + timedelta(days=n // 5 * 14, hours=hours * (n % 5)) for n in range(count)]


def _late(racer):
    def after_a_moment():
        time.sleep(random.uniform(0, 0.03))
        return racer()

    return after_a_moment


def take_the_guard_off(name):
    """The row locks go, and the constraints; for some races the guard is another one."""
    from django.db import connection
    from django.db.models import QuerySet

    from scheduling.actions import hold, places
    from scheduling.models import Resource

    if name == "moves_that_cross":
        places.lock_resources = _lock_as_it_comes
        return
    if name == "overbook_against_book":
        places.refuse_overbooked = lambda rows: None
        return
    if name == "accept_one_hold":
        # All are about one person, whose lock is one more guard. Between looking at the hold and
        # writing the visit there is time for all the others.
        hold.lock_record = lambda patient: None
        hold.write_visit = _paused(hold.write_visit)
    QuerySet.select_for_update = lambda self, **_: self
    places.lock_resources = hold.lock_resources = Resource.objects.in_bulk
    hold.lock_record = lambda patient: None
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scheduling_reservation DROP CONSTRAINT resource_is_taken_once")
        cursor.execute("DROP INDEX group_seat_is_taken_once")
        cursor.execute("ALTER TABLE scheduling_appointment DROP CONSTRAINT patient_is_in_one_place")


def _paused(function):
    def after_a_while(*args, **kwargs):
        time.sleep(0.1)
        return function(*args, **kwargs)

    return after_a_while


def _lock_as_it_comes(resource_ids):
    from scheduling.models import Resource

    for pk in sorted(resource_ids, reverse=bool(os.getpid() % 2)):
        list(Resource.objects.filter(pk=pk).select_for_update(no_key=True).values_list("pk"))
        time.sleep(0.02)


def _race(number, rounds, barrier, results):
    from clinic.shared.errors import DomainError

    outcomes = []
    for racers in rounds:
        barrier.wait(timeout=30)
        try:
            outcomes.append(racers[number]())
        except DomainError as refusal:
            outcomes.append(refusal.code)
        except Exception as error:
            outcomes.append(f"broken: {error!r}")
    results.put(outcomes)


def run(name, guard) -> None:
    """The race of this name, with its guard "on" or "off"; prints each round's outcomes."""
    from django.db import connection

    rounds = RACES[name]()
    if guard == "off":
        take_the_guard_off(name)
    connection.close()
    fork = multiprocessing.get_context("fork")
    barrier, results = fork.Barrier(len(rounds[0])), fork.Queue()
    racers = [
        fork.Process(target=_race, args=(number, rounds, barrier, results))
        for number in range(len(rounds[0]))
    ]
    for racer in racers:
        racer.start()
    outcomes = [results.get(timeout=120) for _ in racers]
    for racer in racers:
        racer.join()
    print(json.dumps([sorted(column) for column in zip(*outcomes, strict=True)]))
