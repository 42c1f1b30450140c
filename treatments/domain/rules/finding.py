"""What a rule found."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from treatments.domain.rules.facts import Evidence


class Severity(StrEnum):
    """How much it weighs. `block` needs a permitted person's reason, `warn` somebody's eyes."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One rule's objection, with what it rests on.

    `clears_on` is the first day on which this rule would not object, if nothing else changed; None
    if waiting does not help. `missing` names what is not known; then the rule only could apply.
    """

    rule: str
    version: int
    severity: Severity
    message: str
    desk_message: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    clears_on: date | None = None
    counted: str = ""
    window: tuple[date, date] | None = None

    @property
    def is_certain(self) -> bool:
        """Whether everything that the rule needs was known."""
        return not self.missing


@dataclass(frozen=True)
class Objection:
    """What a kind of rule answers; the engine makes a `Finding` of it.

    `severity` replaces the rule's own, for rules with steps.
    """

    because: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    clears_on: date | None = None
    window: tuple[date, date] | None = None
    severity: Severity | None = None
    facts: dict[str, str] = field(default_factory=dict)
