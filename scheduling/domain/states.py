"""The states of an appointment, and the one table of what may follow what.

The diagram in `docs/architecture.md` is drawn from this table, and a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class AppointmentStatus(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    ROOMED = "roomed"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Step(StrEnum):
    """What a person does to an appointment."""

    CONFIRM = "confirm"
    ARRIVE = "arrive"
    ROOM = "room"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    UNDO = "undo"


_S = AppointmentStatus


@dataclass(frozen=True)
class Transition:
    """One row: from which states a step leads where, what it is called, and what it asks for."""

    sources: frozenset[AppointmentStatus]
    target: AppointmentStatus
    label: str
    permission: str


TRANSITIONS: Mapping[Step, Transition] = {
    Step.CONFIRM: Transition(frozenset({_S.BOOKED}), _S.CONFIRMED, "Confirm", "scheduling.book"),
    Step.ARRIVE: Transition(
        frozenset({_S.BOOKED, _S.CONFIRMED}), _S.ARRIVED, "Arrived", "scheduling.receive"
    ),
    Step.ROOM: Transition(frozenset({_S.ARRIVED}), _S.ROOMED, "To room", "scheduling.receive"),
    Step.START: Transition(
        frozenset({_S.ARRIVED, _S.ROOMED}), _S.IN_PROGRESS, "Start", "scheduling.treat"
    ),
    Step.COMPLETE: Transition(
        frozenset({_S.IN_PROGRESS}), _S.COMPLETED, "Complete", "scheduling.treat"
    ),
    Step.CANCEL: Transition(
        frozenset({_S.BOOKED, _S.CONFIRMED, _S.ARRIVED, _S.ROOMED}),
        _S.CANCELLED,
        "Cancel",
        "scheduling.cancel",
    ),
    Step.NO_SHOW: Transition(
        frozenset({_S.BOOKED, _S.CONFIRMED}), _S.NO_SHOW, "No-show", "scheduling.cancel"
    ),
}

# Taking a step back is not a row above: where it leads is written in the appointment's story.
UNDO_PERMISSION = "scheduling.cancel"

# What people read of a state, on chips, cards and in sentences alike.
STATUS_WORDS: Mapping[AppointmentStatus, str] = {
    AppointmentStatus.BOOKED: "Booked",
    AppointmentStatus.CONFIRMED: "Confirmed",
    AppointmentStatus.ARRIVED: "Arrived",
    AppointmentStatus.ROOMED: "In a room",
    AppointmentStatus.IN_PROGRESS: "In progress",
    AppointmentStatus.COMPLETED: "Completed",
    AppointmentStatus.CANCELLED: "Cancelled",
    AppointmentStatus.NO_SHOW: "Did not come",
}

# While an appointment stands here, its clinician, room and equipment are taken.
HOLDING = frozenset(_S) - {_S.CANCELLED, _S.NO_SHOW}

# From these a visit may be given another time: it has not begun.
MOVABLE = frozenset({_S.BOOKED, _S.CONFIRMED})

# The clinician has not begun yet: such a visit can still be stranded by a change of hours.
NOT_BEGUN = MOVABLE | {_S.ARRIVED, _S.ROOMED}

# What the one primary button of a board row does next.
NEXT_STEP: Mapping[AppointmentStatus, Step] = {
    _S.BOOKED: Step.ARRIVE,
    _S.CONFIRMED: Step.ARRIVE,
    _S.ARRIVED: Step.ROOM,
    _S.ROOMED: Step.START,
    _S.IN_PROGRESS: Step.COMPLETE,
}


def is_time_for(step: Step, start_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the hour allows a step with a visit that begins then, by the clock of its site.

    One arrives on the day of the visit, and has missed it only when it has begun.
    """
    if step == Step.ARRIVE:
        return start_at.astimezone(zone).date() == now.astimezone(zone).date()
    return step != Step.NO_SHOW or now >= start_at


def allowed_steps(status: AppointmentStatus) -> frozenset[Step]:
    """The steps that lead on from `status`."""
    return frozenset(step for step, row in TRANSITIONS.items() if status in row.sources)


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> booked"]
    for step, row in TRANSITIONS.items():
        lines += [
            f"    {source} --> {row.target}: {step}"
            for source in AppointmentStatus
            if source in row.sources
        ]
    ends = (s for s in AppointmentStatus if not allowed_steps(s))
    return "\n".join([*lines, *(f"    {end} --> [*]" for end in ends)])
