"""Where a row came from: entered here, or brought in from another system."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Recorded(models.Model):
    """A row with its origin.

    Rows entered in Dorsa have no `source`. Imported rows carry the system they came from and their
    id there, which together are unique, so that importing the same thing twice finds the first.
    """

    source = models.TextField(blank=True, editable=False)
    source_id = models.TextField(blank=True, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                "source",
                "source_id",
                name="%(app_label)s_%(class)s_is_imported_once",
                condition=~Q(source=""),
            ),
            models.CheckConstraint(
                condition=Q(source="", source_id="") | ~(Q(source="") | Q(source_id="")),
                name="%(app_label)s_%(class)s_origin_is_whole",
            ),
        ]
