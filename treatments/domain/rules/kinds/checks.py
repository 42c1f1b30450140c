"""Which class reads the params of a record: by its kind and, where there are several, its check."""

from collections.abc import Mapping
from typing import Any

from treatments.domain.rules.kinds import (
    dose_cap,
    drug_hold,
    hold_table,
    monitoring,
    prerequisite,
    repeat,
    response,
)
from treatments.domain.rules.kinds.documentation import Documentation, Reminder
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.kinds.level_cap import LevelCap

CHECKS: Mapping[str, Mapping[str, type[Any]]] = {
    "frequency_cap": {"": FrequencyCap},
    "interval": {"": Interval},
    "level_cap": {"": LevelCap},
    "dose_cap": {
        "session": dose_cap.SessionDose,
        "rolling": dose_cap.RollingDose,
        "daily": dose_cap.DailyMaximum,
        "days": dose_cap.DaysTaken,
    },
    "prerequisite": {
        "responses": response.PriorResponses,
        "repeat": repeat.RepeatAfterRelief,
        "care": prerequisite.ConservativeCare,
        "elapsed": prerequisite.Elapsed,
        "one_at_a_time": prerequisite.OneAtATime,
        "renewed": prerequisite.RenewedAfter,
    },
    "drug_hold": {
        "table": hold_table.HoldTable,
        "listed": drug_hold.Listed,
        "unmet": drug_hold.Unmet,
        "inr": drug_hold.ClottingKnown,
        "prescriber": drug_hold.PrescriberAgrees,
        "kidneys": drug_hold.KidneysKnown,
        "restart": drug_hold.RestartTold,
        "not_to_be_held": drug_hold.NotToBeHeld,
    },
    "exclusion": {"": Exclusion},
    "documentation": {"": Documentation, "reminder": Reminder},
    "monitoring": {"time": monitoring.DueAfter, "visits": monitoring.DueAfterVisits},
}
