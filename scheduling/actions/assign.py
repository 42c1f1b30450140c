"""Which of several equal rooms (or machines) a visit gets: decided late, changed at any time."""

from datetime import datetime

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.places import make_room, refusals, refuse_overbooked
from scheduling.actions.unchanged import Check
from scheduling.domain.states import HOLDING, MOVABLE, AppointmentStatus
from scheduling.models import Appointment, AppointmentEvent, Reservation, Resource, ResourceKind
from scheduling.queries.rooms import away_then


class NotExchangeable(Conflict):
    """The other room is taken by something that cannot give way."""

    code = "not_exchangeable"
    title = "That one is taken"
    default_sentence = "It is taken then, and cannot be exchanged. Nothing was changed."


@action
def assign_resource(
    *,
    appointment: Appointment,
    old: Resource,
    new: Resource,
    check: Check | None = None,
    by: User,
    now: datetime,
) -> Appointment:
    """Give a visit another room or machine of the same sort, for the whole of its time.

    If exactly one other visit that has not begun is in the way, the two exchange. `check` looks at
    the visit under its lock, and refuses by raising. Raises `Invalid` for one that cannot do what
    is needed, `NotExchangeable` for one that is away or taken, `NotAllowed`.
    """
    require(by, "scheduling.receive")
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("visit_type", "seat", "site").get(pk=appointment.pk)
    if check is not None:
        check(current)
    if AppointmentStatus(current.status) not in HOLDING:
        raise Invalid("This visit takes up no room any more.")
    _check_equal(current, old, new)
    make_room({old.pk, new.pk}, now)
    mine = current.places().filter(resource=old)
    if not mine.exists():
        # Somebody else may have been faster: a conflict, and not a mistake of the asker.
        raise NotExchangeable(f"This visit does not use {old} now. Nothing was changed.")
    _check_open(current, mine, old, new, now)
    in_the_way = _in_the_way(mine, new)
    if in_the_way.exists():
        _exchange(mine, in_the_way, old, new, by, now)
    else:
        # Nothing is in the way there: what was booked over others stands under guard again.
        with refusals():
            mine.update(resource=new, is_overbooked=False)
    _tell_story(current, old, new, by, now)
    return current


def _check_equal(appointment: Appointment, old: Resource, new: Resource) -> None:
    need = appointment.visit_type.needs.filter(kind=old.kind).first()
    if old.kind == ResourceKind.CLINICIAN or new.kind != old.kind or need is None:
        raise Invalid("Only a room is exchanged for a room, and a machine for a machine.")
    able = need.capability_id is None or new.capabilities.filter(pk=need.capability_id).exists()
    if new.site_id != appointment.site_id or not new.is_active or not able or new == old:
        raise Invalid(f"{new} cannot be used for this visit.")


def _check_open(
    appointment: Appointment,
    mine: QuerySet[Reservation],
    old: Resource,
    new: Resource,
    now: datetime,
) -> None:
    """Raises `NotExchangeable` if booking would not give the visit the new one either.

    A visit that stands outside the hours on purpose may stay outside them.
    """
    stretches = list(mine.values_list("during", flat=True))
    away = away_then(THE_CLINIC, appointment.site, [old, new], stretches, now=now)
    is_on_purpose = bool(appointment.overbooking_reason) and old.pk in away
    if new.pk in away and not is_on_purpose:
        raise NotExchangeable(f"{new} is closed or away then. Nothing was changed.")


def _in_the_way(mine: QuerySet[Reservation], new: Resource) -> QuerySet[Reservation]:
    overlaps = Q()
    for during in mine.values_list("during", flat=True):
        overlaps |= Q(during__overlap=during)
    return Reservation.objects.filter(overlaps, resource=new, is_active=True)


def _exchange(
    mine: QuerySet[Reservation],
    in_the_way: QuerySet[Reservation],
    old: Resource,
    new: Resource,
    by: User,
    now: datetime,
) -> None:
    """The other visit takes the old room, this one the new: both or neither."""
    others = {row.appointment for row in in_the_way.select_related("appointment__site")}
    other = others.pop()
    if others or other is None or AppointmentStatus(other.status) not in MOVABLE:
        raise NotExchangeable
    need = other.visit_type.needs.filter(kind=new.kind).first()
    if need and need.capability_id and not old.capabilities.filter(pk=need.capability_id).exists():
        raise NotExchangeable(f"{old} cannot be used for the other visit.")
    _check_open(other, other.places().filter(resource=new, is_active=True), new, old, now)
    ours = list(mine.values_list("pk", flat=True))
    theirs = list(other.places().filter(resource=new).values_list("pk", flat=True))
    # The constraint looks at each row at once: one side steps aside while the other passes.
    Reservation.objects.filter(pk__in=ours).update(is_active=False)
    with refusals():
        Reservation.objects.filter(pk__in=theirs).update(resource=old, is_overbooked=False)
        Reservation.objects.filter(pk__in=ours).update(resource=new, is_overbooked=False)
        Reservation.objects.filter(pk__in=ours).update(is_active=True)
    refuse_overbooked(list(Reservation.objects.filter(pk__in=theirs)))
    _tell_story(other, new, old, by, now)


def _tell_story(
    appointment: Appointment, old: Resource, new: Resource, by: User, now: datetime
) -> None:
    AppointmentEvent.objects.create(
        appointment=appointment,
        step="assign",
        from_status=appointment.status,
        to_status=appointment.status,
        occurred_at=now,
        by=by,
        note=f"{old} → {new}"[:200],
    )
