"""A person's own diary of pain: a line a day, written by themselves or by who cares for them."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from patients.queries import own_record
from treatments.domain.pain_diary import LEAST, LONGEST_NOTE, MOST, PainDay, in_order, may_change
from treatments.models import PainDiaryEntry, Respondent

KEEP = "treatments.keep_own_diary"


class DayIsClosed(Conflict):
    """Only today, and yesterday if nothing was written then, may be written."""

    code = "day_is_closed"
    default_sentence = gettext_noop(
        "This day cannot be changed any more. You can write about today."
    )


class DayWritten(Conflict):
    """Somebody else wrote the same day meanwhile."""

    code = "day_written"
    default_sentence = gettext_noop(
        "This day was just written on another phone. Please look at it again."
    )


@action
def keep_pain_day(
    *,
    patient: Patient,
    day: date,
    said: PainDay,
    seen: datetime | None,
    zone: ZoneInfo,
    by: User,
    now: datetime,
) -> PainDiaryEntry:
    """Make the diary say this about a day, by the clock of `zone`.

    Today may be corrected all day, and yesterday begun by whoever forgot. `seen` is when the line
    that the writer had before them was last changed, None if there was none. Saying the same again
    changes nothing. Raises `Invalid`, `DayIsClosed`, `DayWritten`, `NotFound`, `NotAllowed`.
    """
    require(by, KEEP)
    own = own_record(by, patient.pk, now=now)
    lock_record(own)
    said = _possible(said)
    there = PainDiaryEntry.objects.filter(patient=own, local_date=day).first()
    written_on = there.written_at.astimezone(zone).date() if there else None
    if not may_change(day, written_on, now.astimezone(zone).date()):
        raise DayIsClosed
    if there is None:
        return _begin(own, day, said, by, now)
    if _says(there) == said:
        return there
    if there.changed_at != seen:
        raise DayWritten
    there.nrs, there.took, there.activity = said.nrs, list(said.took), said.activity
    there.note, there.changed_at = said.note, now
    there.written_by, there.written_as = by, _writes_as(own)
    there.save()
    return there


def _begin(patient: Patient, day: date, said: PainDay, by: User, now: datetime) -> PainDiaryEntry:
    with constraint_errors({"pain_day_is_written_once": DayWritten}):
        return PainDiaryEntry.objects.create(
            patient=patient,
            local_date=day,
            nrs=said.nrs,
            took=list(said.took),
            activity=said.activity,
            note=said.note,
            written_as=_writes_as(patient),
            written_by=by,
            written_at=now,
            changed_at=now,
        )


def _possible(said: PainDay) -> PainDay:
    """What was said, tidied; the form has looked already, and the database looks again."""
    if not LEAST <= said.nrs <= MOST:
        raise Invalid(gettext_noop("Choose a number from 0 to 10."))
    took = in_order(said.took)
    if len(took) != len(set(said.took)):
        raise Invalid(gettext_noop("Choose from the list what you took."))
    if len(said.note.strip()) > LONGEST_NOTE:
        raise Invalid(gettext_noop("This note is too long. Please make it shorter."))
    return replace(said, took=tuple(took), note=said.note.strip())


def _says(entry: PainDiaryEntry) -> PainDay:
    return PainDay(entry.nrs, tuple(entry.took), entry.activity, entry.note)


def _writes_as(patient: Patient) -> Respondent:
    seen = patient.seen_as
    return Respondent.PATIENT if seen is not None and seen.is_self else Respondent.PROXY
