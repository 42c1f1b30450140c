"""Ten years of one person: as much as anybody's chart will have to show."""

from datetime import timedelta
from decimal import Decimal

from tests.record_builders import (
    make_consultation,
    make_course,
    make_event,
    make_follow_up,
    make_procedure,
    make_response,
)
from treatments.models import Consultation, Diagnosis, Observation

DAY = timedelta(days=1)
YEARS = 10
# In ten years.
CONSULTATIONS, PROCEDURES, COURSES, SCORES, OBSERVATIONS = 120, 44, 20, 300, 200
_DONE = (
    ("epidural-steroid-injection", ("L5-S1",), "transforaminal", [("triamcinolone", "40")]),
    ("medial-branch-block", ("L4-L5", "L5-S1"), "medial_branch", [("bupivacaine", "5")]),
    ("radiofrequency-ablation", ("L4-L5",), "thermal", [("lidocaine", "40")]),
    ("facet-injection", ("L3-L4",), "", [("dexamethasone", "10"), ("lidocaine", "10")]),
)
_COURSES = ("physical-therapy", "nsaid", "home-exercise")
_INSTRUMENTS = ("nrs-average", "peg", "nrs-now")


def ten_years(patient, physician, *, now) -> None:
    """Write it; the catalogue and the questionnaires must be there."""
    for number, at in _spread(CONSULTATIONS, now):
        row = make_consultation(patient, physician, at=at, reason="Back pain", plan="Go on")
        Diagnosis.objects.create(consultation=row, rank=1, text=f"Low back pain {number % 9}")
        Consultation.objects.filter(pk=row.pk).update(
            record_status="signed", signed_by=physician, signed_at=at
        )
    for number, at in _spread(COURSES, now):
        treatment = _COURSES[number % len(_COURSES)]
        make_course(patient, physician, treatment=treatment, start_date=at.date(), now=at)
    done = []
    for number, at in _spread(PROCEDURES, now):
        treatment, levels, approach, drugs = _DONE[number % len(_DONE)]
        values = {"treatment": treatment, "levels": levels, "approach": approach, "drugs": drugs}
        row = make_procedure(
            patient, physician, at=at, laterality="left", status="signed", **values
        )
        done.append(row)
        make_follow_up(patient, due_at=at + 14 * DAY, procedure=row)
    for number, at in _spread(SCORES, now):
        instrument = _INSTRUMENTS[number % len(_INSTRUMENTS)]
        make_response(patient, 2 + number % 7, at=at, instrument=instrument)
    for number, at in _spread(10, now):
        make_event(patient, physician, at=at, procedure=done[number])
    Observation.objects.bulk_create(
        Observation(
            patient=patient, text="Body weight", value=Decimal("80.5"), unit="kg", effective_at=at
        )
        for _number, at in _spread(OBSERVATIONS, now)
    )


def _spread(count, now):
    """So many instants, evenly over the years, the oldest first."""
    for number in range(count):
        yield number, now - YEARS * 365 * DAY * (count - number) / (count + 1)
