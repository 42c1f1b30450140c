"""The person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Reverse

from clinic.accounts.models import User
from clinic.shared.history import keep_history, never_deleted
from patients.domain.age import age_on
from patients.domain.search_terms import SearchTerms
from patients.domain.seen_as import SeenAs
from patients.models.provenance import Recorded

if TYPE_CHECKING:
    from patients.models.care_team import EmergencyAccess

# Who acts for a child because it is a child: that ends when it no longer is one.
FOR_A_CHILD = ("parent", "guardian")


class UUID7(Func):
    """PostgreSQL 18's time-ordered UUID: cannot be guessed, and still sits together on disk."""

    function = "uuidv7"
    output_field = models.UUIDField()


class Folded(Func):
    """Text as it is searched: without accents, in lower case (a function of our own, in SQL)."""

    function = "dorsa_fold"
    output_field = models.TextField()


class AdministrativeGender(models.TextChoices):
    """FHIR R4 administrative gender."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class PatientQuerySet(models.QuerySet["Patient"]):
    """The words for picking people."""

    def current(self) -> "PatientQuerySet":
        """Those whose record was not joined into another one."""
        return self.filter(replaced_by__isnull=True)

    def known_as(self, patient_id: UUID) -> "PatientQuerySet":
        """The one with this id, or the one into whose record the one with this id was joined."""
        # "This one, or the one it leads to" would have PostgreSQL look at everybody there is.
        leads_to = Subquery(self.model.objects.filter(pk=patient_id).values("replaced_by"))
        known = Coalesce(leads_to, Value(patient_id), output_field=models.UUIDField())
        return self.filter(pk=known, replaced_by__isnull=True)

    def ids_of(self, patient_id: UUID) -> list[UUID]:
        """The ids under which a person is spoken of: the record's own, and those joined into it."""
        joined = self.filter(replaced_by=patient_id).values_list("pk", flat=True)
        return [patient_id, *joined]

    def open_to(self, user: User, on: date) -> "PatientQuerySet":
        """Those whose record this user sees in the portal on this day (a day in UTC)."""
        accesses = apps.get_model("patients", "PortalAccess").objects
        mine = accesses.in_force(on).filter(patient=OuterRef("pk"), user=user)
        return self.current().filter(Exists(mine))

    def cared_for_by(self, user: User, *, now: datetime) -> "PatientQuerySet":
        """Those whose chart this user may open: by care team, by site, or in an emergency."""
        care_team = apps.get_model("patients", "CareTeamMember").objects
        theirs = care_team.filter(patient=OuterRef("pk"))
        open_now = Q(Exists(theirs.filter(user=user)))
        if user.has_perm("patients.view_chart_at_site"):
            open_now |= Q(Exists(theirs.filter(team__members__user=user)))
        if user.has_perm("patients.break_glass"):
            opened = apps.get_model("patients", "EmergencyAccess").objects.filter(
                patient=OuterRef("pk"), user=user, opened_at__lte=now, ends_at__gt=now
            )
            open_now |= Q(Exists(opened))
        return self.filter(open_now)

    def matching(self, terms: SearchTerms) -> "PatientQuerySet":
        """Those of whom every term is true; each word may be any part of any of their names."""
        people = self.matching_numbers(terms)
        for word in terms.names:
            people = people.filter(search_name__contains=Folded(Value(word)))
        return people

    def matching_numbers(self, terms: SearchTerms) -> "PatientQuerySet":
        """Those of whom the birth date, and the phone or record number, are true."""
        people = self
        if terms.birth_date:
            people = people.filter(birth_date=terms.birth_date)
        if terms.digits:
            meant = Q(Exists(with_phone_ending(terms.digits)))
            if len(terms.digits) <= 15:
                meant |= Q(record_number=int(terms.digits))
            if terms.compact_date:
                meant |= Q(birth_date=terms.compact_date)
            people = people.filter(meant)
        return people

    def best_first(self, words: Sequence[str]) -> "PatientQuerySet":
        """Those whose names begin with the words come before those that merely contain them."""
        padded = Concat(Value(" "), F("search_name"), output_field=models.TextField())
        begins: Combinable = Value(0)
        for word in words:
            starts_a_name = Q(padded_name__contains=Folded(Value(f" {word}")))
            begins += Case(When(starts_a_name, then=1), default=0)
        people = self.annotate(padded_name=padded).annotate(begins=begins)
        return people.order_by("-begins", "family_name", "given_names", "id")

    def sounding_like(self, words: Sequence[str]) -> "PatientQuerySet":
        """Those with any name spelled nearly like one of the words, nearest first."""
        alike = Q()
        for word in words:
            alike |= Q(search_name__trigram_word_similar=Folded(Value(word)))
        nearness = TrigramWordSimilarity(" ".join(words), "search_name")
        return self.filter(alike).order_by(nearness.desc(), "id")

    def resembling(self, *, name: str, birth_date: date, digits: str) -> "PatientQuerySet":
        """Those who may be this person: same birth date or phone and a like name, or same name."""
        like = Q(likeness__gte=0.35)
        same = Q(birth_date=birth_date) & like
        if digits:
            same |= Q(Exists(with_phone_ending(digits))) & like
        people = self.annotate(likeness=TrigramSimilarity("search_name", name))
        # The space that ends the family name: Ruiz is not the beginning of Ruizmendez.
        same_name = Q(search_name__startswith=Folded(Value(f"{name} ")))
        return people.filter(same | same_name).order_by("-likeness", "id")

    def with_contacts(self) -> "PatientQuerySet":
        """With phones, e-mail addresses, postal addresses and coverage, in order of rank."""
        contacts = apps.get_model("patients", "ContactPoint").objects.order_by("rank", "id")
        coverages = apps.get_model("patients", "Coverage").objects.order_by("rank", "id")
        return self.prefetch_related(
            Prefetch("contacts", contacts), Prefetch("coverages", coverages), "addresses"
        )

    def with_chart(self) -> "PatientQuerySet":
        """With allergies, medications and conditions."""
        return self.prefetch_related("allergies", "medications", "conditions")


def with_phone_ending(digits: str) -> models.QuerySet[models.Model]:
    """The contact points of the outer person whose number ends in these digits."""
    contacts = apps.get_model("patients", "ContactPoint").objects
    backwards = contacts.annotate(backwards=Reverse("digits"))
    return backwards.filter(patient=OuterRef("pk"), backwards__startswith=digits[::-1])


@keep_history(without=["search_name"])
class Patient(Recorded):
    """A person the clinic cares for.

    `record_number` is what staff say on the phone; `id` is what addresses show, so that nobody can
    count or guess. `other_names` holds former and preferred names, which are searched as well.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    record_number = models.BigIntegerField(
        unique=True,
        editable=False,
        db_default=Func(Value("patients_record_number"), function="nextval"),
    )
    family_name = models.CharField(max_length=150)
    given_names = models.CharField(max_length=150)
    other_names = models.CharField(max_length=300, blank=True)
    birth_date = models.DateField()
    gender = models.TextField(choices=AdministrativeGender, default=AdministrativeGender.UNKNOWN)
    language = models.TextField(choices=settings.LANGUAGES, default="en")
    deceased_date = models.DateField(null=True, blank=True)
    search_name = models.GeneratedField(
        expression=Folded(
            Concat(
                F("given_names"),
                Value(" "),
                F("family_name"),
                Value(" "),
                F("other_names"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    # FHIR R4 link type "replaced-by": this record was joined into that one.
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces"
    )

    # Set by `access_chart`: the emergency access by which this chart is open, if it is.
    emergency_access: "EmergencyAccess | None" = None
    # Set by `own_record`: what the one who reads this in the portal is to the person.
    seen_as: SeenAs | None = None

    objects: ClassVar = PatientQuerySet.as_manager()

    class Meta(Recorded.Meta):
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(family_name="") & ~Q(given_names=""), name="patient_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(birth_date__gte=date(1880, 1, 1)), name="patient_born_after_1880"
            ),
            models.CheckConstraint(
                condition=Q(deceased_date__isnull=True) | Q(deceased_date__gte=F("birth_date")),
                name="patient_died_after_birth",
            ),
            models.CheckConstraint(
                condition=Q(gender__in=AdministrativeGender.values), name="patient_gender_is_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="patient_language_is_known",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="patient_search_name"),
            models.Index(fields=["birth_date"], name="patient_birth_date"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As it is spoken: given names first."""
        return f"{self.given_names} {self.family_name}"

    @property
    def id_text(self) -> str:
        """The id as addresses carry it."""
        return str(self.pk)

    @property
    def element_id(self) -> str:
        """The id of this person's element on a page."""
        return f"person-{self.pk}"

    @property
    def phone(self) -> str:
        """The number to call first, or "". Reads prefetched contacts."""
        numbers = (c.value for c in self.contacts.all() if c.system == "phone")
        return next(numbers, "")

    @property
    def email(self) -> str:
        """The address to write to first, or "". Reads prefetched contacts."""
        addresses = (c.value for c in self.contacts.all() if c.system == "email")
        return next(addresses, "")

    @property
    def sort_name(self) -> str:
        """As it is listed: family name first."""
        return f"{self.family_name}, {self.given_names}"

    def age_on(self, day: date) -> int:
        """Completed years of age on `day`."""
        return age_on(self.birth_date, day)
