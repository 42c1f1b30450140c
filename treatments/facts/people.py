"""What rules ask about people: everything in four statements, however long a history is.

With what is known (`known.py`) and what is booked, which the calendar adds, a question takes six.
These functions ask for no permission: what they find is for the rules; who is shown a finding is
decided where findings are read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from patients.models import Patient
from treatments.domain.measure_units import in_rules_unit
from treatments.domain.recognized import (
    allergens_of,
    events_of,
    measure_of,
    states_of,
)
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import (
    Agreed,
    Authorized,
    Cared,
    Done,
    Measurement,
    Unclear,
)
from treatments.domain.rules_recorded import measured_pain
from treatments.facts.known import Known
from treatments.facts.medicines import taken_of
from treatments.facts.procedures import done_of, scores_of
from treatments.facts.rows import Collected, collect, day_of, local_day

# Who is older than this cannot be pregnant; who is, in a woman, is past the menopause.
_PAST_MENOPAUSE = 60


def clinic_zone() -> ZoneInfo:
    """The zone by whose days the record is read where no site is in sight."""
    return ZoneInfo(timezone.get_default_timezone_name())


def age_here(patient: Patient, now: datetime) -> int:
    """How old somebody is, in years, by the clinic's calendar."""
    return patient.age_on(now.astimezone(clinic_zone()).date())


def facts_about(
    patient_id: UUID,
    *,
    known: Known,
    on: date,
    zone: ZoneInfo,
    booked: Sequence[Done] = (),
) -> Facts:
    """The facts about one person, as they bear on a day; `booked` are their coming visits."""
    return facts_of([patient_id], known=known, on=on, zone=zone, booked={patient_id: booked})[
        patient_id
    ]


def facts_of(
    patient_ids: Collection[UUID],
    *,
    known: Known,
    on: date,
    zone: ZoneInfo,
    booked: Mapping[UUID, Sequence[Done]] | None = None,
) -> dict[UUID, Facts]:
    """The facts about many people, in as many statements as about one."""
    rows = collect(list(patient_ids))
    coming = booked or {}
    return {pk: _facts(rows[pk], known, on, zone, coming.get(pk, ())) for pk in set(patient_ids)}


def _facts(
    rows: Collected, known: Known, on: date, zone: ZoneInfo, booked: Sequence[Done]
) -> Facts:
    birth_date, sex = None, None
    for _key, gender, _code, born, _died, _more in rows.small["person"]:
        birth_date, sex = born, gender if gender in {"female", "male"} else None
    payer_class, payer = _who_pays(rows.small["coverage"], on)
    states, absent = _states(rows, birth_date, sex, on, zone)
    done = [done_of(row, known, zone, on) for row in rows.procedures]
    scores = tuple(scores_of(rows, zone))
    measured = list(_measured(rows.small["observation"], zone))
    return Facts(
        birth_date=birth_date,
        sex=sex,
        payer_class=payer_class,
        payer=payer,
        states=states,
        absent=absent,
        done=(*done, *booked),
        scores=scores,
        taken=tuple(taken_of(rows, known, zone)),
        cared=tuple(_cared(rows.courses, known, zone)),
        measured=(
            *(row for row in measured if isinstance(row, Measurement)),
            *measured_pain(scores),
        ),
        unclear=tuple(row for row in measured if isinstance(row, Unclear)),
        allergies=frozenset(
            allergen
            for _key, text, *_rest in rows.small["allergy"]
            for allergen in allergens_of(text, known.drugs)
        ),
        diagnoses=frozenset(code for _text, code in _problems(rows) if code),
        since=_since(rows, done),
        authorized=tuple(
            Authorized(treatment, number or payer, since, until)
            for _key, payer, treatment, since, until, number in rows.small["authorization"]
        ),
        agreed=tuple(
            Agreed(
                local_day(at, zone),
                frozenset(row["drug"] for row in drugs) if prescriber else frozenset(),
                is_told,
                _held(drugs, is_agreed=bool(prescriber), is_told=is_told),
            )
            for _key, prescriber, _code, _from, _until, (at, drugs, is_told) in rows.small["agreed"]
        ),
        region_code=settings.CLINIC_STATE or None,
        facility=settings.CLINIC_PLACE_OF_SERVICE or None,
    )


def _held(drugs: Iterable[Mapping[str, Any]], *, is_agreed: bool, is_told: bool) -> frozenset[str]:
    """Drugs of a plan that are to be stopped: by their day, or because it was agreed to."""
    return frozenset(
        row["drug"]
        for row in drugs
        if (is_told and row.get("last_dose_on"))
        or (is_agreed and (row.get("needs_prescriber") or row.get("last_dose_on")))
    )


def _who_pays(rows: Iterable[tuple[Any, ...]], on: date) -> tuple[str | None, str | None]:
    """Class and name of who pays first on a day; None if that is not known."""
    valid = [
        (rank, payer_class, payer)
        for _key, payer, payer_class, start, end, rank in rows
        if (start is None or start <= on) and (end is None or end >= on)
    ]
    if not valid:
        return None, None
    _rank, payer_class, payer = min(valid)
    return (None if payer_class == "unknown" else payer_class), payer or None


def _problems(rows: Collected) -> list[tuple[str, str]]:
    return [
        (text, code if "icd-10" in (system or "").casefold() else "")
        for _key, text, code, _onset, _end, system in rows.small["condition"]
    ]


def _states(
    rows: Collected, birth_date: date | None, sex: str | None, on: date, zone: ZoneInfo
) -> tuple[frozenset[str], frozenset[str]]:
    """What holds for the person, and what is known not to hold."""
    states, absent = set(states_of(_problems(rows))), set()
    age = on.year - birth_date.year if birth_date else None
    if sex == "male" or (age is not None and age > _PAST_MENOPAUSE):
        absent.add("pregnancy")
    if sex == "male":
        absent.add("post_menopausal")
    elif sex == "female" and age is not None and age > _PAST_MENOPAUSE:
        states.add("post_menopausal")
    asked = sorted(rows.small["asked"], key=lambda row: str(row[5][1]))
    for *_rest, (flags, _at) in asked[-1:]:
        states |= {flag for flag, answer in flags.items() if answer == "yes"}
        absent |= {flag for flag, answer in flags.items() if answer == "no"}
    return frozenset(states), frozenset(absent - states)


def _cared(rows: Iterable[tuple[Any, ...]], known: Known, zone: ZoneInfo) -> Iterable[Cared]:
    for row in rows:
        pk, treatment, _form, status, start, end = row[:6]
        told = known.treatments.get(treatment)
        if told is None or status == "planned":
            continue
        if told.is_conservative or told.form == "therapy":
            certified, ordered_elsewhere, plan_sent, ordered_at, treated = row[11:]
            visits = [(local_day(at, zone), is_report) for at, is_report in treated or ()]
            yield Cared(
                str(pk),
                told.name,
                treatment,
                start,
                end,
                told.families,
                tuple(day for day, _is_report in visits),
                {
                    "certified": _days(certified),
                    "ordered": _days(ordered_elsewhere, day_of(ordered_at, zone)),
                    "plan_sent": _days(plan_sent),
                    "progress_report": tuple(day for day, is_report in visits if is_report),
                },
            )


def _days(*days: date | None) -> tuple[date, ...]:
    return tuple(day for day in days if day is not None)


def _since(rows: Collected, procedures: Iterable[Done]) -> dict[str, date]:
    """The last known day of each event: from the problem list, of an ablation, of imaging."""
    found: dict[str, date] = {}
    for _key, text, code, onset, _end, _system in rows.small["condition"]:
        for event in events_of(text, code) if onset else ():
            found[event] = max(onset, found.get(event, onset))
    for _key, _entry, _code, day, _end, _more in rows.small["imaging"]:
        found["imaging"] = max(day, found.get("imaging", day))
    for done in procedures:
        if "rfa" in done.families and done.on:
            found["facet_ablation"] = max(done.on, found.get("facet_ablation", done.on))
    return found


def _age(row: tuple[Any, ...]) -> tuple[datetime, ...]:
    """When something was measured, and of the same instant when it was written down."""
    _value, *instants = row[5]
    return tuple(map(datetime.fromisoformat, instants))


def _measured(rows: Iterable[tuple[Any, ...]], zone: ZoneInfo) -> Iterable[Measurement | Unclear]:
    """Values in the units of the rules; a value in another unit is told as one nobody can read.

    The newest comes first: of two of one day it is the one that counts.
    """
    for key, text, unit, _start, _end, (told, at, _written) in sorted(rows, key=_age, reverse=True):
        what = measure_of(text)
        if not what:
            continue
        day = datetime.fromisoformat(at).astimezone(zone).date()
        value = in_rules_unit(what, Decimal(told), unit or "")
        if value is None:
            yield Unclear(key, what, day)
        else:
            yield Measurement(key, what, value, day)
