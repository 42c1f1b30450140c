"""The clinical rules when a course is ordered: refused, or filed with what was said to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from clinic.accounts.models import User
from clinic.shared.errors import NotAllowed
from treatments.actions.findings import (
    Answered,
    Looked,
    check_reason,
    file_findings,
    not_overridden,
)
from treatments.actions.limits import NotAllowedByRules
from treatments.domain.course_orders import Detail
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_states import MAY_OVERRIDE, SubjectKind
from treatments.facts.assess import Assessment, assess, proposal_of_order
from treatments.facts.known import known
from treatments.facts.people import clinic_zone
from treatments.models import TreatmentCourse

if TYPE_CHECKING:
    from treatments.actions.course_orders import CourseOrder


@dataclass(frozen=True)
class OrderVerdict:
    """What the rules say about an order that may go on, for its first day."""

    assessment: Assessment
    on: date
    answered: Answered


def ask_about_order(
    order: "CourseOrder",
    detail: Detail,
    *,
    today: date,
    by: User,
    planned: TreatmentCourse | None = None,
) -> OrderVerdict:
    """What the rules say about an order, or about a `planned` course that begins as it was ordered.

    What somebody went on in spite of when it was planned is asked again only if other rows are
    counted now. Raises `NotAllowedByRules` in clinical words for what they stop, unless
    `order.override_reason` is given by somebody who may; `NotAllowed` and `Invalid` for a reason
    that may not be.
    """
    told, on = known(), order.start_date or today
    days = (on, order.end_date)
    replaced = str(order.follows.pk) if order.follows else ""
    proposal = proposal_of_order(told, order.treatment.pk, detail, days, Stage.ORDER, key=replaced)
    found = assess(order.patient.pk, proposal, on, zone=clinic_zone(), known_now=told)
    blocks, reason = found.blocks(on), order.override_reason.strip()
    if planned is not None:
        blocks = not_overridden(blocks, SubjectKind.COURSE, planned.pk)
    if blocks and not reason:
        raise NotAllowedByRules(blocks, on, found.earliest(on).on, is_clinical=True)
    if blocks:
        if not by.has_perm(MAY_OVERRIDE):
            raise NotAllowed("Only a physician can go on although a rule says no.")
        check_reason(reason)
    return OrderVerdict(found, on, Answered(order.seen, reason if blocks else ""))


def file_for_course(
    course: TreatmentCourse,
    verdict: OrderVerdict,
    *,
    is_new: bool = True,
    by: User,
    now: datetime,
) -> None:
    """Write down what the rules said about a course that is ordered or begun now."""
    found = verdict.assessment.on(verdict.on)
    one = Looked(
        course.patient_id, SubjectKind.COURSE, str(course.pk), verdict.on, Stage.ORDER, found
    )
    rows = dict(verdict.assessment.known.rows)
    file_findings([one], rows, answered=verdict.answered, is_new=is_new, by=by, now=now)
