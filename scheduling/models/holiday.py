"""Days on which a site keeps other hours."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from scheduling.models.site import Site


class Holiday(models.Model):
    """A named day on which a site is closed, or open from `opens` to `closes` by its wall clock.

    Rows come from a public calendar and are the manager's to change. A day that is not
    `is_observed` is like any other; its row stays, so that loading the calendar again leaves it be.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="holidays")
    local_date = models.DateField()
    name = models.CharField(max_length=100)
    is_observed = models.BooleanField(default=True)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["local_date"]
        constraints: ClassVar = [
            models.UniqueConstraint("site", "local_date", name="holiday_is_listed_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__gt=F("opens")),
                name="holiday_hours_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.name}, {self.local_date}"
