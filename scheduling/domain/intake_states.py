"""What a board says of what people tell before a visit: that it is there, and nothing of it."""

from collections.abc import Mapping
from enum import StrEnum


class IntakeState(StrEnum):
    """Whether somebody told what we ask before a visit, and whether staff looked through it."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    TO_LOOK_AT = "to_look_at"


INTAKE_WORDS: Mapping[IntakeState, str] = {
    IntakeState.NOT_SENT: "No intake yet",
    IntakeState.SENT: "Intake sent",
    IntakeState.TO_LOOK_AT: "Intake to look at",
}
