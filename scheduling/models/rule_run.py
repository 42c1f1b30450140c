"""The nightly look of the rules at every coming visit."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class RuleRun(models.Model):
    """One look at all coming visits that have a treatment, and how far it has come.

    `looked` of about `total` visits are done; `at_start_at` and `at_id` are where it goes on, so a
    look that was cut short does not begin anew. Of runs that are not finished there is one.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    total = models.PositiveIntegerField()
    looked = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(default=0)
    at_start_at = models.DateTimeField(null=True, blank=True)
    at_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="rule_run_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["is_open"], name="rule_run_is_one_at_a_time", condition=Q(is_open=True)
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, finished_at__isnull=True)
                | Q(is_open=False, finished_at__isnull=False),
                name="rule_run_is_open_or_says_when_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.looked} of {self.total}"

    @property
    def most(self) -> int:
        """What a bar ends at: visits that were booked since it began are looked at as well."""
        return max(self.total, self.looked, 1)
