"""Red flags of a person that nobody has answered yet: what is said at every booking.

Nobody's permission is asked here: the words go to an action, or are shown as the viewer may read.
"""

from uuid import UUID

from clinic.shared.prepared import first_row
from treatments.domain.rules.finding import PRESSING, Severity
from treatments.domain.rules.finding import Finding as Found
from treatments.domain.rules_states import FindingState
from treatments.models import Finding

EMERGENCY = "emergency"
_FOUND = """
SELECT EXISTS (SELECT FROM treatments_finding
                WHERE patient_id = %(patient)s AND state = %(open)s AND urgency = %(emergency)s)
"""
_HAS_EMERGENCY = f"""
{_FOUND}
    OR EXISTS (SELECT FROM treatments_wellbeing
                WHERE patient_id = %(patient)s AND urgency = %(emergency)s AND settled_at IS NULL)
"""


def urgent_rows(patient_id: UUID) -> list[Finding]:
    """The open findings about somebody that cannot wait, emergencies first, in one query."""
    rows = Finding.objects.filter(
        patient=patient_id, state=FindingState.OPEN, urgency__in=sorted(PRESSING)
    )
    # The words sort as they weigh: emergency, same day.
    return list(rows.select_related("rule").order_by("urgency", "rule_key", "pk"))


def emergency_rows(patient_id: UUID) -> list[Finding]:
    """The emergencies among them. Mostly there is none, which one planned statement says."""
    row = first_row(_FOUND, _told(patient_id))
    if not row or not row[0]:
        return []
    return [finding for finding in urgent_rows(patient_id) if finding.urgency == EMERGENCY]


def has_emergency(patient_id: UUID) -> bool:
    """Whether somebody told of an emergency that no clinician has settled yet, in one query.

    Until then nothing is booked in the portal: an answer that is changed afterwards is no way out.
    """
    row = first_row(_HAS_EMERGENCY, _told(patient_id))
    return bool(row and row[0])


def _told(patient_id: UUID) -> dict[str, object]:
    return {"patient": patient_id, "emergency": EMERGENCY, "open": FindingState.OPEN.value}


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
