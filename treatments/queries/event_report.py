"""Harm, counted for the clinic: how often, how serious, and how often among procedures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from treatments.models import AdverseEvent, CtcaeGrade, Procedure, Relatedness
from treatments.queries.adverse_events import SERIOUS

# Fewer than this may say who it was, to somebody who does not look after people.
FEWEST = 5
FEWER = f"fewer than {FEWEST}"
# A person brings an allergy along; only after a procedure here does it speak of procedures.
_ALLERGIES = frozenset({"allergic-reaction"})
_OURS = Q(procedure__record_status="signed")
_ELSEWHERE = Q(procedure__record_status="outside")
_ALLERGIC = Q(risk__in=_ALLERGIES)
_NOT_RELATED = Q(relatedness=Relatedness.UNRELATED)


@dataclass(frozen=True)
class CountRow:
    """How often, and how many of those were serious; None where so few may say who it was.

    `per_thousand` are those after procedures done here, among 1,000 such procedures of the same
    days; None if there were none, or if so few may say who it was.
    """

    name: str
    count: int | None
    serious: int | None
    per_thousand: Decimal | None = None

    @property
    def shown_count(self) -> str:
        """As it is read."""
        return _shown(self.count)

    @property
    def shown_serious(self) -> str:
        """As it is read."""
        return _shown(self.serious)


@dataclass(frozen=True)
class EventReport:
    """The events of a period that treatment may have caused, counted three ways.

    `procedures` is what rates are based on: those done here. Events that are `apart` are in no
    other figure: not related, allergic but not after a procedure here, or after what another
    clinic did.
    """

    procedures: int
    whole: CountRow
    by_risk: list[CountRow]
    by_grade: list[CountRow]
    by_treatment: list[CountRow]
    apart: list[CountRow]


def _shown(count: int | None) -> str:
    """A count as it is read: "12", "fewer than 5"."""
    return FEWER if count is None else str(count)


def event_report(viewer: Viewer, *, first_date: date, last_date: date) -> EventReport:
    """Counts of the events that began on these days, none of them in error. Raises `NotAllowed`.

    Who may not open charts is told no count from 1 to 4, nor a rate that tells it.
    """
    require(viewer, "treatments.view_effects")
    found = AdverseEvent.objects.standing().filter(onset_at__date__range=(first_date, last_date))
    brought = _ALLERGIC & ~_OURS
    events = found.exclude(_NOT_RELATED).exclude(_ELSEWHERE).exclude(brought)
    done = Procedure.objects.done_here().filter(performed_at__date__range=(first_date, last_date))
    rows = done.values("treatment__name").annotate(n=Count("id")).order_by()
    by_treatment = {row["treatment__name"]: row["n"] for row in rows}
    procedures = sum(by_treatment.values())
    tell = _Teller(hides=not viewer.has_perm("patients.view_chart"))
    words = dict(CtcaeGrade.choices)
    grades = [(words[row[0]], *row[1:]) for row in _counted(events, "grade")]
    after = _counted(events.filter(_OURS), "procedure__treatment__name")
    return EventReport(
        procedures=procedures,
        whole=tell.row("All", events),
        by_risk=tell.rows(_counted(events, "risk__name"), {}, procedures),
        by_grade=tell.rows(grades, {}, procedures),
        by_treatment=tell.rows(after, by_treatment, 0),
        apart=[
            tell.row("Not related", found.filter(_NOT_RELATED)),
            tell.row(
                "Allergic reactions, not after a procedure here",
                found.filter(brought).exclude(_NOT_RELATED),
            ),
            tell.row(
                "After what another clinic did",
                found.filter(_ELSEWHERE).exclude(_NOT_RELATED | _ALLERGIC),
            ),
        ],
    )


@dataclass(frozen=True)
class _Teller:
    """Makes rows of counts, without those that may say who it was."""

    hides: bool

    def _told(self, count: int) -> int | None:
        return None if self.hides and 0 < count < FEWEST else count

    def row(self, name: str, events: QuerySet[AdverseEvent]) -> CountRow:
        told = events.aggregate(n=Count("id"), bad=Count("id", Q(grade__gte=SERIOUS)))
        return CountRow(name, self._told(told["n"]), self._told(told["bad"]))

    def rows(
        self, counted: list[tuple[Any, int, int, int]], among: Mapping[str, int], otherwise: int
    ) -> list[CountRow]:
        return [
            CountRow(
                str(name),
                self._told(count),
                self._told(serious),
                self._rate(ours, among.get(str(name), otherwise)),
            )
            for name, count, serious, ours in counted
        ]

    def _rate(self, count: int, among: int) -> Decimal | None:
        told = self._told(count)
        if told is None or not among:
            return None
        return round(Decimal(told) * 1000 / Decimal(among), 1)


def _counted(events: QuerySet[AdverseEvent], by: str) -> list[tuple[Any, int, int, int]]:
    counted = events.values(by).annotate(
        n=Count("id"), bad=Count("id", Q(grade__gte=SERIOUS)), ours=Count("id", _OURS)
    )
    rows = counted.order_by("-n", by)
    return [(row[by], row["n"], row["bad"], row["ours"]) for row in rows]
