"""Hours in which nobody wants to be woken by a message."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class QuietHours:
    """From `begins` until `ends` on the person's clock, over midnight if `ends` is earlier.

    The same time twice means no quiet hours at all.
    """

    begins: time
    ends: time
    zone: ZoneInfo

    def are_at(self, instant: datetime) -> bool:
        """Whether the clock shows a quiet hour at this instant."""
        clock = instant.astimezone(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def moved_out(self, instant: datetime) -> datetime:
        """This instant, or the first one after it at which the quiet hours are over.

        Where the clock jumps over their end, they end an hour later on the clock, not in time.
        """
        if not self.are_at(instant):
            return instant
        today = instant.astimezone(self.zone).date()
        ends = (
            datetime.combine(today + timedelta(days=later), self.ends, self.zone)
            .replace(fold=fold)
            .astimezone(UTC)
            for later in (0, 1, 2)
            for fold in (0, 1)
        )
        return min(end for end in ends if end >= instant and not self.are_at(end))
