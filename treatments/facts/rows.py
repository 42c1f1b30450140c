"""The rows that facts are made of, in four statements for however many people."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.shared.prepared import all_rows
from treatments.domain.recognized import (
    MEASURES,
)
from treatments.domain.states import COUNTED

_PRESENT = ["active", "recurrence", "relapse"]


@dataclass
class Collected:
    """The rows of one person, as they come."""

    person: tuple[Any, ...] | None = None
    procedures: list[tuple[Any, ...]] = field(default_factory=list)
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    courses: list[tuple[Any, ...]] = field(default_factory=list)
    small: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))


def collect(patient_ids: list[UUID]) -> dict[UUID, Collected]:
    """The rows of these people by their ids; nobody is left out who was asked for."""
    found: dict[UUID, Collected] = defaultdict(Collected)
    asked: dict[str, Any] = {
        "patients": patient_ids,
        "counted": sorted(COUNTED),
        "present": _PRESENT,
        "measures": "|".join(word for words in MEASURES.values() for word in map(_plain, words)),
    }
    for row in all_rows(_statement("procedures"), asked):
        found[row[0]].procedures.append(_opened(row[1:]))
    for row in all_rows(_statement("scores"), asked):
        found[row[0]].answers.append(row[1:])
    for row in all_rows(_statement("courses"), asked):
        found[row[0]].courses.append(_opened(row[1:]))
    for row in all_rows(_statement("small"), asked):
        found[row[0]].small[row[1]].append(_opened(row[2:]))
    return found


def _opened(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose last column is JSON, which comes as text."""
    *plain, told = row
    return (*plain, json.loads(told) if isinstance(told, str) else told)


@cache
def _statement(name: str) -> str:
    return (Path(__file__).parent / f"{name}.sql").read_text()


def _plain(word: str) -> str:
    return word.replace("[", r"\[")


def local_day(text: str, zone: ZoneInfo) -> date:
    """The day of an instant that is told as text."""
    return datetime.fromisoformat(text).astimezone(zone).date()


def day_of(at: datetime | None, zone: ZoneInfo) -> date | None:
    """The day of an instant, if there is one."""
    return at.astimezone(zone).date() if at else None
