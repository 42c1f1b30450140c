"""What consultations and procedures have in common: drafted, signed, then only replaced."""

from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from treatments.domain.states import COUNTED, RecordStatus


def text_choices(states: type[RecordStatus]) -> list[tuple[str, str]]:
    """The states as choices of a field."""
    return [(state.value, state.value.replace("_", " ").capitalize()) for state in states]


D = TypeVar("D", bound="Documented")


class DocumentedQuerySet(models.QuerySet[D]):
    """The words for picking documents."""

    def counted(self) -> "DocumentedQuerySet[D]":
        """Those that limits and reports count: signed here, or done elsewhere."""
        return self.filter(record_status__in=COUNTED)

    def current(self) -> "DocumentedQuerySet[D]":
        """Those that have not been replaced or withdrawn; drafts included."""
        return self.exclude(record_status__in=[RecordStatus.AMENDED, RecordStatus.ENTERED_IN_ERROR])


class Documented(models.Model):
    """A document: `revision` grows with every saved draft, so that two writers notice each other.

    A correction `replaces` the version before, and says why.
    """

    record_status = models.TextField(choices=text_choices(RecordStatus), default=RecordStatus.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="drafted_%(class)ss",
    )
    drafted_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_%(class)ss",
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    amendment_reason = models.TextField(blank=True)
    error_reason = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(record_status__in=list(RecordStatus)),
                name="%(class)s_record_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(record_status=RecordStatus.DRAFT, signed_at__isnull=True)
                | Q(record_status=RecordStatus.OUTSIDE, signed_at__isnull=True)
                | Q(record_status=RecordStatus.ENTERED_IN_ERROR)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="%(class)s_that_is_signed_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(amendment_reason=""),
                name="%(class)s_that_replaces_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(record_status=RecordStatus.ENTERED_IN_ERROR) | ~Q(error_reason=""),
                name="%(class)s_entered_in_error_says_why",
            ),
        ]

    @property
    def is_draft(self) -> bool:
        """Whether it may still be written."""
        return self.record_status == RecordStatus.DRAFT

    def as_read_at(self, revision: int) -> Any:
        """What it said when it had that revision, None if it never had."""
        rows: Any = self
        return rows.versions.filter(revision=revision).order_by("pgh_id").last()
