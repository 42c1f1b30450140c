"""What a clinical rule stops, and in which words."""

from collections.abc import Sequence
from datetime import date

from clinic.shared.errors import Conflict
from treatments.domain import rules


class NotAllowedByRules(Conflict):
    """A limit or a safety rule stops what is wanted on this day.

    `earliest` is the first day on which nothing would stop it; None if waiting does not help. The
    sentence is for the desk, and nothing clinical is in it, unless it `is_clinical`. `undone` says
    what did not happen; `advice` says what to do where no other day is looked for.
    """

    code = "not_allowed_by_rules"
    title = "Not on this day"

    def __init__(
        self,
        blocks: Sequence[rules.Finding],
        day: date,
        earliest: date | None,
        *,
        is_clinical: bool = False,
        undone: str = "",
        advice: str = "",
    ) -> None:
        self.blocks, self.day, self.earliest = tuple(blocks), day, earliest
        told = [f.message if is_clinical else f.desk_message for f in blocks]
        words = " ".join(dict.fromkeys(told))
        undone = undone or ("Nothing was ordered." if is_clinical else "Nothing was booked.")
        when = advice or _when(day, earliest, undone, is_clinical=is_clinical)
        super().__init__(
            f"{words} {when}",
            details={
                "earliest": earliest.isoformat() if earliest else None,
                "findings": [
                    {
                        "rule": finding.rule,
                        "version": finding.version,
                        "severity": finding.severity.value,
                        "message": message,
                    }
                    for finding, message in zip(blocks, told, strict=True)
                ],
            },
        )


class StoppedByRules(NotAllowedByRules):
    """Somebody who is here goes no further; another day is not what is asked for."""

    title = "A rule stops this visit"


def _when(day: date, earliest: date | None, done: str, *, is_clinical: bool) -> str:
    if earliest is not None and earliest > day:
        return f"The earliest day is {earliest:%A, %B} {earliest.day}, {earliest.year}. {done}"
    ask = "" if is_clinical else "Waiting does not help: ask a physician. "
    return f"{ask}{done}"
