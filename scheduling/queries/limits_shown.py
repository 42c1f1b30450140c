"""What the rules say about a visit, in the words that the viewer may read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer, as_user
from clinic.audit.reading import record_read
from patients.models import Patient
from treatments.domain.rules import Finding
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.unrecorded import gathered, not_recorded
from treatments.domain.rules_states import MAY_OVERRIDE
from treatments.facts.assess import Assessment
from treatments.facts.urgent import EMERGENCY, urgent_rows
from treatments.queries.findings import may_read_findings


@dataclass(frozen=True)
class Told:
    """One line as it is read. The desk reads nothing clinical, nor what is missing."""

    rules: tuple[str, ...]
    words: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class LimitsShown:
    """What stops a visit on a day, what warns on the first day that passes, and which day that is.

    `earliest` is None if waiting does not help; `day` is the one that was asked for.
    """

    day: date
    earliest: date | None
    stops: list[Told]
    warns: list[Told]
    may_override: bool
    may_acknowledge: bool

    @property
    def is_stopped(self) -> bool:
        """Whether the day that was asked for is refused."""
        return bool(self.stops)


@dataclass(frozen=True)
class Urgent:
    """A red flag that nobody has answered: the words to say; `is_emergency` lets nothing go on."""

    words: str
    is_emergency: bool


def urgent_of(viewer: Viewer, patient: Patient) -> list[Urgent]:
    """What is to be said before anything is booked for somebody; emergencies first.

    In the words for the desk, which are made to be said. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.find_slots")
    rows = urgent_rows(patient.pk)
    if rows:
        record_read(viewer, "limits", [patient.pk])
    told = {row.desk_message: row.urgency == EMERGENCY for row in reversed(rows)}
    found = [Urgent(words, is_emergency) for words, is_emergency in told.items()]
    return sorted(found, key=lambda one: not one.is_emergency)


def may_go_on(viewer: Viewer) -> bool:
    """Whether somebody may go on although a rule stops it."""
    user = as_user(viewer)
    return user is not None and user.has_perm(MAY_OVERRIDE)


def shown_limits(
    viewer: Viewer, assessment: Assessment, patient: Patient, day: date, *, now: datetime
) -> LimitsShown:
    """What to show about a day. Raises `NotAllowed` for whoever does not see free times."""
    user = require(viewer, "scheduling.find_slots")
    stops = assessment.blocks(day)
    earliest = assessment.earliest(day).on if stops else day
    warns = [f for f in assessment.on(earliest or day) if f.severity is Severity.WARN]
    may_read = bool(stops or warns) and may_read_findings(viewer, patient, now=now)
    if stops or warns:
        record_read(viewer, "limits", [patient.pk])
    return LimitsShown(
        day,
        earliest,
        _told(stops, may_read=may_read),
        _told(warns, may_read=may_read),
        user.has_perm(MAY_OVERRIDE),
        may_read,
    )


def _told(findings: Iterable[Finding], *, may_read: bool) -> list[Told]:
    """Findings in words for clinicians, or for the desk: there each sentence once.

    Those that wait for what is not recorded are one line for either.
    """
    told = [
        _line(line, may_read=may_read)
        for line in gathered(findings, of=lambda found: found, about=lambda _found: "")
    ]
    if may_read:
        return told
    once: dict[str, Told] = {}
    for line in told:
        once.setdefault(line.words, line)
    return list(once.values())


def _line(line: Sequence[Finding], *, may_read: bool) -> Told:
    rules, (first, *others) = tuple(finding.rule for finding in line), line
    if others:
        return Told(rules, not_recorded(line) if may_read else NOT_RECORDED)
    if may_read:
        return Told(rules, first.message, first.missing)
    return Told(rules, first.desk_message)


NOT_RECORDED = "Something that rules ask for is not recorded yet."
