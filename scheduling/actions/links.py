"""Making and revoking secret addresses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, NotFound
from patients.models import Patient
from scheduling.domain.link_secrets import digest_of, new_secret
from scheduling.models import LinkKind, Resource, SecretLink, Site
from scheduling.queries.links import access_link, require_display

MOST_LINKS = 10
# Calendar programs ask often; when they last did is kept to the hour, and screens likewise.
GRAIN = timedelta(hours=1)


@dataclass(frozen=True)
class NewLink:
    """A link and its secret, which can be read only this once."""

    link: SecretLink
    secret: str


@action
def share_calendar(*, resource: Resource, by: User, now: datetime) -> NewLink:
    """A secret address for one's own calendar. Raises `NotFound`, `Conflict`, `NotAllowed`."""
    require(by, "scheduling.manage_own_hours")
    if resource.user_id != by.pk:
        raise NotFound
    return _make(SecretLink(kind=LinkKind.CLINICIAN_CALENDAR, resource=resource), by, now)


@action
def share_visits(*, patient: Patient, by: User, now: datetime) -> NewLink:
    """A secret address for the visits of a person whose record one sees in the portal.

    Raises `NotFound`, `Conflict`, `NotAllowed`.
    """
    require(by, "scheduling.view_own_visits")
    if not Patient.objects.open_to(by, now.date()).filter(pk=patient.pk).exists():
        raise NotFound
    return _make(SecretLink(kind=LinkKind.PATIENT_CALENDAR, patient=patient), by, now)


@action
def open_display(*, site: Site, by: User, now: datetime) -> NewLink:
    """A secret address for a screen in the waiting room. Raises `Conflict`, `NotAllowed`."""
    require_display(by)
    return _make(SecretLink(kind=LinkKind.WAITING_DISPLAY, site=site), by, now)


@action
def revoke_link(*, link: SecretLink, by: User, now: datetime) -> None:
    """The address answers like one that never was, at once. Raises `NotFound`."""
    access_link(by, link.pk)
    SecretLink.objects.filter(pk=link.pk).update(revoked_at=now)


@action
def note_use(*, link: SecretLink, by: None, now: datetime) -> None:
    """Somebody opened the address: whoever made it sees which ones nobody uses any more."""
    if link.last_used_at is None or now - link.last_used_at >= GRAIN:
        SecretLink.objects.filter(pk=link.pk).update(last_used_at=now)


def _make(link: SecretLink, by: User, now: datetime) -> NewLink:
    same = SecretLink.objects.filter(
        resource=link.resource, patient=link.patient, site=link.site, revoked_at__isnull=True
    )
    if same.count() >= MOST_LINKS:
        raise Conflict(
            N_("There are %(most)s links that work. Switch one off first."),
            values={"most": MOST_LINKS},
        )
    secret = new_secret()
    link.digest, link.created_by, link.created_at = digest_of(secret), by, now
    link.save()
    return NewLink(link, secret)
