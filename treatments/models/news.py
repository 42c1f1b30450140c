"""Letters to everybody who wants to hear news about a condition."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Newsletter(models.Model):
    """One letter, in both languages; it goes to whoever agreed to get news.

    `causes` are keys of the catalogue: only people whose signed diagnosis names one of them get it;
    none means everybody. Once it is sent it is a due row: a worker writes the messages in the order
    of people's ids, and `at_id` is how far it has come.
    """

    title_en = models.CharField(max_length=120)
    body_en = models.TextField()
    title_es = models.CharField(max_length=120)
    body_es = models.TextField()
    causes = ArrayField(models.SlugField(max_length=60), default=list, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="newsletters"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sent_newsletters",
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    at_id = models.UUIDField(null=True, blank=True)
    written = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(title_en="") & ~Q(body_en="") & ~Q(title_es="") & ~Q(body_es=""),
                name="newsletter_is_written_in_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="newsletter_that_is_sent_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("sent_at")),
                name="newsletter_ends_after_it_is_sent",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "sent_at",
                name="newsletter_to_write",
                condition=Q(sent_at__isnull=False, finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title_en
