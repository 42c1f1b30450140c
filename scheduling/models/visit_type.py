"""What can be booked, and what it takes up."""

from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from scheduling.models.resource import Capability, ResourceKind
from treatments.domain.spine import Region
from treatments.models import CatalogueEntry

REGIONS = [(region.value, region.value.capitalize()) for region in Region]

LONGEST_MINUTES = 12 * 60


class VisitType(models.Model):
    """A kind of visit. All lengths are minutes.

    `public_name` is what patients and messages say: it carries no clinical words, and
    `public_name_es` is the same in Spanish, if somebody wrote it. Visits start on multiples of
    `alignment_minutes` after midnight, at least `notice_minutes` from now. People book by
    themselves only what `is_bookable_online`.
    """

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100, unique=True)
    public_name = models.CharField(max_length=100)
    public_name_es = models.CharField(max_length=100, blank=True)
    is_bookable_online = models.BooleanField(default=False)
    duration_minutes = models.PositiveSmallIntegerField()
    alignment_minutes = models.PositiveSmallIntegerField(default=5)
    notice_minutes = models.PositiveSmallIntegerField(default=0)
    horizon_days = models.PositiveSmallIntegerField(default=180)
    # How many people share one such visit: above one, it is a group.
    capacity = models.PositiveSmallIntegerField(default=1)
    rank = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    # What limits are asked about for a visit without a course; without it they are not asked.
    treatment = models.ForeignKey(
        CatalogueEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visit_types",
    )
    region = models.TextField(choices=REGIONS, blank=True)
    # What people do before they come, in the words of the message that tells them.
    needs_fasting = models.BooleanField(default=False)
    needs_driver = models.BooleanField(default=False)
    preparation_en = models.TextField(blank=True, max_length=2000)
    preparation_es = models.TextField(blank=True, max_length=2000)

    class Meta:
        ordering: ClassVar = ["rank", "name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=5, duration_minutes__lte=LONGEST_MINUTES),
                name="visit_type_lasts_5_minutes_to_12_hours",
            ),
            models.CheckConstraint(
                condition=Q(alignment_minutes__in=[5, 10, 15, 20, 30, 60]),
                name="visit_type_alignment_divides_the_hour",
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1), name="visit_type_can_be_booked_ahead"
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=50),
                name="visit_type_is_for_1_to_50_people",
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="visit_type_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(region="") | Q(treatment__isnull=False),
                name="visit_type_region_is_of_a_treatment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """What patients read in their language ("en", "es-mx")."""
        return (self.public_name_es if language.startswith("es") else "") or self.public_name

    def message_name(self, language: str) -> str:
        """The same for a message, which says nothing in another language than its own: "" then."""
        return self.public_name_es if language.startswith("es") else self.public_name

    @property
    def shown_name(self) -> str:
        """What patients call it, in the language of the page that is made."""
        return self.name_in(get_language() or "en")

    @property
    def leaves_region_open(self) -> bool:
        """Whether something is done in it, and it does not say where."""
        return self.treatment_id is not None and not self.region

    def clean(self) -> None:
        """Raises `ValidationError` for a region without a treatment, or a text in one language."""
        if self.region and self.treatment_id is None:
            raise ValidationError("Say what is done there, or leave the region open.")
        if bool(self.preparation_en) != bool(self.preparation_es):
            raise ValidationError("Write the preparation in both languages, or in neither.")

    @property
    def needs_preparation(self) -> bool:
        """Whether people are told something to do before such a visit."""
        return bool(self.needs_fasting or self.needs_driver or self.preparation_en)


class Span(NamedTuple):
    """A half-open stretch in which one resource is taken: by the visit, or as a buffer."""

    begin: datetime
    end: datetime
    is_buffer: bool


class ResourceNeed(models.Model):
    """One thing a visit type takes up: `count` resources of a kind, with a capability or any.

    It is taken for the whole visit, or for the need's parts, if there are any: a physician at the
    beginning and at the end, and free for somebody else in between. The buffers around each stretch
    are time in which the resource is taken but the patient is not there: setting a room up,
    cleaning it, writing the note.
    """

    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="needs")
    kind = models.TextField(choices=ResourceKind)
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="needs"
    )
    count = models.PositiveSmallIntegerField(default=1)
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            # Two needs for one kind could want the same resource; `count` says that better.
            models.UniqueConstraint("visit_type", "kind", name="need_kind_is_listed_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ResourceKind.values), name="need_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=10), name="need_count_is_1_to_10"
            ),
            # Slots are offered by clinician, so there is one who answers for the visit.
            models.CheckConstraint(
                condition=Q(count=1) | ~Q(kind=ResourceKind.CLINICIAN),
                name="need_names_one_clinician",
            ),
            models.CheckConstraint(
                condition=Q(buffer_before_minutes__lte=240, buffer_after_minutes__lte=240),
                name="need_buffers_are_4_hours_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.what}"

    @property
    def what(self) -> str:
        """What is needed, in a word: the capability, or else the kind."""
        return self.capability.name if self.capability else str(ResourceKind(self.kind).label)

    def spans(self, start_at: datetime, end_at: datetime) -> list[Span]:
        """What a visit takes up of one resource: its parts and the buffers around each, in order.

        Where the buffers of two parts meet, the earlier one gives way, and parts that overlap are
        one: a resource is taken once.
        """
        found: list[Span] = []
        for begin, end in _merged(self._stretches(start_at, end_at)):
            before = begin - timedelta(minutes=self.buffer_before_minutes)
            after = end + timedelta(minutes=self.buffer_after_minutes)
            if found and found[-1].is_buffer and found[-1].end > before:
                last = found.pop()
                found.append(Span(last.begin, max(last.begin, min(last.end, begin)), True))
                before = found[-1].end
            found += [Span(before, begin, True), Span(begin, end, False), Span(end, after, True)]
        return [span for span in found if span.begin < span.end]

    def _stretches(self, start_at: datetime, end_at: datetime) -> list[tuple[datetime, datetime]]:
        stretches = []
        for part in self.parts.all():
            begin = start_at + timedelta(minutes=part.offset_minutes)
            length = part.duration_minutes
            stretches.append((begin, begin + timedelta(minutes=length) if length else end_at))
        return stretches or [(start_at, end_at)]


def _merged(stretches: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in stretches:
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


class NeedPart(models.Model):
    """A stretch of a split visit in which the need's resource is taken.

    It begins `offset_minutes` into the visit and lasts `duration_minutes` (null: to the end).
    """

    need = models.ForeignKey(ResourceNeed, on_delete=models.CASCADE, related_name="parts")
    offset_minutes = models.PositiveSmallIntegerField(default=0)
    duration_minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["offset_minutes", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("need", "offset_minutes", name="need_part_begins_once"),
            models.CheckConstraint(
                condition=Q(duration_minutes__isnull=True) | Q(duration_minutes__gte=1),
                name="need_part_lasts_a_minute_at_least",
            ),
            models.CheckConstraint(
                condition=Q(offset_minutes__lte=LONGEST_MINUTES),
                name="need_part_begins_within_12_hours",
            ),
        ]

    def __str__(self) -> str:
        length = f"{self.duration_minutes} min" if self.duration_minutes else "to the end"
        return f"from minute {self.offset_minutes}, {length}"
