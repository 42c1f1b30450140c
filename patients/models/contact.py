"""How to reach a person."""

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

from clinic.shared.history import keep_history
from patients.models.patient import Patient


class ContactSystem(models.TextChoices):
    """FHIR R4 contact point system, as far as a clinic uses it."""

    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"


class ContactUse(models.TextChoices):
    """FHIR R4 contact point use."""

    HOME = "home", "Home"
    WORK = "work", "Work"
    MOBILE = "mobile", "Mobile"


@keep_history()
class ContactPoint(models.Model):
    """A phone number or e-mail address.

    `value` is kept as it was given, because a number that no phone network would accept may still
    be what the person said; `digits` is what phone search compares (E.164 digits where the number
    is possible in its country, else the digits as typed). `rank` 1 is tried first.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    system = models.TextField(choices=ContactSystem)
    use = models.TextField(choices=ContactUse, default=ContactUse.HOME)
    value = models.CharField(max_length=254)
    digits = models.CharField(max_length=20, blank=True, editable=False)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("patient", "system", "value", name="contact_is_listed_once"),
            models.CheckConstraint(
                condition=Q(system__in=ContactSystem.values), name="contact_system_is_known"
            ),
            models.CheckConstraint(
                condition=Q(use__in=ContactUse.values), name="contact_use_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(system=ContactSystem.PHONE) | ~Q(digits=""),
                name="contact_phone_has_digits",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="contact_has_a_value"),
        ]
        indexes: ClassVar = [
            # Phone search matches the end of the number: people leave out country and area codes.
            models.Index(
                OpClass(Reverse("digits"), name="text_pattern_ops"), name="contact_digits_reversed"
            ),
        ]

    def __str__(self) -> str:
        return self.value


@keep_history()
class Address(models.Model):
    """A postal address."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="addresses")
    line = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        parts = [self.line, self.city, f"{self.state} {self.postal_code}".strip(), self.country]
        return ", ".join(part for part in parts if part)
