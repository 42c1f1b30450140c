"""Newsletters, and whom they would reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.messaging.models import Suppression
from clinic.shared.errors import NotFound
from patients.models import CommunicationPreference, Consent, ContactPoint, Patient
from patients.models.consent import ConsentDecision, ConsentKind
from treatments.domain.states import RecordStatus
from treatments.models import CatalogueEntry, Diagnosis, Newsletter, Section

SEND = "treatments.send_news"
LISTED = 100
# Fewer than this is told as “fewer than”: who they are must not be guessed.
FEW = 5


@dataclass(frozen=True)
class Reach:
    """How many people a letter is about, how many of them want news, and how many have e-mail."""

    concerned: int
    agreed: int
    reachable: int

    @property
    def words(self) -> list[str]:
        """The three numbers as they are shown: a few people are not counted exactly."""
        numbers = (self.concerned, self.agreed, self.reachable)
        return [f"fewer than {FEW}" if 0 < number < FEW else str(number) for number in numbers]


def newsletters(viewer: Viewer) -> Sequence[Newsletter]:
    """The newest letters, those that are not sent yet among them. Raises `NotAllowed`."""
    require(viewer, SEND)
    return list(Newsletter.objects.select_related("created_by")[:LISTED])


def access_newsletter(viewer: Viewer, newsletter_id: int) -> Newsletter:
    """One letter. Raises `NotAllowed`, `NotFound`."""
    require(viewer, SEND)
    found = Newsletter.objects.filter(pk=newsletter_id).first()
    if found is None:
        raise NotFound
    return found


def causes(viewer: Viewer) -> list[tuple[str, str]]:
    """What a letter can be about: keys and names of the catalogue. Raises `NotAllowed`."""
    require(viewer, SEND)
    rows = CatalogueEntry.objects.offered(Section.CAUSE).order_by("name")
    return list(rows.values_list("key", "name"))


def reach(viewer: Viewer, causes: Sequence[str], *, now: datetime) -> Reach:
    """Whom a letter about these causes would reach, in three statements. Raises `NotAllowed`."""
    require(viewer, SEND)
    return Reach(
        _concerned(causes).count(),
        _agreed(causes, now).count(),
        readers(THE_CLINIC, causes, now=now).count(),
    )


def readers(viewer: Viewer, causes: Sequence[str], *, now: datetime) -> QuerySet[Patient]:
    """Who gets such a letter: they agreed, live, want messages and have e-mail.

    For the clinic itself. Raises `NotAllowed`.
    """
    if viewer is not THE_CLINIC:
        require(viewer, SEND)
    stopped = Suppression.objects.filter(channel="email", lifted_at__isnull=True)
    mail = ContactPoint.objects.filter(patient=OuterRef("pk"), system="email")
    usable = mail.alias(address=Lower("value")).exclude(address__in=stopped.values("address"))
    silent = CommunicationPreference.objects.filter(patient=OuterRef("pk"), channel="none")
    return _agreed(causes, now).filter(Exists(usable), ~Exists(silent))


def _agreed(causes: Sequence[str], now: datetime) -> QuerySet[Patient]:
    newest = Consent.objects.filter(patient=OuterRef("pk"), kind=ConsentKind.NEWSLETTER)
    newest = newest.order_by("-id")
    holds = Q(news_until__isnull=True) | Q(news_until__gt=now.date())
    return (
        _concerned(causes)
        .annotate(
            news=Subquery(newest.values("decision")[:1]),
            news_until=Subquery(newest.values("until_date")[:1]),
        )
        .filter(holds, news=ConsentDecision.PERMIT)
    )


def _concerned(causes: Sequence[str]) -> QuerySet[Patient]:
    living = Patient.objects.filter(deceased_date__isnull=True, replaced_by__isnull=True)
    if not causes:
        return living
    named = Diagnosis.objects.filter(
        consultation__patient=OuterRef("pk"),
        consultation__record_status=RecordStatus.SIGNED,
        cause__in=causes,
    )
    return living.filter(Exists(named))
