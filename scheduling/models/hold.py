"""A time that is kept for somebody while they decide."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history
from patients.models import Patient
from patients.models.patient import UUID7
from scheduling.models.group import GroupSeat
from scheduling.models.site import Site
from scheduling.models.visit_type import REGIONS, VisitType
from treatments.domain.spine import Region


class HoldQuerySet(models.QuerySet["Hold"]):
    """The words for picking holds."""

    def alive(self, now: datetime) -> "HoldQuerySet":
        """Those that hold: what ran out holds no more, cleared away or not."""
        return self.filter(status=HoldStatus.HELD, expires_at__gt=now)


class HoldStatus(models.TextChoices):
    """What became of a hold."""

    HELD = "held", "Held"
    BOOKED = "booked", "Booked"
    RELEASED = "released", "Let go"
    EXPIRED = "expired", "Ran out"


@keep_history()
class Hold(models.Model):
    """A visit that may come: its places are taken until `expires_at`, and not a second longer.

    What it takes up are reservations of kind `hold` under the same constraint as visits, each with
    the same `expires_at`: nobody can book into them. `held_by` is empty for a hold that the clinic
    placed by itself (an offer from the waitlist). `appointment` is the visit that came of it,
    `region` where it is for, if somebody said so. A place in a group that is there is held as a
    `seat`: it takes up nothing else, and counts like one that is taken. A group that is not there
    yet is held whole, and becomes one with a held seat as soon as somebody else joins.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="holds")
    visit_type = models.ForeignKey(VisitType, on_delete=models.PROTECT, related_name="holds")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="holds")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.TextField(choices=HoldStatus, default=HoldStatus.HELD)
    region = models.TextField(choices=REGIONS, blank=True)
    seat = models.ForeignKey(
        GroupSeat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="holds",
        db_index=False,
    )
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="holds",
    )
    appointment = models.OneToOneField(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hold",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="hold_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(status__in=HoldStatus.values), name="hold_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="hold_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=HoldStatus.BOOKED, appointment__isnull=False)
                | (~Q(status=HoldStatus.BOOKED) & Q(appointment__isnull=True)),
                name="hold_that_was_booked_names_the_visit",
            ),
        ]
        indexes: ClassVar = [
            models.Index("seat", name="hold_of_seat", condition=Q(seat__isnull=False)),
            models.Index("expires_at", name="hold_until", condition=Q(status=HoldStatus.HELD)),
            models.Index(
                fields=["site", "start_at"],
                name="hold_at_site",
                condition=Q(status=HoldStatus.HELD),
            ),
        ]

    def status_at(self, now: datetime) -> HoldStatus:
        """Where it stands: ran out is ran out, also while nobody has cleared it away yet."""
        status = HoldStatus(self.status)
        return HoldStatus.EXPIRED if status == "held" and self.expires_at <= now else status

    def __str__(self) -> str:
        return f"{self.visit_type} {self.start_at:%Y-%m-%d %H:%M}Z, held"
