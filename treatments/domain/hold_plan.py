"""The words of a hold plan: what a person is told to stop before a procedure, and to take again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Held:
    """One drug of a plan, as a page shows it. `key` is the row of the medicine."""

    key: str
    label: str
    hold: str
    last_dose_on: date | None
    last_dose_by: datetime | None
    restart_hours: int | None
    is_shared: bool
    needs_inr: bool
    needs_prescriber: bool
    notes: tuple[str, ...]
    confidence: str
    told_last_dose: date | None = None

    @property
    def is_late(self) -> bool:
        """Whether the person took it after the last day on which they might."""
        return bool(
            self.told_last_dose and self.last_dose_on and self.told_last_dose > self.last_dose_on
        )

    @property
    def is_unconfirmed(self) -> bool:
        """Whether nobody has confirmed the number in a document."""
        return self.confidence in {"B", "D"}


def held_rows(rows: Iterable[Mapping[str, Any]], told: Mapping[str, str]) -> list[Held]:
    """The drugs of a plan with what the person told about their last doses."""
    return [
        Held(
            key=row["key"],
            label=row["label"],
            hold=row["hold"],
            last_dose_on=_day(row.get("last_dose_on")),
            last_dose_by=_instant(row.get("last_dose_by")),
            restart_hours=row.get("restart_hours"),
            is_shared=bool(row.get("is_shared")),
            needs_inr=bool(row.get("needs_inr")),
            needs_prescriber=bool(row.get("needs_prescriber")),
            notes=tuple(row.get("notes") or ()),
            confidence=row.get("confidence", ""),
            told_last_dose=_day(told.get(row["key"])),
        )
        for row in rows
    ]


def drafted(rows: Sequence[Held], zone: ZoneInfo) -> str:
    """What the person could be told, for a clinician to correct and approve."""
    return "\n".join(
        [_sentence(row, zone) for row in rows]
        + ["Do not stop any other medicine. If you are not sure, call us before you stop one."]
    )


def _sentence(row: Held, zone: ZoneInfo) -> str:
    if row.is_shared or (row.last_dose_on is None and row.last_dose_by is None):
        return f"{row.label}: keep taking it until we have talked with you about it."
    when = _words(row.last_dose_on) if row.last_dose_on else ""
    if row.last_dose_by:
        local = row.last_dose_by.astimezone(zone)
        when = f"{_words(local.date())}, before {local:%-I:%M %p}"
    again = "Ask us when to start again."
    if row.restart_hours:
        hours = f"{row.restart_hours} hours after the procedure"
        again = f"Start again {hours}, unless we say otherwise."
    return f"{row.label}: take the last dose on {when}. {again}"


def _words(day: date) -> str:
    return f"{day:%A, %B} {day.day}"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
