"""The kinds of rules, one module each: what a record of the kind says, and how it looks.

A kind with several checks is told apart by `check` in the params of a record.
"""

from collections.abc import Mapping
from typing import Any

from treatments.domain.rules.kinds.documentation import Documentation
from treatments.domain.rules.kinds.dose_cap import DailyMaximum, RollingDose, SessionDose
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.kinds.level_cap import LevelCap
from treatments.domain.rules.kinds.prerequisite import (
    ConservativeCare,
    PriorResponses,
    RepeatAfterRelief,
)

CHECKS: Mapping[str, Mapping[str, type[Any]]] = {
    "frequency_cap": {"": FrequencyCap},
    "interval": {"": Interval},
    "level_cap": {"": LevelCap},
    "dose_cap": {"session": SessionDose, "rolling": RollingDose, "daily": DailyMaximum},
    "prerequisite": {
        "responses": PriorResponses,
        "repeat": RepeatAfterRelief,
        "care": ConservativeCare,
    },
    "exclusion": {"": Exclusion},
    "documentation": {"": Documentation},
}
