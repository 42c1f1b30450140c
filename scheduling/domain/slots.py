"""What the desk is offered."""

from dataclasses import dataclass
from datetime import datetime


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
