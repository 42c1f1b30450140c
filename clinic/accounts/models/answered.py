"""Answers that were given already, so that the same request is answered and not done again."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class AnsweredRequest(models.Model):
    """A write that came with an `Idempotency-Key`, and what was answered.

    Written in the transaction of what it did: both are there, or neither. `fingerprint` is the hash
    of method, address and body, and of what the person was then. Kept for a day.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="answered_requests",
        # `request_is_answered_once` begins with it.
        db_index=False,
    )
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    location = models.TextField(blank=True)
    # Text as an answer has it, with its quotes: the version of what `body` represents.
    etag = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("user", "key", name="request_is_answered_once"),
        ]
        indexes: ClassVar = [models.Index("created_at", name="answered_request_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
