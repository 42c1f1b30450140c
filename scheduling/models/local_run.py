"""What the clinic does once on each day of its own calendar, and what came of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from scheduling.models.site import Site


class LocalRun(models.Model):
    """One job on one local date: the row is the claim, and afterwards the report.

    `site` is empty for what is done once for the whole clinic. `claimed_until` is the lease of the
    worker that is at it: another one goes on where a killed one stopped. `counts` says what was
    done, in numbers.
    """

    job = models.TextField()
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="local_runs"
    )
    local_date = models.DateField()
    started_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "job",
                "site",
                "local_date",
                name="local_run_is_once_a_date",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(job=""), name="local_run_says_what"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="local_run_ends_after_start",
            ),
        ]
        indexes: ClassVar = [models.Index(F("started_at").desc(), name="local_run_newest")]

    def __str__(self) -> str:
        return f"{self.job} {self.local_date}"

    @property
    def seconds(self) -> float | None:
        """How long it took, from its beginning to its end; None while it goes on."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
