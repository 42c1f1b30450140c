"""Looking at what somebody takes: two medicines of a kind, too much a day, too long.

What was prescribed elsewhere was ordered by nobody here, and is looked at all the same.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.shared.actions import action
from treatments.actions.findings import Looked, file_findings
from treatments.domain import rules
from treatments.domain.rules import Facts, Finding
from treatments.domain.rules.facts import Stage, Taken
from treatments.domain.rules_states import SubjectKind
from treatments.facts.assess import proposal_of
from treatments.facts.known import Known, known
from treatments.facts.people import clinic_zone, facts_of

_STAGES = (Stage.ORDER, Stage.NIGHTLY)


@action
def look_at_medicines(
    *, patient_ids: Collection[UUID], zone: ZoneInfo | None = None, by: str, now: datetime
) -> int:
    """File what the rules say about the medicines of these people; how many findings are new.

    Days are those of `zone`, by default that of the settings.
    """
    told, where = known(), zone or clinic_zone()
    today = now.astimezone(where).date()
    facts = facts_of(patient_ids, known=told, on=today, zone=where)
    looked = [one for pk in patient_ids for one in _looked(pk, facts[pk], told, today)]
    return len(file_findings(looked, dict(told.rows), by=None, now=now).new)


def _looked(patient_id: UUID, facts: Facts, told: Known, today: date) -> Iterable[Looked]:
    taken = [one for one in facts.taken if one.overlaps(today, today)]
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


def _newest(taken: Taken) -> date:
    return taken.start or date.min


def _found(
    treatment: str, newest: Taken, facts: Facts, told: Known, today: date
) -> tuple[Finding, ...]:
    found: dict[str, Finding] = {}
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
