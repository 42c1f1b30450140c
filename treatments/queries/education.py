"""Which short pages concern a person, and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Condition, MedicationStatement, Patient
from patients.models.condition import ConditionStatus
from patients.models.medication import MedicationStatus
from treatments.domain.education import About, Page, Topic, chosen, read_topic
from treatments.domain.outside_procedures import treatment_of
from treatments.domain.plain_names import spoken
from treatments.domain.states import COUNTED, CourseStatus, RecordStatus
from treatments.facts.known import known
from treatments.models import Diagnosis, Procedure, TreatmentCourse
from treatments.queries.own_diaries import OWN

FOLDER = Path(__file__).resolve().parent.parent / "data" / "education"
_PRESENT = [ConditionStatus.ACTIVE, ConditionStatus.RECURRENCE, ConditionStatus.RELAPSE]


@dataclass(frozen=True)
class Shown:
    """A topic as it is read: its key and its page in one language."""

    key: str
    page: Page


def topics(viewer: Viewer) -> tuple[Topic, ...]:
    """Every topic there is. About nobody."""
    return _topics()


def topic(viewer: Viewer, key: str, language: str) -> Shown:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, OWN)
    for one in _topics():
        if one.key == key:
            return Shown(key, one.page(spoken(language)))
    raise NotFound


def own_topics(viewer: Viewer, patient: Patient, language: str) -> tuple[list[Shown], list[Shown]]:
    """What concerns a person from `own_record`, and the rest. Raises `NotAllowed`."""
    require(viewer, OWN)
    record_read(viewer, "own conditions and treatments", [patient.pk])
    own, others = chosen(_topics(), _about(patient))
    return list(_shown(own, language)), list(_shown(others, language))


def _shown(found: Iterable[Topic], language: str) -> Iterable[Shown]:
    return (Shown(one.key, one.page(spoken(language))) for one in found)


@cache
def _topics() -> tuple[Topic, ...]:
    """Read once by each process, in the order of the files' names."""
    return tuple(
        read_topic(yaml.safe_load(path.read_text()), where=path.name)
        for path in sorted(FOLDER.glob("*.yaml"))
    )


def _about(patient: Patient) -> About:
    """What is written in their record, here and from elsewhere; words that we recognize count."""
    signed = Diagnosis.objects.filter(
        consultation__patient=patient, consultation__record_status=RecordStatus.SIGNED
    )
    found = list(signed.values_list("cause_id", "code_id"))
    problems = Condition.objects.filter(patient=patient, status__in=_PRESENT)
    codes = [code for _cause, code in found if code] + [
        code for code in problems.values_list("code", flat=True) if code
    ]
    return About(
        causes=[cause for cause, _code in found if cause],
        treatments=_treatments(patient),
        drug_classes=_drug_classes(patient),
        codes=[str(code) for code in codes],
    )


def _treatments(patient: Patient) -> set[str]:
    courses = TreatmentCourse.objects.filter(patient=patient).exclude(status=CourseStatus.STOPPED)
    done = Procedure.objects.filter(patient=patient, record_status__in=COUNTED)
    keys = set(courses.values_list("treatment_id", flat=True))
    return keys | {
        key or treatment_of(text) for key, text in done.values_list("treatment_id", "text")
    } - {""}


def _drug_classes(patient: Patient) -> set[str]:
    taken = MedicationStatement.objects.filter(patient=patient, status=MedicationStatus.ACTIVE)
    drugs = known().drugs
    return {
        kind
        for text in taken.values_list("text", flat=True)
        for drug in drugs.called(text)
        for kind in drug.classes
    }
