"""A day under way in the demo clinic: some are through, some wait, the rest are still to come."""

import random
from datetime import date, datetime, timedelta

from clinic.accounts.models import User
from clinic.shared.errors import Conflict
from patients.models import Patient
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.series import CourseRequest, book_series
from scheduling.actions.steps import take_step
from scheduling.domain.courses import CourseWish, PartOfDay
from scheduling.domain.local_time import day_bounds
from scheduling.domain.states import Step
from scheduling.models import Appointment, Resource, Site, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.courses import CourseQuestion, propose_course
from treatments.actions.limits import NotAllowedByRules

DAYS = 5
VISITS_A_DAY = 16
REASONS = ["Low back pain", "Neck pain", "Leg pain", "Referred by family doctor", ""]


def fill_days(site: Site, people: list[Patient], *, desk: User, now: datetime) -> None:
    """Book today and the coming days through the desk's own action, and play today up to `now`."""
    chance = random.Random(7)  # noqa: S311 - the same believable day every time
    today = now.astimezone(site.zone).date()
    for patient in (people[0], people[-1]):
        _book_follow_up(site, patient, desk, now)
    for patient, first in zip(people[1:3], (1, 2), strict=False):
        _book_course(site, patient, today + timedelta(days=first), desk, now)
    for offset in range(DAYS):
        begin, end = day_bounds(today + timedelta(days=offset), site.zone)
        for patient in chance.sample(people, VISITS_A_DAY):
            _book_somewhere(site, patient, begin, end, chance, desk)
    for appointment in Appointment.objects.filter(start_at__lt=now + timedelta(minutes=20)):
        _play(appointment, chance, desk, now)


def _book_follow_up(site: Site, patient: Patient, desk: User, now: datetime) -> None:
    """Who can sign in, and whose story is told, have something to come: two days from now."""
    visit_type = VisitType.objects.get(code="follow-up")
    begin = now + timedelta(days=2)
    search = SlotSearch(visit_type, [site], begin, begin + timedelta(days=2), limit=1)
    slot = free_slots(desk, search, now=now)[0]
    request = BookingRequest(patient, visit_type, site, slot.start_at, reason="Low back pain")
    book_appointment(request=request, by=desk, now=now)


def _book_course(site: Site, patient: Patient, first: date, desk: User, now: datetime) -> None:
    """Physical therapy twice a week, as the desk would have it proposed."""
    kind = VisitType.objects.get(code="therapy")
    wish = CourseWish(12, 2, first, part=PartOfDay.MORNING, days_apart=2)
    found = propose_course(desk, CourseQuestion(patient.pk, kind, site, wish), now=now)
    people = {person.pk: person for person in Resource.objects.filter(site=site)}
    times = [(visit.start_at, people.get(visit.clinician_id or 0)) for visit in found.course.visits]
    request = CourseRequest(patient, kind, site, times, per_week=2, reason="Physical therapy")
    book_series(request=request, by=desk, now=now)


def _book_somewhere(
    site: Site,
    patient: Patient,
    begin: datetime,
    end: datetime,
    chance: random.Random,
    desk: User,
) -> None:
    visit_type = chance.choice(list(VisitType.objects.all()))
    search = SlotSearch(visit_type, [site], begin, end, patient_id=patient.pk, limit=500)
    slots = free_slots(desk, search, now=begin)
    if not slots:
        return
    slot = chance.choice(slots)
    clinician = Resource.objects.filter(pk__in=[slot.clinician_id]).first()
    request = BookingRequest(
        patient=patient,
        visit_type=visit_type,
        site=site,
        start_at=slot.start_at,
        clinician=clinician,
        reason=chance.choice(REASONS),
    )
    try:
        book_appointment(request=request, by=desk, now=begin)
    except NotAllowedByRules:
        # As at a real desk: the clinical rules refuse that person this treatment on that day.
        return


def _play(appointment: Appointment, chance: random.Random, desk: User, now: datetime) -> None:
    """Take the steps that would have been taken by now."""
    nurse = User.objects.get(email="nurse@dorsa.example")
    start = appointment.start_at
    if start < now and chance.random() < 0.08:
        steps = [(Step.NO_SHOW, desk, start + timedelta(minutes=15))]
    else:
        steps = [
            (Step.ARRIVE, desk, start - timedelta(minutes=chance.randrange(2, 15))),
            (Step.ROOM, desk, start + timedelta(minutes=chance.randrange(3))),
            (Step.START, nurse, start + timedelta(minutes=chance.randrange(4, 12))),
            (Step.COMPLETE, nurse, appointment.end_at + timedelta(minutes=chance.randrange(5))),
        ]
    for step, by, at in steps:
        if at > now:
            return
        try:
            take_step(appointment=appointment, step=step, by=by, now=at)
        except Conflict:
            return
