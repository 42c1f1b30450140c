"""What is done once on each local date, and for which date it is time.

The whole night is the table `NIGHTS`; how each is done is in `scheduling/tasks/nightly.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Night:
    """One row: done when the clock of the site, or else of the clinic, shows `clock`."""

    name: str
    sentence: str
    clock: time
    at_each_site: bool = False


NIGHTS = (
    Night("waitlist", "End what waited past its last day", time(0, 10), at_each_site=True),
    Night("holds", "Clear away holds that ran out", time(0, 30)),
    Night("rules", "Ask the rules about every coming visit", time(2, 30)),
    Night("lapses", "Find what lapses soon, and drafts that nobody signed", time(4, 0)),
    Night("retention", "Forget what is past its period", time(4, 30)),
)
# Done by hand, as the owner of the tables: its report stands beside the others.
BY_OWNER = "retention-by-owner"
SENTENCES = {night.name: night.sentence for night in NIGHTS} | {
    BY_OWNER: "Forget what only the owner may (manage.py forget_old)"
}


def due_date(now: datetime, clock: time, zone: ZoneInfo) -> date:
    """The newest local date on which the clock of `zone` has already shown `clock`.

    Until then it is the date before, so a night that was missed is caught up with in the morning,
    and of seven missed nights only the last. A time that the clock skips counts as shown when the
    clock has jumped over it. When the clock is put back the answer may fall back by a day: whoever
    asks must not do a date that lies before one that is done.
    """
    local = now.astimezone(zone)
    if local.time() >= clock:
        return local.date()
    return local.date() - timedelta(days=1)
