"""What the rules say about a visit, in the words that the viewer may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from patients.models import Patient
from treatments.domain.rules import Finding
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, MAY_OVERRIDE
from treatments.facts.assess import Assessment


@dataclass(frozen=True)
class Told:
    """One finding as it is read. The desk reads nothing clinical, nor what is missing."""

    rule: str
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


def shown_limits(
    viewer: Viewer, assessment: Assessment, patient: Patient, day: date, *, now: datetime
) -> LimitsShown:
    """What to show about a day. Raises `NotAllowed` for whoever does not see free times."""
    user = require(viewer, "scheduling.find_slots")
    stops = assessment.blocks(day)
    earliest = assessment.earliest(day).on if stops else day
    warns = [f for f in assessment.on(earliest or day) if f.severity is Severity.WARN]
    may_read = user.has_perm(MAY_ACKNOWLEDGE) and bool(stops or warns)
    if may_read:
        people = Patient.objects.filter(pk=patient.pk)
        may_read = people.cared_for_by(user, now=now).exists()
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
    """Findings in words for clinicians, or for the desk: there each sentence once."""
    if may_read:
        return [Told(f.rule, f.message, f.missing) for f in findings]
    once: dict[str, Told] = {}
    for finding in findings:
        once.setdefault(finding.desk_message, Told(finding.rule, finding.desk_message))
    return list(once.values())
