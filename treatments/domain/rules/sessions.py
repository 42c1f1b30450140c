"""What counts as a session: everything of a family that was done on one calendar day.

Left and right on the same day are one session; left today and right next week are two (clinical
rules, section 0.3).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from treatments.domain.rules.facts import Done, Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.spans import Span
from treatments.domain.spine import CountingRegion

SAY_REGION = "Say which region of the spine this is for."


@dataclass(frozen=True)
class Which:
    """Which procedures a rule looks at. `per` narrows them to the proposal's own place.

    With `levels`, one of these must be among the levels.
    """

    families: frozenset[str] = frozenset()
    treatments: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    approaches: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    per: str = ""
    with_steroid: bool = False

    def concerns(self, proposal: Proposal) -> bool:
        """Whether the proposal is one of these."""
        return self.may_concern(proposal.treatment, proposal.families) and self.fits(proposal)

    def fits(self, proposal: Proposal) -> bool:
        """Whether it is one of these by where it is done, how and what for."""
        return (
            (not self.purposes or proposal.purpose in self.purposes)
            and (not self.approaches or proposal.approach in self.approaches)
            and (not self.levels or bool(self.levels & proposal.levels))
        )

    def may_concern(self, treatment: str, families: frozenset[str]) -> bool:
        """Whether something of this treatment can be one of these, wherever and however."""
        return (not self.families or bool(self.families & families)) and (
            not self.treatments or treatment in self.treatments
        )

    def picks(self, done: Done, proposal: Proposal) -> bool | None:
        """Whether a procedure is one of these, in the proposal's place; None if it may be."""
        if self.families and self.families.isdisjoint(done.families):
            return False
        if self.treatments and done.treatment not in self.treatments:
            return False
        is_sure = True
        for asks in self._asks:
            answer = asks(done, proposal)
            if answer is False:
                return False
            is_sure = is_sure and answer is True
        return True if is_sure else None

    def may_be_at(self, done: Done, proposal: Proposal) -> bool:
        """Whether a procedure of an unknown kind may be one, by its place."""
        return not self.per or self._same_place(done, proposal) is not False

    @cached_property
    def _asks(self) -> tuple[Callable[[Done, Proposal], bool | None], ...]:
        """What else is asked of a procedure, as far as there is anything to ask."""
        asks: list[tuple[object, Callable[[Done, Proposal], bool | None]]] = [
            (self.purposes, lambda done, _: _among(done.purpose, self.purposes)),
            (self.approaches, lambda done, _: _among(done.approach, self.approaches)),
            (self.levels, lambda done, _: _any_of(done.levels, self.levels)),
            (self.per, self._same_place),
            (self.with_steroid, self._steroid),
        ]
        return tuple(ask for is_asked, ask in asks if is_asked)

    def _same_place(self, done: Done, proposal: Proposal) -> bool | None:
        answers = {
            "region": lambda: _same(done.region, proposal.region),
            "level": lambda: _any_of(done.levels, proposal.levels),
            "side": lambda: _same_side(done.side, proposal.side),
        }
        told = [answers[word]() for word in self.per.split("_") if word]
        if False in told:
            return False
        return None if None in told else True

    def _steroid(self, done: Done, proposal: Proposal) -> bool | None:
        if done.drugs:
            return any(drug.is_steroid for drug in done.drugs)
        return None if done.is_outside or done.is_booked else False


@dataclass(frozen=True)
class Sessions:
    """Procedures by day, those that may count, and those of which the day is not known."""

    certain: dict[date, list[Done]]
    possible: dict[date, list[Done]]
    undated: tuple[Done, ...]


# What an injection of an unknown kind may be; it is no operation on a vertebra.
INJECTED = frozenset({"esi", "facet", "rfa", "si", "tpi", "steroid"})


def sessions_of(
    facts: Facts, proposal: Proposal, which: Which, *, with_unrecognized: bool = False
) -> Sessions:
    """The sessions a rule counts, without the proposal itself.

    With `with_unrecognized`, an injection elsewhere of which nobody knows the kind may be one.
    """
    certain: dict[date, list[Done]] = {}
    possible: dict[date, list[Done]] = {}
    undated: list[Done] = []
    for done in facts.of_families(which.families):
        if proposal.key and done.key == proposal.key:
            continue
        picked = which.picks(done, proposal)
        if picked is False:
            continue
        if done.on is None:
            undated.append(done)
        else:
            (certain if picked else possible).setdefault(done.on, []).append(done)
    may_be = with_unrecognized and bool(which.families & INJECTED)
    for done in facts.unrecognized if may_be else ():
        if done.on is None:
            undated.append(done)
        elif which.may_be_at(done, proposal):
            possible.setdefault(done.on, []).append(done)
    return Sessions(certain, possible, tuple(undated))


def wherever(
    proposal: Proposal, which: Which, look: Callable[[Proposal], Objection | None]
) -> Objection | None:
    """What `look` objects to; if it counts by region and that is not known, the worst of all.

    A new visit is stopped until somebody says the region: it is the proposal's own to tell, not
    something of the past that nobody knows. One that stands already is only warned of.
    """
    if proposal.region is not None or "region" not in which.per.split("_"):
        return look(proposal)
    asked = [look(replace(proposal, region=region)) for region in CountingRegion]
    told = sorted((found for found in asked if found), key=lambda found: bool(found.missing))
    if not told or (None not in asked and not told[-1].missing):
        return told[0] if told else None
    worst = told[0]
    return replace(
        worst,
        because=f"{worst.because}; say which region this visit is for",
        missing=("which region this visit is for", *worst.missing),
        say="" if worst.missing or proposal.key else SAY_REGION,
    )


def rows(days: Iterable[date], found: dict[date, list[Done]]) -> list[Done]:
    """The procedures of these days."""
    return [done for day in sorted(set(days)) for done in found.get(day, [])]


def done_before(found: Sessions, on: date, within: Span | None) -> dict[date, list[Done]]:
    """What was done before a day, certain or not, by day in order."""
    begin = within.before(on) if within else date.min
    days = sorted({day for day in (*found.certain, *found.possible) if begin < day < on})
    return {day: [*found.certain.get(day, []), *found.possible.get(day, [])] for day in days}


def _among(value: str, wanted: frozenset[str]) -> bool | None:
    return value in wanted if value else None


def _any_of(levels: frozenset[str], wanted: frozenset[str]) -> bool | None:
    return bool(levels & wanted) if levels and wanted else None


def _same_side(one: str, other: str) -> bool | None:
    if not one or not other:
        return None
    return one == other or "bilateral" in {one, other}


def _same(one: object | None, other: object | None) -> bool | None:
    if one is None or other is None:
        return None
    return one == other
