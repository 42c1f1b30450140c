"""Why a course is not booked or moved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from clinic.shared.errors import Conflict
from scheduling.domain.slots import Slot


@dataclass(frozen=True)
class Clash:
    """One time of a course that is not free, and the nearest ones that are, at the same site.

    `is_busy`: the person has another visit then. `zone` is the site's.
    """

    start_at: datetime
    is_busy: bool
    zone: ZoneInfo
    alternatives: list[Slot] = field(default_factory=list)


class SeriesTaken(Conflict):
    """Some times of a course are not free, so nothing of it was changed."""

    code = "series_taken"
    title = "Some of these times are not free"

    def __init__(self, clashes: Sequence[Clash], *, asked: int) -> None:
        self.clashes = list(clashes)
        days = [f"{c.start_at.astimezone(c.zone):%a %b %-d, %-I:%M %p}" for c in self.clashes]
        more = f" and {len(days) - 5} more" if len(days) > 5 else ""
        named = f"{'; '.join(days[:5])}{more}"
        super().__init__(
            f"{len(days)} of {asked} times {'is' if len(days) == 1 else 'are'} not free: {named}. "
            "Nothing was changed.",
            details={"clashes": [_told(clash) for clash in self.clashes]},
        )


def _told(clash: Clash) -> dict[str, object]:
    return {
        "start_at": clash.start_at.isoformat(),
        "reason": "patient_busy" if clash.is_busy else "slot_taken",
        "alternatives": [
            {
                "start_at": slot.start_at.isoformat(),
                "end_at": slot.end_at.isoformat(),
                "site": slot.site_id,
                "clinician": slot.clinician_id,
            }
            for slot in clash.alternatives
        ],
    }
