"""How much each procedure helped, from the answers about it and before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from treatments.domain.outcomes import Reading, baseline_of, relief


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
    answers: Iterable[Answer],
    performed_at: Mapping[str, datetime | None],
    pain_before: Mapping[str, int | None] = MappingProxyType({}),
) -> dict[str, Decimal | None]:
    """The relief that each answer about a procedure tells, by its key.

    It is compared with the answer before: that of the procedure itself, else the last one on the
    same instrument before it was done, or the pain that was written down with it.
    """
    rows = list(answers)
    found: dict[str, Decimal | None] = {}
    for row in rows:
        if not row.procedure or row.occasion == "baseline":
            continue
        pain = pain_before.get(row.procedure)
        before = _before(row, rows, performed_at.get(row.procedure), pain)
        told = relief(before, row.reading, higher_is_worse=row.higher_is_worse)
        found[row.key] = told.percent
    return found


def _before(
    row: Answer, rows: list[Answer], done_at: datetime | None, pain: int | None
) -> Reading | None:
    alike = [other for other in rows if other.instrument == row.instrument and other is not row]
    own = [o for o in alike if o.procedure == row.procedure and o.occasion == "baseline"]
    if own:
        return max(own, key=lambda other: other.at).reading
    if done_at is None:
        return None
    # Right after a block the pain is numbed: that is no state to begin from.
    earlier = [o for o in alike if o.at <= done_at and o.occasion not in {"after", "diary"}]
    last = max(earlier, key=lambda other: other.at, default=None)
    asked = last.reading if last else None
    return baseline_of(row.instrument, done_at, pain, asked, f"procedure {row.procedure}")
