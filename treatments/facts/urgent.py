"""Red flags of a person that nobody has answered yet: what is said at every booking.

Nobody's permission is asked here: the words go to an action, or are shown as the viewer may read.
"""

from uuid import UUID

from treatments.domain.rules.finding import PRESSING, Severity
from treatments.domain.rules.finding import Finding as Found
from treatments.domain.rules_states import FindingState
from treatments.models import Finding, WellBeing

EMERGENCY = "emergency"


def urgent_rows(patient_id: UUID) -> list[Finding]:
    """The open findings about somebody that cannot wait, emergencies first, in one query."""
    rows = Finding.objects.filter(
        patient=patient_id, state=FindingState.OPEN, urgency__in=sorted(PRESSING)
    )
    # The words sort as they weigh: emergency, same day.
    return list(rows.select_related("rule").order_by("urgency", "rule_key", "pk"))


def has_emergency(patient_id: UUID) -> bool:
    """Whether somebody told of an emergency that no clinician has settled yet, in two queries.

    Until then nothing is booked in the portal: an answer that is changed afterwards is no way out.
    """
    if any(row.urgency == EMERGENCY for row in urgent_rows(patient_id)):
        return True
    alarms = WellBeing.objects.filter(patient=patient_id, urgency=EMERGENCY)
    return alarms.filter(settled_at__isnull=True).exists()


def as_found(row: Finding) -> Found:
    """A filed one as the rules told it: an emergency stops, whatever it is booked for."""
    severity = Severity.BLOCK if row.urgency == EMERGENCY else Severity(row.severity)
    return Found(
        rule=row.rule_key,
        version=row.rule.version,
        severity=severity,
        message=row.message,
        desk_message=row.desk_message,
        urgency=row.urgency,
    )
