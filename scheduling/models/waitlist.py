"""Who would like to come sooner, what was offered to them, and what became free."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history
from patients.models import Patient
from patients.models.patient import UUID7
from scheduling.models.appointment import Appointment
from scheduling.models.hold import Hold
from scheduling.models.resource import Resource
from scheduling.models.site import Site
from scheduling.models.visit_type import REGIONS, VisitType
from treatments.domain.spine import Region


class WaitlistPriority(models.IntegerChoices):
    """How soon somebody should come: the lower number is asked first."""

    URGENT = 1, "As soon as possible"
    SOON = 2, "Soon"
    ROUTINE = 3, "Whenever it fits"


class WaitlistStatus(models.TextChoices):
    """Where an entry stands. Whether an offer is open is told by its offers."""

    WAITING = "waiting", "Waiting"
    BOOKED = "booked", "Booked"
    WITHDRAWN = "withdrawn", "Taken off"
    LAPSED = "lapsed", "Past its last day"


@keep_history()
class WaitlistEntry(models.Model):
    """Somebody who waits for a time: what for, when they could come, and how much notice they need.

    Dates and times are by the clock of the site; no `weekdays` means any; times bound the start.
    `appointment` is the later visit that an accepted offer moves, if they have one already, and
    afterwards the visit that came of it. `region` is where it is for, if somebody said so.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waitlist_entries")
    visit_type = models.ForeignKey(
        VisitType, on_delete=models.PROTECT, related_name="waitlist_entries"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="waitlist_entries")
    clinician = models.ForeignKey(
        Resource, on_delete=models.PROTECT, null=True, blank=True, related_name="waitlist_entries"
    )
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="waitlist_entries",
    )
    earliest_date = models.DateField()
    latest_date = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    from_time = models.TimeField(null=True, blank=True)
    until_time = models.TimeField(null=True, blank=True)
    notice_minutes = models.PositiveSmallIntegerField(default=60)
    priority = models.PositiveSmallIntegerField(
        choices=WaitlistPriority, default=WaitlistPriority.ROUTINE
    )
    note = models.CharField(max_length=200, blank=True)
    region = models.TextField(choices=REGIONS, blank=True)
    status = models.TextField(choices=WaitlistStatus, default=WaitlistStatus.WAITING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="waitlist_entries"
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    @property
    def wished_region(self) -> str:
        """Where the visit is for: as the visit says that would come sooner, else as was said."""
        return self.appointment.region if self.appointment else self.region

    class Meta:
        verbose_name_plural = "waitlist entries"
        ordering: ClassVar = ["priority", "created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "patient",
                "visit_type",
                "site",
                name="waits_once_for_a_visit_type",
                condition=Q(status=WaitlistStatus.WAITING),
            ),
            models.CheckConstraint(
                condition=Q(latest_date__gte=F("earliest_date")),
                name="waitlist_ends_after_beginning",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                name="waitlist_weekdays_are_1_to_7",
            ),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True)
                | Q(until_time__isnull=True)
                | Q(until_time__gt=F("from_time")),
                name="waitlist_times_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=WaitlistStatus.values), name="waitlist_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="waitlist_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=WaitlistPriority.values),
                name="waitlist_priority_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status=WaitlistStatus.WAITING, ended_at__isnull=True)
                | (~Q(status=WaitlistStatus.WAITING) & Q(ended_at__isnull=False)),
                name="waitlist_entry_that_ended_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["site", "visit_type"],
                name="waiting_at_site",
                condition=Q(status=WaitlistStatus.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_type}, {self.earliest_date} to {self.latest_date}"


class OfferStatus(models.TextChoices):
    """What became of an offer."""

    OPEN = "open", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Not answered"
    WITHDRAWN = "withdrawn", "Taken back"


@keep_history(without=["digest"])
class WaitlistOffer(models.Model):
    """One time offered to one person, really held for them until the hold runs out.

    `digest` is the hash of the secret in the link they were sent; the secret is kept nowhere.
    `offered_by` is empty if the clinic offered by itself.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="offer")
    status = models.TextField(choices=OfferStatus, default=OfferStatus.OPEN)
    digest = models.CharField(max_length=64, unique=True)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="waitlist_offers",
    )

    class Meta:
        ordering: ClassVar = ["-offered_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "entry", name="one_open_offer_a_person", condition=Q(status=OfferStatus.OPEN)
            ),
            models.CheckConstraint(
                condition=Q(status__in=OfferStatus.values), name="offer_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=OfferStatus.OPEN, answered_at__isnull=True)
                | (~Q(status=OfferStatus.OPEN) & Q(answered_at__isnull=False)),
                name="offer_that_ended_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.get_status_display()}"


class Opening(models.Model):
    """A stretch of a clinician's time that became free, for the waitlist to look at.

    Written in the transaction that freed it, claimed by a worker with a lease, and looked at again
    until nobody on the list fits any more. `cause` is the step that freed it.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="openings")
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, null=True, blank=True, related_name="openings"
    )
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    cause = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="opening_ends_after_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index("due_at", name="opening_due", condition=Q(handled_at__isnull=True)),
            models.Index(fields=["site", "start_at"], name="opening_at_site"),
        ]

    def __str__(self) -> str:
        return f"{self.resource}: {self.start_at:%Y-%m-%d %H:%M}Z, {self.cause}"
