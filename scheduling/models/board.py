"""Which columns a board shows."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from scheduling.models.resource import Resource
from scheduling.models.site import Site


class BoardView(models.Model):
    """A chosen set of columns of a site's board, called up with a function key.

    Shared by everybody at the site, or for its `owner` alone.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="board_views")
    name = models.CharField(max_length=60)
    function_key = models.PositiveSmallIntegerField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="board_views",
    )

    class Meta:
        ordering: ClassVar = ["function_key", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "site",
                "owner",
                "name",
                name="board_view_is_named_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                "site",
                "owner",
                "function_key",
                name="board_view_has_its_own_key",
                nulls_distinct=False,
                condition=Q(function_key__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(function_key__isnull=True)
                | Q(function_key__gte=1, function_key__lte=12),
                name="board_view_key_is_f1_to_f12",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BoardColumn(models.Model):
    """One resource in a view, at a position from the left."""

    view = models.ForeignKey(BoardView, on_delete=models.CASCADE, related_name="columns")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="board_columns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint("view", "resource", name="board_column_is_shown_once"),
        ]

    def __str__(self) -> str:
        return f"{self.view}: {self.resource}"
