"""When a site is open, when a resource works, and when it does not."""

from typing import ClassVar

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q

from scheduling.models.resource import Resource
from scheduling.models.site import Site


class Weekday(models.IntegerChoices):
    """ISO weekday numbers, as PostgreSQL's `isodow`."""

    MONDAY = 1, "Monday"
    TUESDAY = 2, "Tuesday"
    WEDNESDAY = 3, "Wednesday"
    THURSDAY = 4, "Thursday"
    FRIDAY = 5, "Friday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


class WorkingHours(models.Model):
    """A stretch of a weekday, by the clock on the site's wall.

    Without a resource it is when the site is open. With one it is when that resource is there. A
    clinician is free only within both; a room or machine without hours of its own follows the site.
    `valid_until` is the last day on which the row counts.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="working_hours")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="working_hours"
    )
    weekday = models.SmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "working hours"
        ordering: ClassVar = ["weekday", "opens"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="hours_close_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7), name="hours_weekday_is_1_to_7"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="hours_end_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        who = self.resource or self.site
        return f"{who}: {Weekday(self.weekday).label} {self.opens:%H:%M}–{self.closes:%H:%M}"


class TimeOff(models.Model):
    """When a resource is away, or (without a resource) the whole site is closed."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="time_off")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="time_off"
    )
    during = DateTimeRangeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "time off"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False)
                & Q(during__endswith__isnull=False),
                name="time_off_has_a_beginning_and_an_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index("site", Func(F("during"), function="upper"), name="time_off_until"),
        ]

    def __str__(self) -> str:
        return f"{self.resource or self.site}: {self.reason or 'away'}"
