"""Answers and blocks for the tests of what came of a treatment, around one afternoon."""

from datetime import UTC, datetime, timedelta

from tests.record_builders import make_procedure
from treatments.actions.outcomes import Answered
from treatments.models import Instrument

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


def answered(key="nrs-now", at=NOW, **values):
    answers = values.pop("answers", {"pain": 6})
    return Answered(Instrument.objects.get(key=key), answers, at, **values)


def block(patient, doctor, at=NOW - DAY, **values):
    """A diagnostic medial branch block with bupivacaine."""
    return make_procedure(
        patient,
        doctor,
        at=at,
        treatment="medial-branch-block",
        approach="medial_branch",
        purpose="diagnostic",
        status="signed",
        drugs=[("bupivacaine", "5")],
        **values,
    )
