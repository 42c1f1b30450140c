"""One time for several people: a class, a group education."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from patients.models.patient import UUID7
from scheduling.models.site import Site
from scheduling.models.visit_type import VisitType


class GroupSession(models.Model):
    """A time of a visit type with a capacity above one. It takes up clinician and room once.

    Each person in it has an appointment of their own, in a seat of their own.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    visit_type = models.ForeignKey(
        VisitType, on_delete=models.PROTECT, related_name="group_sessions"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="group_sessions")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="group_ends_after_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["site", "start_at"], name="group_at_site", condition=Q(is_active=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_type} {self.start_at:%Y-%m-%d %H:%M}Z"


class GroupSeat(models.Model):
    """A place for one person in a session.

    It opens with as many as its visit type has then, and gets another for whoever joins when the
    type has become larger. That a seat is taken once is a constraint on appointments.
    """

    session = models.ForeignKey(GroupSession, on_delete=models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint("session", "number", name="group_seat_is_numbered_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="group_seat_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"Seat {self.number}"
