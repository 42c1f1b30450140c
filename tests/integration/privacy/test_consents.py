"""What was decided stays decided; another mind is another row."""

from datetime import date, timedelta

import pytest

from clinic.shared.errors import Invalid
from patients.actions.consents import record_consent
from patients.models import (
    Consent,
)
from tests.privacy import NOW, TODAY, decision

pytestmark = pytest.mark.django_db


def test_another_mind_is_another_row(clerk, patient):
    """What was agreed to then stays true of then."""
    record_consent(patient=patient, decision=decision(), by=clerk, now=NOW)
    record_consent(patient=patient, decision=decision(decision="deny"), by=clerk, now=NOW)
    assert [c.decision for c in patient.consents.all()] == ["deny", "permit"]


@pytest.mark.parametrize(
    "changes",
    [
        {"decided_date": TODAY + timedelta(days=1)},
        {"decided_date": date(1969, 1, 1)},
        {"until_date": TODAY},
    ],
)
def test_impossible_consents_are_refused(changes, clerk, patient):
    """A consent with a wrong date is worth nothing when it is needed."""
    with pytest.raises(Invalid):
        record_consent(patient=patient, decision=decision(**changes), by=clerk, now=NOW)
    assert not Consent.objects.exists()
