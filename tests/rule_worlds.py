"""Small random histories, and calendars that walk: what the oracles of the rules are made of.

The engine computes with windows and turning days. The oracles know only how to go back one month
and one day at a time, and how to try every way in which the unknown may turn out.
"""

import os
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from treatments.domain.rules import Proposal, Rule, Rulebook, evaluate
from treatments.domain.rules.facts import Done, Stage, Taken
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.rulebook import Source
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span
from treatments.domain.spine import CountingRegion

EXAMPLES = int(os.environ.get("DORSA_EXAMPLES", "30"))
compared = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
LUMBAR, CERVICAL = CountingRegion.LUMBAR_SACRAL, CountingRegion.CERVICAL_THORACIC
FAMILY = frozenset({"esi", "steroid"})
DAY = timedelta(days=1)
# A winter with a leap day in it, so that the ends of months are met.
START = date(2023, 12, 20)
ON = date(2024, 4, 1)


def days(most=140):
    """Days about the proposal's."""
    return st.integers(0, most).map(lambda number: START + number * DAY)


def spans(months=3, least=1):
    """Spans of months and days, at least so many days long."""
    return st.builds(Span, months=st.integers(0, months), days=st.integers(0, 20)).filter(
        lambda span: span.months or span.days >= least
    )


@st.composite
def procedures(draw, dated=True, drugs=None):
    """One session in the proposal's region, in the other one, or nobody knows where."""
    on = draw(days() if dated else st.one_of(st.none(), days()))
    return Done(
        key=str(draw(st.integers(0, 10**9))),
        label="Session",
        on=on,
        treatment="esi",
        families=FAMILY,
        region=draw(st.sampled_from([LUMBAR, LUMBAR, LUMBAR, CERVICAL, None])),
        levels=frozenset(draw(st.sets(st.sampled_from(["L3", "L4", "L5"]), max_size=2))),
        drugs=() if drugs is None else draw(drugs),
        is_booked=bool(on) and draw(st.booleans()),
        is_outside=on is None,
    )


def histories(dated=True, most=6, drugs=None):
    """A few sessions, each with a key of its own."""
    return st.lists(procedures(dated, drugs), max_size=most, unique_by=lambda done: done.key).map(
        tuple
    )


@st.composite
def medicines(draw, number):
    """A medicine with days that may not be known."""
    start = draw(st.one_of(st.none(), days()))
    length = draw(st.one_of(st.none(), st.integers(0, 40)))
    return Taken(
        key=str(number),
        label="Medicine",
        drug=draw(st.sampled_from(["ibuprofen", "naproxen"])),
        classes=frozenset({"nsaid"}),
        start=start,
        end=None if length is None else (start or START) + length * DAY,
        daily=draw(st.one_of(st.none(), st.sampled_from([Decimal(400), Decimal(800)]))),
    )


several = st.tuples(medicines(0), medicines(1), medicines(2))


def asked(**more):
    """A proposal for the low back."""
    told = {"treatment": "esi", "families": FAMILY, "stage": Stage.BOOK, "region": LUMBAR}
    return Proposal(**told | more)


def rule_of(looks, key="test", **more):
    """A rule about epidurals that blocks."""
    told = {
        "version": 1,
        "kind": "test",
        "family": "esi",
        "severity": Severity.BLOCK,
        "applies_to": Which(),
        "stages": frozenset(Stage),
        "message": "No.",
        "desk_message": "Not then.",
        "source": Source("test", "D"),
    }
    return Rule(key=key, looks=looks, **told | more)


def book_of(*looks):
    """A rulebook of such rules."""
    return Rulebook.of([rule_of(one, f"test-{number}") for number, one in enumerate(looks)])


def verdict(looks, facts, proposal, on):
    """What one rule says: block, warn, info, "perhaps" if something is missing, or nothing."""
    found = evaluate(facts, proposal, book_of(looks), on)
    if not found:
        return "nothing"
    return "perhaps" if found[0].missing else str(found[0].severity)


def of_completions(answers):
    """The verdict if these are the answers of all the ways in which the unknown may turn out."""
    told = set(answers)
    if told == {True}:
        return "block"
    return "perhaps" if True in told else "nothing"


def placements(done):
    """Every way in which the sessions of which nobody knows where may lie: in the region or not."""
    unknown = [row for row in done if row.region is None]
    for inside in product([True, False], repeat=len(unknown)):
        chosen = {row.key for row, is_in in zip(unknown, inside, strict=True) if is_in}
        yield [row for row in done if row.region is LUMBAR or row.key in chosen]


@cache
def back(day, span):
    """So long before, by walking: months one at a time, then days."""
    year, month = day.year, day.month
    for _ in range(span.months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    last = (date(year + month // 12, month % 12 + 1, 1) - DAY).day
    found = date(year, month, min(day.day, last))
    for _ in range(span.days):
        found -= DAY
    return found


@cache
def ahead(day, span):
    """So long after, by walking."""
    year, month = day.year, day.month
    for _ in range(span.months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    last = (date(year + month // 12, month % 12 + 1, 1) - DAY).day
    found = date(year, month, min(day.day, last))
    for _ in range(span.days):
        found += DAY
    return found


def windows_with(on, span):
    """The first day before, and the end, of every window that `on` lies in."""
    end = on
    while back(end, span) < on:
        yield back(end, span), end
        end += DAY
