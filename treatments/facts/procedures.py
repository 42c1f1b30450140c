"""Facts about what was done: procedures, what was injected, and the scores around them."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from treatments.domain.outside_procedures import (
    counting_region_in,
    is_unrecognized,
    treatment_of,
)
from treatments.domain.recognized import KnownDrug
from treatments.domain.rules.facts import (
    Done,
    GivenDrug,
    Scored,
)
from treatments.domain.rules_relief import Answer, percents
from treatments.domain.spine import CountingRegion, Region, counting_region
from treatments.domain.states import RecordStatus
from treatments.facts.known import Known, KnownTreatment, milligrams
from treatments.facts.rows import Collected, day_of

_RELIEF_OF_THE_DAY = "nrs"
_A_MONTH = timedelta(days=31)
# No rule counts what is longer ago.
_COUNTED = timedelta(days=5 * 366)


def done_of(row: tuple[Any, ...], known: Known, zone: ZoneInfo, on: date) -> Done:
    """A row of procedures as a fact, by the days of a zone, as it bears on a day."""
    (pk, text, treatment, at, ended_at, status, region, levels, side, approach, purpose) = row[:11]
    is_outside = status == RecordStatus.OUTSIDE
    # Of a procedure elsewhere only a span may be known.
    day = _day_elsewhere(at, ended_at, zone, on) if is_outside else day_of(at, zone)
    # What somebody here says it was goes before its words, "none of ours" as well.
    is_told = bool(treatment or row[13])
    key = treatment or ("" if is_told else treatment_of(text))
    told = known.treatments.get(key)
    is_unknown = is_outside and not is_told and is_unrecognized(text)
    return Done(
        key=str(pk),
        label=told.name if told else f"Not recognized: {text}" if is_unknown else text,
        on=day,
        treatment=key,
        families=told.families if told else frozenset(),
        region=region_of_row(region, told) or (counting_region_in(text) if is_outside else None),
        levels=frozenset(levels),
        side=side,
        approach=approach or only(told.approaches if told else ()),
        purpose=purpose or only(told.purposes if told else ()),
        drugs=tuple(given_drug(known, *drug) for drug in row[14] or ()),
        is_outside=is_outside,
        is_unrecognized=is_unknown,
    )


def _day_elsewhere(
    at: datetime | None, ended_at: datetime | None, zone: ZoneInfo, on: date
) -> date | None:
    """The day of a procedure elsewhere, of which only a span may be known; None if it is no day.

    Within a month the later end is the careful one. “Some time in 2026” may be any day: it is said
    to be unknown, unless all of it is too long ago to count. So is what has not ended yet.
    """
    first, last = day_of(at, zone), day_of(ended_at or at, zone)
    if first is None or last is None:
        return last
    is_wide = last - first > _A_MONTH and last >= on - _COUNTED
    return None if is_wide or last > on else last


def region_of_row(region: str, treatment: KnownTreatment | None) -> CountingRegion | None:
    """In which counted region something lies; a treatment of one region needs no word for it."""
    return _counted(region, treatment.regions if treatment else ())


@cache
def _counted(region: str, possible: tuple[str, ...]) -> CountingRegion | None:
    told = region or only({counting_region(Region(one)) for one in possible})
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


def scores_of(rows: Collected, zone: ZoneInfo) -> Iterable[Scored]:
    """What somebody answered, with the percent of relief that it tells of."""
    answers = [
        Answer(str(pk), at, (key, version), score, str(procedure or ""), occasion, worse)
        for pk, at, key, version, score, procedure, occasion, worse in rows.answers
    ]
    told = percents(
        answers,
        {str(row[0]): row[3] for row in rows.procedures},
        {str(row[0]): row[11] for row in rows.procedures},
    )
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
