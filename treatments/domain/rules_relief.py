"""How much each procedure helped, from the answers about it and before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from treatments.domain.outcomes import Reading, relief


@dataclass(frozen=True)
class Answer:
    """An answered instrument; `procedure` is the key of what it looks back on, or ""."""

    key: str
    at: datetime
    instrument: tuple[str, str]
    score: Decimal
    procedure: str = ""
    occasion: str = ""
    higher_is_worse: bool = True

    @property
    def reading(self) -> Reading:
        """As scores are compared."""
        return Reading(self.instrument, self.at, self.score, self.key)


def percents(
    answers: Iterable[Answer], performed_at: dict[str, datetime | None]
) -> dict[str, Decimal | None]:
    """The relief that each answer about a procedure tells, by its key.

    It is compared with the answer before: that of the procedure itself, else the last one on the
    same instrument before it was done.
    """
    rows = list(answers)
    found: dict[str, Decimal | None] = {}
    for row in rows:
        if not row.procedure or row.occasion == "baseline":
            continue
        before = _before(row, rows, performed_at.get(row.procedure))
        told = relief(
            before.reading if before else None, row.reading, higher_is_worse=row.higher_is_worse
        )
        found[row.key] = told.percent
    return found


def _before(row: Answer, rows: list[Answer], done_at: datetime | None) -> Any:
    alike = [other for other in rows if other.instrument == row.instrument and other is not row]
    own = [o for o in alike if o.procedure == row.procedure and o.occasion == "baseline"]
    if own:
        return max(own, key=lambda other: other.at)
    # Right after a block the pain is numbed: that is no state to begin from.
    earlier = [
        o
        for o in alike
        if done_at is not None and o.at <= done_at and o.occasion not in {"after", "diary"}
    ]
    return max(earlier, key=lambda other: other.at, default=None)
