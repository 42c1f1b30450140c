"""The states of what is written down, of courses and of follow-ups; each in one table."""

from collections.abc import Mapping
from enum import StrEnum


class RecordStatus(StrEnum):
    """Where a consultation or a procedure stands as a document.

    A signed document never changes. A correction is a new version that replaces it; the old one is
    then `amended`, stays readable, and counts no more. `outside` is what another clinic did.
    """

    DRAFT = "draft"
    SIGNED = "signed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered_in_error"
    OUTSIDE = "outside"


RECORD_STEPS: Mapping[RecordStatus, frozenset[RecordStatus]] = {
    RecordStatus.DRAFT: frozenset({RecordStatus.SIGNED}),
    RecordStatus.SIGNED: frozenset({RecordStatus.AMENDED, RecordStatus.ENTERED_IN_ERROR}),
    RecordStatus.AMENDED: frozenset(),
    RecordStatus.ENTERED_IN_ERROR: frozenset(),
    RecordStatus.OUTSIDE: frozenset({RecordStatus.ENTERED_IN_ERROR}),
}
# What limits and reports count.
COUNTED = frozenset({RecordStatus.SIGNED, RecordStatus.OUTSIDE})
# What the database lets nobody rewrite.
FROZEN = frozenset({RecordStatus.SIGNED, RecordStatus.AMENDED, RecordStatus.ENTERED_IN_ERROR})


class CourseStatus(StrEnum):
    """Where a course of treatment stands (FHIR R4 CarePlan: draft, active, on-hold, …)."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"


COURSE_STEPS: Mapping[CourseStatus, frozenset[CourseStatus]] = {
    CourseStatus.PLANNED: frozenset({CourseStatus.ACTIVE, CourseStatus.STOPPED}),
    CourseStatus.ACTIVE: frozenset(
        {CourseStatus.PAUSED, CourseStatus.COMPLETED, CourseStatus.STOPPED}
    ),
    CourseStatus.PAUSED: frozenset({CourseStatus.ACTIVE, CourseStatus.STOPPED}),
    CourseStatus.COMPLETED: frozenset(),
    CourseStatus.STOPPED: frozenset(),
}
# What a person presses for each step, by where it leads.
COURSE_WORDS: Mapping[CourseStatus, str] = {
    CourseStatus.ACTIVE: "Begin",
    CourseStatus.PAUSED: "Pause",
    CourseStatus.COMPLETED: "Complete",
    CourseStatus.STOPPED: "Stop",
}
# These steps are taken for a reason, which stays.
COURSE_REASONS = frozenset({CourseStatus.PAUSED, CourseStatus.STOPPED})
# A course that goes on, and may be counted on.
RUNNING = frozenset({CourseStatus.ACTIVE, CourseStatus.PAUSED})


class FollowUpStatus(StrEnum):
    """Where a follow-up stands (FHIR R4 Task: requested, in-progress, completed, …)."""

    REQUESTED = "requested"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


FOLLOW_UP_STEPS: Mapping[FollowUpStatus, frozenset[FollowUpStatus]] = {
    FollowUpStatus.REQUESTED: frozenset(
        {FollowUpStatus.IN_PROGRESS, FollowUpStatus.COMPLETED, FollowUpStatus.CANCELLED}
    ),
    FollowUpStatus.IN_PROGRESS: frozenset({FollowUpStatus.COMPLETED, FollowUpStatus.CANCELLED}),
    FollowUpStatus.COMPLETED: frozenset(),
    FollowUpStatus.CANCELLED: frozenset(),
}


def course_mermaid() -> str:
    """The table of courses as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", f"    [*] --> {CourseStatus.PLANNED}"]
    lines += [
        f"    {source} --> {target}: {COURSE_WORDS[target].lower()}"
        for source, targets in COURSE_STEPS.items()
        for target in CourseStatus
        if target in targets
    ]
    ends = (status for status, targets in COURSE_STEPS.items() if not targets)
    return "\n".join([*lines, *(f"    {end} --> [*]" for end in ends)])
