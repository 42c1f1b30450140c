"""Looking at a person: red flags of theirs, and what they take.

A red flag is filed as soon as it is known, whatever is booked. Of medicines: two of a kind, too
much a day, too long.

What was prescribed elsewhere was ordered by nobody here, and is looked at all the same.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.shared.actions import action
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import Looked, file_findings
from treatments.domain import rules
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import Stage, Taken
from treatments.domain.rules.finding import PRESSING
from treatments.domain.rules_states import SubjectKind
from treatments.domain.states import CourseStatus
from treatments.facts.assess import proposal_of
from treatments.facts.known import Known, known
from treatments.facts.people import clinic_zone, facts_of
from treatments.models import CourseForm, Finding, TreatmentCourse

RED_FLAGS = "red-flags"
_STAGES = (Stage.ORDER, Stage.NIGHTLY)


@action
def look_at_medicines(
    *, patient_ids: Collection[UUID], zone: ZoneInfo | None = None, by: str, now: datetime
) -> int:
    """File what the rules say about red flags and medicines of these people; how many are new.

    Days are those of `zone`, by default that of the settings.
    """
    told, where = known(), zone or clinic_zone()
    today = now.astimezone(where).date()
    facts = facts_of(patient_ids, known=told, on=today, zone=where)
    looked = [one for pk in patient_ids for one in _looked(pk, facts[pk], told, today)]
    looked += [_flagged(pk, facts[pk], told, today) for pk in patient_ids]
    return len(file_findings(looked, dict(told.rows), by=None, now=now).new)


@action
def ask_for_looks_at_medicines(*, by: str, now: datetime) -> int:
    """Ask for a look at whoever takes something, or of whom something was found; how many.

    Days pass without anything becoming known: a medicine was to be taken until yesterday, another
    is taken too long today.
    """
    found = Finding.objects.live().filter(subject_kind=SubjectKind.PATIENT)
    taking = TreatmentCourse.objects.filter(form=CourseForm.MEDICATION, status=CourseStatus.ACTIVE)
    people = {*found.values_list("patient_id", flat=True)}
    people |= {*taking.values_list("patient_id", flat=True)}
    history_changed(people, now=now)
    return len(people)


def _looked(patient_id: UUID, facts: Facts, told: Known, today: date) -> Iterable[Looked]:
    # What was stopped today was taken today, and is nobody's to answer for any more.
    left = tuple(one for one in facts.taken if not (one.is_over and one.end == today))
    facts = replace(facts, taken=left)
    taken = [one for one in left if one.overlaps(today, today)]
    for key, entry in told.treatments.items():
        if not entry.drug_classes or entry.form != "medication":
            continue
        alike = [one for one in taken if entry.drug_classes & one.classes]
        found = _found(key, max(alike, key=_newest), facts, told, today) if alike else ()
        # Known under the person, whoever ordered it: an ordered one may go and another come.
        yield Looked(
            patient_id,
            SubjectKind.PATIENT,
            f"{patient_id}/{key}",
            today,
            Stage.NIGHTLY,
            found,
        )


def _flagged(patient_id: UUID, facts: Facts, told: Known, today: date) -> Looked:
    """The red flags that wait for no appointment, as known from the record."""
    found = rules.evaluate(facts, proposal_of(told, "", Stage.BOOK), told.rulebook, today)
    pressing = tuple(f for f in found if f.urgency in PRESSING and f.is_certain)
    key = f"{patient_id}/{RED_FLAGS}"
    return Looked(patient_id, SubjectKind.PATIENT, key, today, Stage.NIGHTLY, pressing)


def _newest(taken: Taken) -> date:
    return taken.start or date.min


def _found(
    treatment: str, newest: Taken, facts: Facts, told: Known, today: date
) -> tuple[rules.Finding, ...]:
    found: dict[str, rules.Finding] = {}
    proposal = proposal_of(
        told,
        treatment,
        Stage.ORDER,
        key=newest.key,
        documented={
            "drug": newest.drug,
            "classes": tuple(newest.classes),
            "daily": newest.daily,
            "daily_maximum": newest.daily_maximum,
            "start": newest.start,
            "end": newest.end,
        },
    )
    for stage in _STAGES:
        asked = replace(proposal, stage=stage)
        for finding in rules.evaluate(facts, asked, told.rulebook, today):
            found.setdefault(finding.rule, finding)
    return tuple(found.values())
