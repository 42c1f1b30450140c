"""What rules ask about people: everything in four statements, however long a history is.

With what is known (`known.py`) and what is booked, which the calendar adds, a question takes six.
These functions ask for no permission: what they find is for the rules; who is shown a finding is
decided where findings are read.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from clinic.shared.prepared import all_rows
from treatments.domain.recognized import (
    MEASURES,
    KnownDrug,
    allergens_of,
    events_of,
    measure_of,
    states_of,
    treatment_of,
)
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import (
    Agreed,
    Authorized,
    Cared,
    Done,
    GivenDrug,
    Measurement,
    Scored,
    Taken,
)
from treatments.domain.rules_relief import Answer, percents
from treatments.domain.spine import CountingRegion, Region, counting_region
from treatments.domain.states import COUNTED, RecordStatus
from treatments.facts.known import Known, KnownTreatment, milligrams

_PRESENT = ["active", "recurrence", "relapse"]
_RELIEF_OF_THE_DAY = "nrs"
# Who is older than this cannot be pregnant; who is, in a woman, is past the menopause.
_PAST_MENOPAUSE = 60


@dataclass
class _Collected:
    """The rows of one person, as they come."""

    person: tuple[Any, ...] | None = None
    procedures: list[tuple[Any, ...]] = field(default_factory=list)
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    courses: list[tuple[Any, ...]] = field(default_factory=list)
    small: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))


def clinic_zone() -> ZoneInfo:
    """The zone by whose days the record is read where no site is in sight."""
    return ZoneInfo(timezone.get_default_timezone_name())


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
    rows = _collect(list(patient_ids))
    coming = booked or {}
    return {pk: _facts(rows[pk], known, on, zone, coming.get(pk, ())) for pk in set(patient_ids)}


def _collect(patient_ids: list[UUID]) -> dict[UUID, _Collected]:
    found: dict[UUID, _Collected] = defaultdict(_Collected)
    asked: dict[str, Any] = {
        "patients": patient_ids,
        "counted": sorted(COUNTED),
        "present": _PRESENT,
        "measures": "|".join(word for words in MEASURES.values() for word in map(_plain, words)),
    }
    for row in all_rows(_statement("procedures"), asked):
        found[row[0]].procedures.append(_opened(row[1:]))
    for row in all_rows(_statement("scores"), asked):
        found[row[0]].answers.append(row[1:])
    for row in all_rows(_statement("courses"), asked):
        found[row[0]].courses.append(_opened(row[1:]))
    for row in all_rows(_statement("small"), asked):
        found[row[0]].small[row[1]].append(_opened(row[2:]))
    return found


def _opened(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose last column is JSON, which comes as text."""
    *plain, told = row
    return (*plain, json.loads(told) if isinstance(told, str) else told)


@cache
def _statement(name: str) -> str:
    return (Path(__file__).parent / f"{name}.sql").read_text()


def _plain(word: str) -> str:
    return word.replace("[", r"\[")


def _facts(
    rows: _Collected, known: Known, on: date, zone: ZoneInfo, booked: Sequence[Done]
) -> Facts:
    birth_date, sex = None, None
    for _key, gender, _code, born, _died, _more in rows.small["person"]:
        birth_date, sex = born, gender if gender in {"female", "male"} else None
    payer_class, payer = _who_pays(rows.small["coverage"], on)
    states, absent = _states(rows, birth_date, sex, on, zone)
    return Facts(
        birth_date=birth_date,
        sex=sex,
        payer_class=payer_class,
        payer=payer,
        states=states,
        absent=absent,
        done=(*(_done(row, known, zone) for row in rows.procedures), *booked),
        scores=tuple(_scores(rows, zone)),
        taken=tuple(_taken(rows, known, zone)),
        cared=tuple(_cared(rows.courses, known, zone)),
        measured=tuple(_measured(rows.small["observation"], zone)),
        allergies=frozenset(
            allergen
            for _key, text, *_rest in rows.small["allergy"]
            for allergen in allergens_of(text, known.drugs)
        ),
        diagnoses=frozenset(code for _text, code in _problems(rows) if code),
        since=_since(rows, known, zone),
        authorized=tuple(
            Authorized(treatment, number or payer, since, until)
            for _key, payer, treatment, since, until, number in rows.small["authorization"]
        ),
        agreed=tuple(
            Agreed(
                _local(at, zone),
                frozenset(row["drug"] for row in drugs) if prescriber else frozenset(),
                is_told,
            )
            for _key, prescriber, _code, _from, _until, (at, drugs, is_told) in rows.small["agreed"]
        ),
        region_code=settings.CLINIC_STATE or None,
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


def _problems(rows: _Collected) -> list[tuple[str, str]]:
    return [
        (text, code if "icd-10" in (system or "").casefold() else "")
        for _key, text, code, _onset, _end, system in rows.small["condition"]
    ]


def _states(
    rows: _Collected, birth_date: date | None, sex: str | None, on: date, zone: ZoneInfo
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


def _done(row: tuple[Any, ...], known: Known, zone: ZoneInfo) -> Done:
    (pk, text, treatment, at, ended_at, status, region, levels, side, approach, purpose) = row[:11]
    is_outside = status == RecordStatus.OUTSIDE
    # Of a procedure elsewhere only a span may be known; the later end is the careful one.
    day = _day((is_outside and ended_at) or at, zone)
    key = treatment or treatment_of(text)
    told = known.treatments.get(key)
    return Done(
        key=str(pk),
        label=told.name if told else text,
        on=day,
        treatment=key,
        families=told.families if told else frozenset(),
        region=region_of_row(region, told),
        levels=frozenset(levels),
        side=side,
        approach=approach or only(told.approaches if told else ()),
        purpose=purpose or only(told.purposes if told else ()),
        drugs=tuple(given_drug(known, *drug) for drug in row[13] or ()),
        is_outside=is_outside,
    )


def region_of_row(region: str, treatment: KnownTreatment | None) -> CountingRegion | None:
    """In which counted region something lies; a treatment of one region needs no word for it."""
    told = region or only(
        {counting_region(Region(r)) for r in treatment.regions} if treatment else ()
    )
    if not told:
        return None
    return counting_region(Region(told)) if told in set(Region) else CountingRegion(told)


def only(words: Collection[str]) -> str:
    """The word, if there is just one."""
    return next(iter(words)) if len(words) == 1 else ""


def given_drug(known: Known, key: str, dose: Any, unit: str) -> GivenDrug:
    """A drug of a procedure, in milligrams if its unit is one of mass."""
    drug: KnownDrug | None = known.drugs.by_key.get(key)
    return GivenDrug(
        key=key,
        classes=drug.classes if drug else frozenset(),
        milligrams=milligrams(dose, unit) if unit else None,
        mpe_factor=drug.mpe_factor if drug else None,
        is_particulate=bool(drug and drug.is_particulate),
    )


def _scores(rows: _Collected, zone: ZoneInfo) -> Iterable[Scored]:
    answers = [
        Answer(str(pk), at, (key, version), score, str(procedure or ""), occasion, worse)
        for pk, at, key, version, score, procedure, occasion, worse in rows.answers
    ]
    told = percents(answers, {str(row[0]): row[3] for row in rows.procedures})
    for answer in answers:
        yield Scored(
            key=answer.key,
            on=answer.at.astimezone(zone).date(),
            instrument=answer.instrument[0],
            score=answer.score,
            procedure=answer.procedure,
            occasion=answer.occasion,
            percent_relief=told.get(answer.key),
        )
    for row in rows.procedures:
        before, after, at = row[11], row[12], row[3]
        if before and after is not None and at is not None:
            percent = Decimal(100) * (before - after) / before
            day = at.astimezone(zone).date()
            yield Scored(
                f"{row[0]}-after",
                day,
                _RELIEF_OF_THE_DAY,
                Decimal(after),
                str(row[0]),
                "after",
                percent,
            )


def _taken(rows: _Collected, known: Known, zone: ZoneInfo) -> Iterable[Taken]:
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
        )
    for key, text, status, start, end, (_dosage, recorded_at) in rows.small["medication"]:
        if key in of_courses:
            continue
        if status not in {"active", "unknown"} and end is None:
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
            )


def _last_doses(rows: Iterable[tuple[Any, ...]]) -> dict[str, date]:
    """The last dose of each medicine that the person told, the latest of them."""
    found: dict[str, date] = {}
    for *_rest, told in rows:
        for key, day in (told or {}).items():
            found[key] = max(date.fromisoformat(day), found.get(key, date.min))
    return found


def _cared(rows: Iterable[tuple[Any, ...]], known: Known, zone: ZoneInfo) -> Iterable[Cared]:
    for row in rows:
        pk, treatment, _form, status, start, end = row[:6]
        told = known.treatments.get(treatment)
        if told is None or status == "planned":
            continue
        if told.is_conservative or told.form == "therapy":
            visits = [(_local(at, zone), is_report) for at, is_report in row[13] or ()]
            certified, reports = row[11], tuple(day for day, is_report in visits if is_report)
            yield Cared(
                str(pk),
                told.name,
                treatment,
                start,
                end,
                told.families,
                tuple(day for day, _is_report in visits),
                {
                    "certified": (certified,) if certified else (),
                    "progress_report": reports,
                },
            )


def _since(rows: _Collected, known: Known, zone: ZoneInfo) -> dict[str, date]:
    """The last known day of each event: from the problem list, and of the last ablation."""
    found: dict[str, date] = {}
    for _key, text, code, onset, _end, _system in rows.small["condition"]:
        for event in events_of(text, code) if onset else ():
            found[event] = max(onset, found.get(event, onset))
    for row in rows.procedures:
        done = _done(row, known, zone)
        if "rfa" in done.families and done.on:
            found["facet_ablation"] = max(done.on, found.get("facet_ablation", done.on))
    return found


def _local(text: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(text).astimezone(zone).date()


def _measured(rows: Iterable[tuple[Any, ...]], zone: ZoneInfo) -> Iterable[Measurement]:
    for key, text, _unit, _start, _end, (value, at) in rows:
        what = measure_of(text)
        if what:
            day = datetime.fromisoformat(at).astimezone(zone).date()
            yield Measurement(key, what, Decimal(value), day)


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at else None
