"""Which visits of a board somebody wants to see just now."""

from dataclasses import dataclass

from scheduling.domain.states import AppointmentStatus

WAITING = frozenset({AppointmentStatus.ARRIVED, AppointmentStatus.ROOMED})
GONE = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW})


@dataclass(frozen=True)
class BoardFilter:
    """Empty fields mean any. `only` is "waiting" or "unconfirmed".

    `cancelled` says whether visits that do not take place are shown at all.
    """

    status: str = ""
    visit_type: str = ""
    only: str = ""
    cancelled: bool = False

    @property
    def is_set(self) -> bool:
        """Whether it leaves anything out that usually is there."""
        return bool(self.status or self.visit_type or self.only)

    def fits(self, status: str, visit_type: str) -> bool:
        """Whether a visit in this state and of this kind (by its code) is wanted."""
        if self.only == "waiting" and status not in WAITING:
            return False
        if self.only == "unconfirmed" and status != AppointmentStatus.BOOKED:
            return False
        return self.status in ("", status) and self.visit_type in ("", visit_type)
