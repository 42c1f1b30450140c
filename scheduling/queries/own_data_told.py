"""What somebody told the clinic by themselves, for them to take along: their diary and intakes.

Two statements, however much it is. That it is one's own record was looked at by `own_record`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from patients.models import Patient
from scheduling.domain.own_record import (
    Item,
    Part,
    Resource,
    Told,
    Word,
    concept,
    day,
    instant,
    lines,
    reference,
)
from treatments.domain.intake import LINES, Subject
from treatments.models import Intake, PainDiaryEntry


def diary_part(viewer: Viewer, person: Patient) -> Part:
    """Each day of the diary, the newest first. Raises `NotAllowed`."""
    require(viewer, "patients.view_own")
    rows = PainDiaryEntry.objects.filter(patient=person).order_by("-local_date")
    return Part(N_("My pain diary"), [_day(row) for row in rows])


def intakes_part(viewer: Viewer, person: Patient) -> Part:
    """What was sent before visits, in its newest version, the newest first; drafts are not sent.

    Raises `NotAllowed`.
    """
    require(viewer, "patients.view_own")
    rows = Intake.objects.filter(patient=person, submitted_at__isnull=False)
    newest: dict[object, Intake] = {}
    for row in rows.order_by("-submitted_at", "-version"):
        newest.setdefault(row.chain, row)
    return Part(N_("What you told us before visits"), [_intake(row) for row in newest.values()])


def _day(row: PainDiaryEntry) -> Item:
    resource: Resource = {
        "resourceType": "Observation",
        "id": str(row.pk),
        "subject": reference("Patient", row.patient_id),
        "status": "final",
        "code": concept("Pain of the day, 0 to 10, as the patient says"),
        "effectiveDateTime": day(row.local_date),
        "valueQuantity": {"value": row.nrs},
        "component": [{"code": concept(what)} for what in (*row.took, row.activity) if what],
        "note": [{"text": row.note}] if row.note else [],
    }
    said = lines(*(Word(what) for what in row.took), Word(row.activity), row.note)
    return Item(resource, [row.local_date, f"{row.nrs}/10"], said)


def _intake(row: Intake) -> Item:
    resource: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": str(row.pk),
        "subject": reference("Patient", row.patient_id),
        "status": "completed",
        "authored": instant(row.submitted_at),
        "item": [_answered(subject, said) for subject, said in row.answers.items()],
    }
    told = [Told(subject, said) for subject, said in row.answers.items()]
    return Item(resource, lines(row.submitted_at), told)


def _answered(subject: str, said: Mapping[str, Any]) -> Resource:
    """One subject as FHIR writes what was answered: each name with its numbers, lines or words."""
    named = {f"{subject}.{name}": value for name, value in said.items() if value is not False}
    columns = LINES.get(Subject(subject), ())
    return {
        "linkId": subject,
        "item": [
            {"linkId": name, "answer": [_answer(one, columns) for one in _several(value)]}
            for name, value in named.items()
        ],
    }


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _answer(value: Any, columns: Sequence[str]) -> Resource:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, Mapping):
        value = ", ".join(value[name] for name in columns if value.get(name))
    return {"valueString": str(value)}
