"""What a rule found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from treatments.domain.rules.facts import Evidence


class Severity(StrEnum):
    """How much it weighs. `block` needs a permitted person's reason, `warn` somebody's eyes."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


# Words of the red flags for what waits for no appointment.
PRESSING = frozenset({"emergency", "same_day"})


@dataclass(frozen=True)
class HeldDrug:
    """When one drug is stopped before a procedure and taken again after it.

    `last_dose_on` is the last day on which it may be taken (local day). Where the hold is counted
    in `hours`, `last_dose_by` is the last instant, if the time of the procedure is known.
    `is_shared` means: clinicians decide together, there is no number. `restart_hours` count from
    the end of the procedure. `confidence` is that of the number (clinical rules, section 0.1).
    """

    key: str
    label: str
    drug: str
    bleeding_class: str
    hold: str
    hours: int | None = None
    last_dose_on: date | None = None
    last_dose_by: datetime | None = None
    restart_hours: int | None = None
    is_shared: bool = False
    needs_inr: bool = False
    needs_prescriber: bool = False
    notes: tuple[str, ...] = ()
    confidence: str = ""


@dataclass(frozen=True)
class Finding:
    """One rule's objection, with what it rests on.

    `clears_on` is the first day on which this rule would weigh less, if nothing else changed; None
    if waiting does not help. `missing` names what is not known; then the rule only could apply.
    `urgency` is how soon somebody must act (a word of the red flags), `holds` what is to be stopped
    before, drug by drug.
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
    urgency: str = ""
    holds: tuple[HeldDrug, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether everything that the rule needs was known."""
        return not self.missing


@dataclass(frozen=True)
class Objection:
    """What a kind of rule answers; the engine makes a `Finding` of it.

    `severity` is that of a step, for rules with steps; the rule's own is the most it can be. With
    `say` whoever proposes it can tell what is missing, and it weighs in full until they do.
    `words` are told instead of the rule's message, where that would say more than is known.
    """

    because: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    clears_on: date | None = None
    window: tuple[date, date] | None = None
    severity: Severity | None = None
    holds: tuple[HeldDrug, ...] = ()
    say: str = ""
    words: str = ""
