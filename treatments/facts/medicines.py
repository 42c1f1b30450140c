"""Facts about what somebody takes or took."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from treatments.domain.rules.facts import Taken
from treatments.facts.known import Known, milligrams
from treatments.facts.rows import Collected

# Of a course, and of an entry on the list of medicines.
_ENDED = frozenset({"stopped", "completed"})
_TAKEN = frozenset({"active", "unknown"})


def taken_of(rows: Collected, known: Known, zone: ZoneInfo) -> Iterable[Taken]:
    """Medicines that are ordered here, and those that the list alone has."""
    of_courses = set()
    last_doses = _last_doses(rows.small["last_doses"])
    for row in rows.courses:
        pk, _treatment, form, status, start, end, drug, dose, unit, times, statement = row[:11]
        if form != "medication" or drug is None or status == "planned":
            continue
        of_courses.add(str(statement))
        found = known.drugs.by_key.get(drug)
        once = milligrams(dose, unit)
        yield Taken(
            key=str(pk),
            label=found.name if found else drug,
            drug=drug,
            classes=found.classes if found else frozenset(),
            start=start,
            end=end,
            daily=once * Decimal(times) if once is not None else None,
            daily_maximum=found.max_daily if found else None,
            last_dose_on=last_doses.get(str(pk), end),
            is_over=status in _ENDED,
        )
    for key, text, status, start, end, (_dosage, recorded_at) in rows.small["medication"]:
        if key in of_courses:
            continue
        if status not in _TAKEN and end is None:
            # Nobody says when it ended; it had when it was written down.
            end = datetime.fromisoformat(recorded_at).astimezone(zone).date()
        for found in known.drugs.called(text) or (None,):
            yield Taken(
                key=key,
                label=text,
                drug=found.key if found else "",
                classes=found.classes if found else frozenset(),
                start=min(start, end) if start and end else start,
                end=end,
                daily_maximum=found.max_daily if found else None,
                last_dose_on=last_doses.get(key, end),
                is_over=status not in _TAKEN,
            )


def _last_doses(rows: Iterable[tuple[Any, ...]]) -> dict[str, date]:
    """The last dose of each medicine that the person told, the latest of them."""
    found: dict[str, date] = {}
    for *_rest, told in rows:
        for key, day in (told or {}).items():
            found[key] = max(date.fromisoformat(day), found.get(key, date.min))
    return found
