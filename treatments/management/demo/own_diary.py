"""The diary that somebody of the demo clinic keeps of their own pain: six weeks that get better."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.accounts.models import User
from patients.models import Patient
from treatments.actions.pain_diary import keep_pain_day
from treatments.domain.pain_diary import PainDay

DAYS = 43
# Nobody writes each day.
_FORGOTTEN = {5, 6, 13, 20, 21, 22, 34}
_NOTES = {30: "Slept badly.", 12: "Walked to the park and back."}


def keep_demo_diary(patient: Patient, *, zone: ZoneInfo, by: User, now: datetime) -> None:
    """Write it, up to yesterday; `by` is who signs in for this person. Call it once."""
    for back in range(DAYS, 0, -1):
        if back in _FORGOTTEN:
            continue
        then = now - timedelta(days=back)
        keep_pain_day(
            patient=patient,
            day=then.astimezone(zone).date(),
            said=_day(back),
            seen=None,
            zone=zone,
            by=by,
            now=then,
        )


def _day(back: int) -> PainDay:
    """Six at first, two or three now, with a worse day now and then."""
    pain = min(10, 2 + back // 10 + (2 if back % 8 == 0 else back % 2))
    took = ("acetaminophen", "heat_or_cold") if pain > 4 else ()
    activity = ("little", "usual", "usual", "more")[back % 4]
    return PainDay(pain, took, activity, _NOTES.get(back, ""))
