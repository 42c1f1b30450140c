"""What could be booked into a gap that somebody picked on the board."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clinic.accounts.models import Viewer
from patients.models import Patient
from scheduling.domain.day_grid import Stretch, length_words, next_on_grid
from scheduling.domain.local_time import day_bounds
from scheduling.models import Resource, ResourceKind, VisitType
from scheduling.queries import catalogue
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.day_taken import gap_at

STEP = timedelta(minutes=10)
STARTS_AT_MOST = 36


@dataclass(frozen=True)
class Gap:
    """A free stretch of a column, and the start that was picked in it."""

    column: Resource
    start_at: datetime
    stretch: Stretch

    @property
    def length(self) -> str:
        """How much is free from the start on, in words."""
        return length_words(Stretch(self.start_at, self.stretch.end).minutes)

    def cell(self, instant: datetime) -> str:
        """An instant in this column as an address carries it."""
        return f"{self.column.pk}/{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def starts(self) -> list[datetime]:
        """Other starts in the gap, the picked one among them."""
        found = {self.start_at}
        at = next_on_grid(self.stretch.begin, 10, self.column.site.zone)
        while at < self.stretch.end and len(found) < STARTS_AT_MOST:
            found.add(at)
            at += STEP
        return sorted(found)


@dataclass(frozen=True)
class Fit:
    """A kind of visit, and when it could begin here; None if it does not fit."""

    kind: VisitType
    start_at: datetime | None
    is_exact: bool


def picked_gap(viewer: Viewer, column: Resource, start_at: datetime, *, now: datetime) -> Gap:
    """The gap at this instant; an empty one if it is not free (any more). Raises `NotAllowed`."""
    day = start_at.astimezone(column.site.zone).date()
    whole = Stretch(*day_bounds(day, column.site.zone))
    found = gap_at(viewer, column, start_at, whole, now=now) or Stretch(start_at, start_at)
    coming = Stretch(max(found.begin, min(now, found.end)), found.end)
    return Gap(column, max(start_at, coming.begin), coming)


def fits(viewer: Viewer, gap: Gap, *, patient: Patient | None, now: datetime) -> list[Fit]:
    """Every kind of visit for this column: first those that begin just then, then later ones.

    Last come those that do not fit. Clinician, room and machine are looked at, and the person's
    other visits. Raises `NotAllowed`.
    """
    kinds = catalogue.visit_types(viewer, using=gap.column)
    found = [_fit(viewer, gap, kind, patient, now) for kind in kinds]
    return sorted(found, key=lambda fit: (fit.start_at is None, not fit.is_exact))


def _fit(viewer: Viewer, gap: Gap, kind: VisitType, patient: Patient | None, now: datetime) -> Fit:
    column = gap.column
    is_clinician = column.kind == ResourceKind.CLINICIAN
    search = SlotSearch(
        kind,
        [column.site],
        gap.start_at,
        max(gap.stretch.end, gap.start_at + timedelta(minutes=1)),
        clinicians=[column] if is_clinician else None,
        using=None if is_clinician else column,
        patient_id=patient.pk if patient else None,
        limit=1,
    )
    first = next(iter(free_slots(viewer, search, now=now)), None)
    exact = next_on_grid(gap.start_at, kind.alignment_minutes, column.site.zone)
    return Fit(kind, first.start_at if first else None, bool(first and first.start_at == exact))
