"""What takes up what, when: the only truth about overlap."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from clinic.shared.history import keep_history
from scheduling.models.appointment import Appointment
from scheduling.models.group import GroupSession
from scheduling.models.hold import Hold
from scheduling.models.resource import Resource


class ReservationKind(models.TextChoices):
    """Why a resource is taken."""

    APPOINTMENT = "appointment", "Visit"
    BUFFER = "buffer", "Before or after a visit"
    HOLD = "hold", "Held while somebody decides"
    BLOCK = "block", "Blocked"


@keep_history()
class Reservation(models.Model):
    """One resource for one half-open range of instants.

    The exclusion constraint `resource_is_taken_once` is the guard against double booking; nothing
    else is. A hold stands under the same constraint and so really holds; it stops counting when it
    expires, and the next writer who needs the place removes it. A cancelled visit's reservations
    stay as inactive rows. A deliberate overbooking is an active row outside the constraint. A group
    takes its places once for everybody in it. `note` says why a time is blocked.
    """

    # Each key is the first column of an index below, so it needs none of its own.
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    during = DateTimeRangeField()
    kind = models.TextField(choices=ReservationKind)
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        db_index=False,
    )
    group = models.ForeignKey(
        GroupSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        db_index=False,
    )
    hold = models.ForeignKey(
        Hold,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        db_index=False,
    )
    note = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_overbooked = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="resource_is_taken_once",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True, is_overbooked=False),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False)
                & Q(during__endswith__isnull=False)
                & Q(during__lower_inc=True, during__upper_inc=False),
                name="reservation_is_half_open_and_bounded",
            ),
            models.CheckConstraint(
                condition=Q(
                    Q(appointment__isnull=False, group__isnull=True)
                    | Q(appointment__isnull=True, group__isnull=False),
                    kind__in=[ReservationKind.APPOINTMENT, ReservationKind.BUFFER],
                    hold__isnull=True,
                )
                | Q(
                    kind=ReservationKind.HOLD,
                    appointment__isnull=True,
                    group__isnull=True,
                    hold__isnull=False,
                )
                | Q(
                    kind=ReservationKind.BLOCK,
                    appointment__isnull=True,
                    group__isnull=True,
                    hold__isnull=True,
                ),
                name="reservation_is_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReservationKind.HOLD, expires_at__isnull=False)
                | (~Q(kind=ReservationKind.HOLD) & Q(expires_at__isnull=True)),
                name="reservation_hold_expires",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "resource",
                Func(F("during"), function="lower"),
                name="reservation_of_resource",
                condition=Q(is_active=True),
            ),
            models.Index(
                "appointment",
                name="reservation_of_appointment",
                condition=Q(appointment__isnull=False),
            ),
            # Holds that ran out are looked for before each booking.
            models.Index(
                "resource",
                "expires_at",
                name="reservation_hold_of_resource",
                condition=Q(expires_at__isnull=False),
            ),
            # The few rows outside the exclusion constraint, which has the index for all others.
            models.Index(
                "resource",
                name="reservation_overbooked",
                condition=Q(is_active=True, is_overbooked=True),
            ),
            # Few rows, which are looked for among all that is booked on a day.
            models.Index(
                "resource",
                name="reservation_blocks",
                condition=Q(kind=ReservationKind.BLOCK, is_active=True),
            ),
            models.Index("group", name="reservation_of_group", condition=Q(group__isnull=False)),
            models.Index("hold", name="reservation_of_hold", condition=Q(hold__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.resource}: {self.get_kind_display()}"
