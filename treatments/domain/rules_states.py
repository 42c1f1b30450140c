"""Where a finding of the rules stands, and who may bring it where."""

from collections.abc import Mapping
from enum import StrEnum


class FindingState(StrEnum):
    """A finding is open until somebody looked at it, and cleared when it holds no more."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    OVERRIDDEN = "overridden"
    CLEARED = "cleared"


FINDING_STEPS: Mapping[FindingState, frozenset[FindingState]] = {
    FindingState.OPEN: frozenset(
        {FindingState.ACKNOWLEDGED, FindingState.OVERRIDDEN, FindingState.CLEARED}
    ),
    FindingState.ACKNOWLEDGED: frozenset({FindingState.OVERRIDDEN, FindingState.CLEARED}),
    FindingState.OVERRIDDEN: frozenset({FindingState.CLEARED}),
    FindingState.CLEARED: frozenset(),
}
# Those that still say something about what is planned.
LIVE = frozenset(FindingState) - {FindingState.CLEARED}


class SubjectKind(StrEnum):
    """What a finding is about. The calendar stands above, so a visit is named by its id only."""

    APPOINTMENT = "appointment"
    PROCEDURE = "procedure"
    COURSE = "course"
    ORDER = "order"
    PATIENT = "patient"


# Who may say that they have seen it, and who may go on although it stops.
MAY_ACKNOWLEDGE = "treatments.acknowledge_finding"
MAY_OVERRIDE = "treatments.override_rule"
