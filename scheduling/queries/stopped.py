"""Who is here and goes no further, because a rule stops the visit and nobody gave a reason yet."""

from collections.abc import Iterable
from uuid import UUID

from clinic.accounts.models import Viewer
from clinic.shared.errors import NotAllowed
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_states import SubjectKind
from treatments.models import Finding

_MAY = ("scheduling.view_board", "scheduling.view_own_day")


def stopped_visits(viewer: Viewer, visits: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these visits that a rule of the check-in stops. Nothing clinical is told.

    One query, and none for nobody. Raises `NotAllowed`.
    """
    if not any(viewer.has_perm(name) for name in _MAY):
        raise NotAllowed
    keys = [str(pk) for pk in visits]
    if not keys:
        return frozenset()
    rows = Finding.objects.stopping().filter(
        subject_kind=SubjectKind.APPOINTMENT,
        subject_key__in=keys,
        rule__record__stages__contains=Stage.CHECK_IN.value,
    )
    return frozenset(UUID(key) for key in rows.values_list("subject_key", flat=True))
