"""What the desk is offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, order=True)
class Slot:
    """A visit that could be booked: half-open instants, where, and by whom it would be led.

    `clinician_id` is None for a kind of visit that needs no clinician.
    """

    start_at: datetime
    end_at: datetime
    site_id: int
    clinician_id: int | None

    @property
    def key(self) -> str:
        """The slot as one form value: "2026-11-21T14:20:00+00:00/12"."""
        return f"{self.start_at.isoformat()}/{self.clinician_id or ''}"


def covers(ranges: Iterable[Any], stretch: Any) -> bool:
    """Whether one of the ranges (with `lower` and `upper`) has all of the stretch in it."""
    return any(r.lower <= stretch.lower and stretch.upper <= r.upper for r in ranges)
