"""What somebody answers by a link of theirs: how they are, and their scores, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clinic.shared.actions import action
from treatments.actions.alarms import Told, tell_well_being
from treatments.actions.follow_ups import OPEN
from treatments.actions.outcomes import Answered, record_own_responses
from treatments.models import FollowUp, Instrument, Occasion, Respondent, WellBeing


@action
def answer_by_link(
    *,
    follow_up: FollowUp,
    told: Told,
    scores: Mapping[Instrument, Mapping[str, Any]],
    by: None,
    now: datetime,
) -> WellBeing:
    """Write down what a link's holder answered; scores count while they are asked for.

    Who answers once more, because something has changed, is heard again; their scores are not
    taken twice. Raises `Invalid`, `TooManyAnswers`.
    """
    is_asked = follow_up.status in OPEN
    said = tell_well_being(
        patient=follow_up.patient, told=told, follow_up=follow_up, by=by, now=now
    )
    if is_asked and said.told_at == now:
        answered = [
            Answered(
                instrument=instrument,
                answers=answers,
                authored_at=now,
                respondent=Respondent.PATIENT,
                occasion=Occasion.FOLLOW_UP if _has_cause(follow_up) else Occasion.ROUTINE,
                procedure=follow_up.procedure,
                course=follow_up.course,
            )
            for instrument, answers in scores.items()
            if answers
        ]
        record_own_responses(patient=follow_up.patient, answered=answered, by=by, now=now)
    return said


def _has_cause(follow_up: FollowUp) -> bool:
    return follow_up.procedure_id is not None or follow_up.course_id is not None
