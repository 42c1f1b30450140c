"""What happens on the day itself: who is in line, and who runs late."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from scheduling.models.appointment import Appointment
from scheduling.models.resource import Resource
from scheduling.models.site import Site


@keep_history()
class QueueTicket(models.Model):
    """The number under which somebody waits: shown where names must not be.

    Given when they arrive; numbers begin at 1 on each local day of a site.
    """

    appointment = models.OneToOneField(
        Appointment, on_delete=models.CASCADE, related_name="queue_ticket"
    )
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="queue_tickets")
    local_date = models.DateField()
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "site", "local_date", "number", name="queue_ticket_is_given_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="queue_ticket_counts_from_one"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Delay(models.Model):
    """How many minutes a clinician runs late on a local day. The newest row of a day counts."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="delays")
    local_date = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delays"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__lte=480), name="delay_is_8_hours_at_most"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["resource", "local_date", "-noted_at"], name="delay_of_resource"),
        ]

    def __str__(self) -> str:
        return f"{self.resource}: {self.minutes} min late on {self.local_date}"
