"""The way through a booking that somebody makes for themself: which question comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

# Nobody is asked from the beginning who looks for their glasses, and nobody goes on with
# yesterday's answers about red flags.
LASTS = timedelta(minutes=30)
HOLD_LASTS = timedelta(minutes=10)

REASON, SITE, TIMES, CONFIRM = "reason", "site", "times", "confirm"
SAME_DAY = "same_day"
_NOON = time(12)


@dataclass(frozen=True)
class Progress:
    """What is answered of a booking: pages of red flags out of how many, and what else is chosen.

    A question with a single answer is not asked (`asks_kind`, `asks_site`): whoever writes the
    answers fills it in.
    """

    pages: int = 0
    of_pages: int = 1
    has_kind: bool = False
    asks_kind: bool = True
    has_site: bool = False
    asks_site: bool = False
    has_hold: bool = False

    @property
    def steps(self) -> Sequence[str]:
        """Every page that is asked, in order: "signs-1", "signs-2", "reason" and so on."""
        signs = [sign_step(page) for page in range(1, self.of_pages + 1)]
        kind = [REASON] if self.asks_kind else []
        site = [SITE] if self.asks_site else []
        return [*signs, *kind, *site, TIMES, CONFIRM]

    @property
    def next_step(self) -> str:
        """The first that is not answered yet."""
        if self.pages < self.of_pages:
            return sign_step(self.pages + 1)
        if not self.has_kind:
            return REASON
        if not self.has_site:
            return SITE
        return CONFIRM if self.has_hold else TIMES

    def reaches(self, step: str) -> bool:
        """Whether somebody may open this page now: it is answered, or comes next."""
        steps = list(self.steps)
        here = self.next_step
        return step in steps and here in steps and steps.index(step) <= steps.index(here)


def sign_step(page: int) -> str:
    """The page of red flags with this number, from 1."""
    return f"signs-{page}"


def sign_page(step: str) -> int:
    """Which page of red flags that is; 0 if it is none."""
    word, _, number = step.partition("-")
    return int(number) if word == "signs" and number.isdecimal() and len(number) < 3 else 0


def bounds_of(part: str) -> tuple[time | None, time | None]:
    """From when, and until before when a visit begins; None is not bounded."""
    return {"morning": (None, _NOON), "afternoon": (_NOON, None)}.get(part, (None, None))


def is_soon_enough(urgency: str, day: date, today: date) -> bool:
    """Whether the day will do: who is to be seen the same day comes today, or tomorrow at most."""
    return urgency != SAME_DAY or day <= today + timedelta(days=1)


# "About so many minutes late" is as exact as somebody in a traffic jam knows it.
MINUTES_LATE = (10, 20, 30)
