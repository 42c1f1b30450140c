"""Telling people how to prepare: by e-mail in full, by text message only that it is there."""

from datetime import UTC, datetime

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from scheduling.actions.reminders import reach_of
from scheduling.actions.visit_texts import visit_text
from scheduling.models import Appointment
from scheduling.queries.preparations import due_preparations
from scheduling.queries.visit_links import answer_address
from treatments.queries.hold_plans import approved_instructions


@action
def write_due_preparations(*, limit: int, by: str, now: datetime) -> int:
    """Tell at most `limit` people how to prepare; how many were told. Safe twice and by several."""
    due = due_preparations(THE_CLINIC, limit=limit, now=now)
    rows = Appointment.objects.select_related("patient", "site", "visit_type")
    visits = rows.in_bulk([pk for pk, _approved_at in due])
    reach = reach_of(visits.values(), now)
    plans = approved_instructions(THE_CLINIC, visits)
    for pk, approved_at in due:
        visit = visits[pk]
        to = reach.get(visit.patient_id) or Recipient(name=visit.patient.name)
        _tell(visit, to, plans.get(pk, ""), approved_at, by=by, now=now)
    return len(due)


def _tell(
    visit: Appointment,
    to: Recipient,
    plan: str,
    approved_at: datetime | None,
    *,
    by: str,
    now: datetime,
) -> None:
    kind, about = visit.visit_type, f"appointment:{visit.pk}"
    spanish = visit.patient.language == "es"
    approved = f"{approved_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if approved_at else ""
    queue_message(
        kind=MessageKind.PREPARATION,
        to=to,
        text=visit_text(
            "scheduling/messages/preparation",
            visit,
            fasting=kind.needs_fasting,
            driver=kind.needs_driver,
            words=kind.preparation_es if spanish else kind.preparation_en,
            plan=plan,
            link=answer_address(THE_CLINIC, visit),
        ),
        about=about,
        patient_id=visit.patient_id,
        dedupe_key=f"{about}:preparation:{visit.start_at:%Y%m%dT%H%MZ}:{approved}",
        valid_until=visit.start_at,
        by=by,
        now=now,
    )
