"""What payers allowed people, with how much of it is used: counted, never kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from clinic.accounts.models import Viewer
from treatments.domain.authorizations import Allowance
from treatments.domain.courses import Grant, Use, used_units
from treatments.models import (
    PriorAuthorization,
    Procedure,
    TherapyVisit,
    TreatmentCourse,
    VisitOutcome,
)


@dataclass(frozen=True)
class Allowed:
    """An authorization that was not withdrawn, and what is left of it."""

    grant: Grant
    patient_id: UUID
    allowance: Allowance

    def is_for(self, course: TreatmentCourse) -> bool:
        """Whether visits of the course may use it."""
        if self.grant.course is not None:
            return bool(self.grant.course == course.pk)
        same = self.grant.treatment == course.treatment_id
        return same and self.patient_id == course.patient_id


def allowed_to(viewer: Viewer, people: Iterable[UUID]) -> list[Allowed]:
    """Everything that payers allowed these people and did not withdraw; at most three queries.

    Counted over all of it at once, for each visit uses one unit of one authorization. Whoever asks
    has looked at what the viewer may see.
    """
    people = set(people)
    rows = list(PriorAuthorization.objects.filter(patient__in=people, revoked_at__isnull=True))
    if not rows:
        return []
    grants: dict[UUID, list[Grant]] = defaultdict(list)
    for r in rows:
        grants[r.patient_id].append(
            Grant(r.pk, r.course_id, r.treatment_id, r.units, r.valid_from, r.valid_until)
        )
    uses = _uses(grants)
    return [
        Allowed(grant, patient, _allowance(grant, used[grant.key]))
        for patient, own in grants.items()
        for used in [used_units(own, uses.get(patient, []))]
        for grant in own
    ]


def _allowance(grant: Grant, used: int) -> Allowance:
    return Allowance(grant.units, used, grant.valid_from, grant.valid_until)


def _uses(people: Collection[UUID]) -> Mapping[UUID, list[Use]]:
    """What was done here. What another clinic did was paid for by another authorization."""
    visits = TherapyVisit.objects.filter(
        course__patient__in=people, outcome=VisitOutcome.ATTENDED
    ).values_list("occurred_at", "course_id", "course__treatment_id", "course__patient_id")
    procedures = (
        Procedure.objects.done_here()
        .filter(patient__in=people)
        .values_list("performed_at", "course_id", "treatment_id", "patient_id")
    )
    zone = timezone.get_current_timezone()
    uses: dict[UUID, list[Use]] = defaultdict(list)
    for at, course, treatment, patient in [*visits, *procedures]:
        if at is not None:
            uses[patient].append(Use(at.astimezone(zone).date(), course, str(treatment)))
    return uses
