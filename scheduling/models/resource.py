"""What a visit takes up: people, rooms, machines."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from scheduling.models.site import Site


class ResourceKind(models.TextChoices):
    """What sort of thing can be in only one place at a time."""

    CLINICIAN = "clinician", "Clinician"
    ROOM = "room", "Room"
    EQUIPMENT = "equipment", "Equipment"


class Capability(models.Model):
    """Something a resource can do or be used for: "interventional pain", "procedure room"."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "capabilities"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """A clinician, a room or a machine at a site. `user` is the clinician's sign-in."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="resources")
    kind = models.TextField(choices=ResourceKind)
    name = models.CharField(max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resource",
    )
    capabilities = models.ManyToManyField(Capability, blank=True, related_name="resources")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("site", "name", name="resource_name_is_unique_at_site"),
            models.CheckConstraint(
                condition=Q(kind__in=ResourceKind.values), name="resource_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(kind=ResourceKind.CLINICIAN),
                name="resource_with_sign_in_is_clinician",
            ),
        ]

    def __str__(self) -> str:
        return self.name
