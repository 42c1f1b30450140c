"""Keys for programs that act for a person."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from knox.models import AbstractAuthToken

from clinic.shared.history import keep_history


@keep_history(without=["last_used_at"])
class ApiToken(AbstractAuthToken):
    """A key to the API: hashed, named, expiring, and no wider than its scopes.

    A token may do what its person may do, as far as that is in `scopes` (permissions of the table
    of roles). The key itself is shown once and kept nowhere; `digest` is its hash.
    """

    name = models.CharField(max_length=80)
    scopes = ArrayField(models.TextField())
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expiry__isnull=False), name="api_token_expires"),
            models.CheckConstraint(condition=~Q(name=""), name="api_token_has_a_name"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="api_token_has_a_scope"),
        ]

    def __str__(self) -> str:
        return self.name

    def allows(self, permissions: Iterable[str]) -> bool:
        """Whether all of these are in the token's scopes."""
        return set(permissions) <= set(self.scopes)
