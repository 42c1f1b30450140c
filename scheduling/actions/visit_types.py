"""Making and changing what can be booked. What is booked already stays as it was booked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from scheduling.actions.sites import NameTaken
from scheduling.domain.codes import code_for
from scheduling.models import Capability, NeedPart, ResourceKind, ResourceNeed, VisitType

PERMISSION = "scheduling.manage_setup"


@dataclass(frozen=True)
class VisitTypeDetails:
    """A kind of visit; lengths are minutes, as on `VisitType`.

    `treatment_id` is the key of what is done at such a visit: limits are asked about it.
    """

    name: str
    public_name: str
    duration_minutes: int
    alignment_minutes: int = 10
    notice_minutes: int = 0
    horizon_days: int = 180
    capacity: int = 1
    rank: int = 100
    treatment_id: str | None = None
    region: str = ""
    needs_fasting: bool = False
    needs_driver: bool = False
    preparation_en: str = ""
    preparation_es: str = ""
    public_name_es: str = ""
    is_bookable_online: bool = False


@dataclass(frozen=True)
class Need:
    """What a visit takes up: all the time, or in `parts` of (offset, minutes; None: to the end)."""

    kind: ResourceKind
    capability: Capability | None = None
    count: int = 1
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    parts: Sequence[tuple[int, int | None]] = field(default_factory=tuple)


@action
def make_visit_type(
    *, details: VisitTypeDetails, needs: Sequence[Need], by: User, now: datetime
) -> VisitType:
    """Something new that can be booked; its code is made from its name and never changes.

    Raises `NameTaken`, `Invalid`, `NotAllowed`.
    """
    require(by, PERMISSION)
    # "new" is the address of the form for another one.
    taken = {"new", *VisitType.objects.values_list("code", flat=True)}
    visit_type = VisitType(code=code_for(details.name, taken), **asdict(details))
    _check(visit_type, needs)
    visit_type.save()
    _replace_needs(visit_type, needs)
    return visit_type


@action
def change_visit_type(
    *,
    visit_type: VisitType,
    details: VisitTypeDetails,
    needs: Sequence[Need],
    by: User,
    now: datetime,
) -> VisitType:
    """What is booked from now on. Raises `NameTaken`, `Invalid`, `NotAllowed`."""
    require(by, PERMISSION)
    for name, value in asdict(details).items():
        setattr(visit_type, name, value)
    _check(visit_type, needs)
    visit_type.save()
    _replace_needs(visit_type, needs)
    return visit_type


@action
def retire_visit_type(*, visit_type: VisitType, by: User, now: datetime) -> VisitType:
    """Offer it no more; what is booked stays. Raises `NotAllowed`."""
    return _switch(visit_type, False, by)


@action
def restore_visit_type(*, visit_type: VisitType, by: User, now: datetime) -> VisitType:
    """Offer it again. Raises `NotAllowed`."""
    return _switch(visit_type, True, by)


def _switch(visit_type: VisitType, is_active: bool, by: User) -> VisitType:
    require(by, PERMISSION)
    visit_type.is_active = is_active
    visit_type.save(update_fields=["is_active"])
    return visit_type


def _check(visit_type: VisitType, needs: Sequence[Need]) -> None:
    same = VisitType.objects.filter(name__iexact=visit_type.name)
    if same.exclude(pk=visit_type.pk).exists():
        raise NameTaken(f"There is a kind of visit called {visit_type.name} already.")
    try:
        visit_type.full_clean(validate_unique=False)
    except ValidationError as error:
        raise Invalid(error.messages[0]) from error
    if not needs:
        raise Invalid("A visit takes up a clinician, a room or a machine at least.")
    if len({need.kind for need in needs}) < len(needs):
        raise Invalid("Say each of clinician, room and equipment once; “how many” says the rest.")
    for need in needs:
        _check_parts(visit_type, need)


def _check_parts(visit_type: VisitType, need: Need) -> None:
    what = ResourceKind(need.kind).label
    length = visit_type.duration_minutes
    ended = 0
    for offset, minutes in sorted(need.parts, key=lambda part: part[0]):
        end = length if minutes is None else offset + minutes
        if offset < ended:
            raise Invalid(f"{what}: two parts of the visit overlap.")
        if end > length or offset >= length:
            raise Invalid(f"{what}: a part lies outside the visit, which lasts {length} minutes.")
        ended = end


def _replace_needs(visit_type: VisitType, needs: Sequence[Need]) -> None:
    """A need is known by its kind; the row of a kind that stays is kept."""
    visit_type.needs.exclude(kind__in=[need.kind for need in needs]).delete()
    for need in needs:
        row = visit_type.needs.filter(kind=need.kind).first() or ResourceNeed(
            visit_type=visit_type, kind=need.kind
        )
        row.capability, row.count = need.capability, need.count
        row.buffer_before_minutes = need.buffer_before_minutes
        row.buffer_after_minutes = need.buffer_after_minutes
        try:
            row.full_clean(validate_unique=False)
        except ValidationError as error:
            raise Invalid(error.messages[0]) from error
        row.save()
        row.parts.all().delete()
        NeedPart.objects.bulk_create(
            NeedPart(need=row, offset_minutes=offset, duration_minutes=minutes)
            for offset, minutes in need.parts
        )
