"""What another version of a rule would say about the visits of the next weeks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from scheduling.facts.limits import booked_of, proposed_by
from scheduling.models import Appointment
from scheduling.queries.coming import coming_visits
from treatments.domain import rules
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_authorized import with_authorization
from treatments.facts.known import Known
from treatments.facts.people import facts_of
from treatments.queries.rulebook import MANAGE, with_rule

AHEAD = timedelta(days=30)
BATCH = 400
_STAGES = frozenset({Stage.BOOK, Stage.CHECK_IN, Stage.NIGHTLY})


@dataclass(frozen=True)
class Flagged:
    """A visit about which the two versions differ; severities are "" where nothing is said."""

    visit: Appointment
    before: str
    after: str


@dataclass(frozen=True)
class DryRun:
    """How many visits were looked at, and how many each version flags."""

    looked: int
    before: int
    after: int
    differing: list[Flagged]


def dry_run(
    viewer: Viewer, before: Mapping[str, Any], after: Mapping[str, Any], *, now: datetime
) -> DryRun:
    """What a change would flag among the visits of the next 30 days, beside what is flagged now.

    Nothing is filed. Raises `BadRule` for a record that makes no sense, `NotAllowed`.
    """
    require(viewer, MANAGE)
    old, new = with_rule(viewer, before), with_rule(viewer, after)
    looked, counts, differing = 0, [0, 0], []
    for visits in _batches(now):
        looked += len(visits)
        for visit, *said in _said(visits, (old, new), now):
            counts = [count + bool(word) for count, word in zip(counts, said, strict=True)]
            if said[0] != said[1]:
                differing.append(Flagged(visit, *said))
    people = [flagged.visit.patient_id for flagged in differing]
    record_read(viewer, "visits a rule would flag", people, kind=ReadKind.LIST)
    return DryRun(looked, counts[0], counts[1], differing)


def _batches(now: datetime) -> Iterator[list[Appointment]]:
    place = None
    while True:
        visits = coming_visits(THE_CLINIC, after=place, limit=BATCH, now=now)
        if visits:
            yield [visit for visit in visits if visit.start_at < now + AHEAD]
        if len(visits) < BATCH or visits[-1].start_at >= now + AHEAD:
            return
        place = (visits[-1].start_at, visits[-1].pk)


def _said(
    visits: Sequence[Appointment], books: tuple[Known, Known], now: datetime
) -> Iterator[tuple[Appointment, str, str]]:
    zones = {visit.site.time_zone: visit.site.zone for visit in visits}
    for name, zone in zones.items():
        there = [visit for visit in visits if visit.site.time_zone == name]
        people = {visit.patient_id for visit in there}
        coming = booked_of(people, books[0], zone, now=now)
        today = now.astimezone(zone).date()
        facts = facts_of(people, known=books[0], on=today, zone=zone, booked=coming)
        for visit in there:
            day = visit.start_at.astimezone(zone).date()
            words = [_weight(visit, facts[visit.patient_id], book, day) for book in books]
            yield visit, words[0], words[1]


def _weight(visit: Appointment, facts: Facts, book: Known, day: date) -> str:
    """How much the heaviest thing weighs that is said about a visit, or ""."""
    asked = with_authorization(proposed_by(book, visit, Stage.BOOK), facts, day)
    found = rules.evaluate(facts, asked, book.rulebook, day, stages=_STAGES)
    return str(found[0].severity) if found else ""
