"""What is known about a person, and what is proposed for them.

Days are those of the site's calendar. `None` always means “not known”, never “none”: a rule that
needs what is not known says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from treatments.domain.spine import CountingRegion


class Stage(StrEnum):
    """When a proposal is looked at."""

    ORDER = "order"
    BOOK = "book"
    CHECK_IN = "check_in"
    RECORD = "record"
    NIGHTLY = "nightly"


@dataclass(frozen=True)
class Evidence:
    """A row that a finding counted: what table, which row, how it reads, and its day."""

    kind: str
    key: str
    label: str
    on: date | None = None


@dataclass(frozen=True)
class GivenDrug:
    """A drug given or to be given in a procedure, in milligrams; None if the dose is not known."""

    key: str
    classes: frozenset[str] = frozenset()
    milligrams: Decimal | None = None
    mpe_factor: Decimal | None = None
    is_particulate: bool = False

    @property
    def is_steroid(self) -> bool:
        """Whether it counts as steroid exposure."""
        return "steroid" in self.classes

    @property
    def equivalent(self) -> Decimal | None:
        """Milligrams of methylprednisolone, or None if that cannot be told."""
        if self.milligrams is None or self.mpe_factor is None:
            return None
        return self.milligrams * self.mpe_factor


@dataclass(frozen=True)
class Done:
    """A procedure that was done, or is booked (`is_booked`). Without a day it cannot be counted.

    One that `is_unrecognized` is an injection elsewhere of which nobody knows the kind.
    """

    key: str
    label: str
    on: date | None
    treatment: str
    families: frozenset[str] = frozenset()
    region: CountingRegion | None = None
    levels: frozenset[str] = frozenset()
    side: str = ""
    approach: str = ""
    purpose: str = ""
    drugs: tuple[GivenDrug, ...] = ()
    is_booked: bool = False
    is_outside: bool = False
    is_unrecognized: bool = False

    @property
    def evidence(self) -> Evidence:
        """This row as a finding names it."""
        return Evidence(
            "appointment" if self.is_booked else "procedure", self.key, self.label, self.on
        )


@dataclass(frozen=True)
class Scored:
    """An answered instrument; `procedure` is the key of the procedure it looks back on."""

    key: str
    on: date
    instrument: str
    score: Decimal
    procedure: str = ""
    occasion: str = ""
    percent_relief: Decimal | None = None


@dataclass(frozen=True)
class Taken:
    """A medicine that is or was taken. `daily` is in milligrams a day.

    The last dose is known by its local day, or to the minute as well. One that `is_over` is taken
    no more, also on its last day.
    """

    key: str
    label: str
    drug: str
    classes: frozenset[str]
    start: date | None = None
    end: date | None = None
    daily: Decimal | None = None
    daily_maximum: Decimal | None = None
    last_dose_on: date | None = None
    last_dose_at: datetime | None = None
    is_over: bool = False

    def overlaps(self, begin: date, end: date) -> bool:
        """Whether it is taken on any day from `begin` to `end`; an unknown day is no bound."""
        return (self.start or begin) <= end and (self.end or end) >= begin


@dataclass(frozen=True)
class Cared:
    """A course of conservative care, from a day to another, or still going on.

    `visits` are the days of treatment, `marks` the days on which something was done about the
    course, by a word of `words.MARKS` ("certified", "progress_report").
    """

    key: str
    label: str
    treatment: str
    start: date | None
    end: date | None = None
    families: frozenset[str] = frozenset()
    visits: tuple[date, ...] = ()
    marks: Mapping[str, tuple[date, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Measurement:
    """A measured value with its day: INR, eGFR, weight, HbA1c."""

    key: str
    what: str
    value: Decimal
    on: date


@dataclass(frozen=True)
class Unclear:
    """A value of which the unit is not known: that it was measured is known, and nothing else."""

    key: str
    what: str
    on: date


@dataclass(frozen=True)
class Authorized:
    """What a payer allowed: a treatment, under a number, between two days, inclusive."""

    treatment: str
    number: str
    since: date
    until: date


@dataclass(frozen=True)
class Agreed:
    """What was settled about a procedure on a day: drugs that may be stopped, and what was told."""

    on: date
    drugs: frozenset[str] = frozenset()
    is_told: bool = False
    # What the person is told to stop, or somebody agreed that they do.
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """Everything about one person that a rule may ask for.

    `states` are words of `words.STATES` and keys of red flags; a state that is in neither `states`
    nor `absent` is not known. `since` has the days of events, by a word of `words.EVENTS`.
    `region_code` is the state of the country the clinic is in ("TX"), `payer` the payer's name.
    """

    birth_date: date | None = None
    sex: str | None = None
    payer_class: str | None = None
    payer: str | None = None
    region_code: str | None = None
    states: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    done: tuple[Done, ...] = ()
    scores: tuple[Scored, ...] = ()
    taken: tuple[Taken, ...] = ()
    cared: tuple[Cared, ...] = ()
    measured: tuple[Measurement, ...] = ()
    allergies: frozenset[str] = frozenset()
    diagnoses: frozenset[str] = frozenset()
    since: Mapping[str, date] = field(default_factory=dict)
    authorized: tuple[Authorized, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    # Where the clinic treats, in the words of payers: "office", "hospital_outpatient", …
    facility: str | None = None

    def of_families(self, families: frozenset[str]) -> Sequence[Done]:
        """What was done of one of these families; of none named, everything."""
        if len(families) != 1:
            return self.done
        return self._by_family.get(next(iter(families)), ())

    @cached_property
    def _by_family(self) -> Mapping[str, list[Done]]:
        found: dict[str, list[Done]] = {}
        for done in self.done:
            for family in done.families:
                found.setdefault(family, []).append(done)
        return found

    @cached_property
    def unrecognized(self) -> Sequence[Done]:
        """Injections elsewhere of which nobody knows the kind: each may be of any family."""
        return [done for done in self.done if done.is_unrecognized]

    def given(self, drug: str) -> Sequence[Done]:
        """What was done with a drug in it; with "" any steroid."""
        return self._by_drug.get(drug, ())

    @cached_property
    def _by_drug(self) -> Mapping[str, list[Done]]:
        found: dict[str, list[Done]] = {}
        for done in self.done:
            keys = {drug.key for drug in done.drugs}
            if any(drug.is_steroid for drug in done.drugs):
                keys.add("")
            for key in keys:
                found.setdefault(key, []).append(done)
        return found

    def has(self, state: str) -> bool | None:
        """Whether a state holds; None if that is not known."""
        if state in self.states:
            return True
        return False if state in self.absent else None

    def last(self, what: str, *, until: date) -> Measurement | None:
        """The newest measurement of something, no later than `until`."""
        known = [m for m in self.measured if m.what == what and m.on <= until]
        return max(known, key=lambda m: m.on, default=None)

    def is_unclear(self, what: str, *, until: date) -> bool:
        """Whether something was measured after the last known value, in a unit nobody knows."""
        last = self.last(what, until=until)
        since = last.on if last else date.min
        return any(row.what == what and since < row.on <= until for row in self.unclear)


@dataclass(frozen=True)
class Proposal:
    """What somebody wants to order, book, begin or record. `key` is the row that it is, if any.

    `documented` has what is written down, by a word of `words.DOCUMENTED`; for a medicine also
    `drug`, `classes`, `daily`, `daily_maximum`, `start` and `end`. `starts_at` is the instant of a
    booking.
    """

    treatment: str
    families: frozenset[str]
    stage: Stage
    region: CountingRegion | None = None
    levels: frozenset[str] = frozenset()
    side: str = ""
    approach: str = ""
    purpose: str = ""
    drugs: tuple[GivenDrug, ...] = ()
    key: str = ""
    documented: Mapping[str, Any] = field(default_factory=dict)
    starts_at: datetime | None = None

    @property
    def has_steroid(self) -> bool:
        """Whether a steroid is among its drugs."""
        return any(drug.is_steroid for drug in self.drugs)
