"""Facts about results that came from another system: which tests of ours they answer, and when."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from treatments.domain.imported_results import answered, parts_of
from treatments.facts.people import clinic_zone
from treatments.models import CatalogueCode, Observation, Section

# What is preliminary may still change; what is cancelled never was.
_FINAL = ("final", "amended", "corrected")
Answers = Mapping[str, Mapping[date, list[Observation]]]


def results_elsewhere(patient_id: UUID, *, since: date) -> Answers:
    """For each test of the catalogue the days on which imported values answer it, and the values.

    A value belongs to a test by a code that the clinic has attached to it, or by its name.
    """
    rows = Observation.objects.filter(
        patient_id=patient_id,
        status__in=_FINAL,
        effective_at__date__gte=since,
        report__isnull=True,
    ).exclude(source="")
    zone = clinic_zone()
    by_day: dict[date, list[Observation]] = defaultdict(list)
    for row in rows.order_by("effective_at", "pk"):
        if row.effective_at is not None and row.shown_value:
            by_day[row.effective_at.astimezone(zone).date()].append(row)
    codes = _codes() if by_day else {}
    found: dict[str, dict[date, list[Observation]]] = defaultdict(dict)
    for day, values in sorted(by_day.items()):
        coded = [test for row in values for test in codes.get((row.code_system, row.code), ())]
        for test in answered([row.text for row in values], coded):
            found[test][day] = [row for row in values if _belongs(row, test, codes)]
    return found


def _codes() -> dict[tuple[str, str], list[str]]:
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = CatalogueCode.objects.filter(entry__section=Section.DIAGNOSTIC)
    for test, system, code in rows.values_list("entry", "system", "code"):
        codes[system, code].append(test)
    return codes


def _belongs(row: Observation, test: str, codes: Mapping[tuple[str, str], list[str]]) -> bool:
    named = {name for name, _number in parts_of(row.text)}
    return test in {*named, *codes.get((row.code_system, row.code), ())}
