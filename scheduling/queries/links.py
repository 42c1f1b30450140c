"""Secret addresses: opened by their secret, listed for who made them."""

from datetime import datetime

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User, Viewer, as_user
from clinic.shared.errors import NotFound
from patients.models import Patient
from scheduling.domain.link_secrets import digest_of
from scheduling.models import LinkKind, Resource, SecretLink, Site

CALENDARS = (LinkKind.CLINICIAN_CALENDAR, LinkKind.PATIENT_CALENDAR)


def link_of_secret(viewer: Viewer, secret: str, *, now: datetime) -> SecretLink:
    """The link with this secret, if it works. Found by its hash, so that no clock tells how near a
    guess was.

    A calendar works as long as whoever made it may still see what it shows. A revoked link is
    answered like one that never was. Raises `NotFound`.
    """
    if viewer is not THE_CLINIC:
        raise NotFound
    links = SecretLink.objects.filter(digest=digest_of(secret), revoked_at__isnull=True)
    link = links.select_related("site", "patient", "resource__site", "created_by").first()
    if link is None or not _still_holds(link, now):
        raise NotFound
    return link


def calendar_links(viewer: Viewer) -> list[SecretLink]:
    """The working links to one's own calendar, newest first. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.manage_own_hours")
    return list(_working().filter(kind=LinkKind.CLINICIAN_CALENDAR, created_by=user))


def own_calendar(viewer: Viewer) -> Resource:
    """The calendar that a clinician may share: their own. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.manage_own_hours")
    resource = Resource.objects.filter(user=user, is_active=True).select_related("site").first()
    if resource is None:
        raise NotFound("Your sign-in has no calendar yet. A manager can link them.")
    return resource


def patient_links(viewer: Viewer, patient: Patient) -> list[SecretLink]:
    """The links that the viewer made to this person's visits; the person comes from a door."""
    user = require(viewer, "scheduling.view_own_visits")
    return list(_working().filter(patient=patient, created_by=user))


def display_links(viewer: Viewer, site: Site) -> list[SecretLink]:
    """The working links to the screen of a site, newest first. Raises `NotAllowed`."""
    require_display(viewer)
    return list(_working().filter(site=site).select_related("created_by"))


def access_link(viewer: Viewer, link_id: int) -> SecretLink:
    """A link that the viewer may revoke. Raises `NotFound` for everybody else."""
    user = as_user(viewer)
    link = _working().filter(pk=link_id).select_related("resource", "patient", "site").first()
    if user is None or link is None or not _may_revoke(user, link):
        raise NotFound
    return link


def require_display(viewer: Viewer) -> User:
    """Whoever receives people or sets the clinic up runs its screens. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    if not user.has_perm("scheduling.manage_setup"):
        require(user, "scheduling.receive")
    return user


def _working() -> QuerySet[SecretLink]:
    return SecretLink.objects.filter(revoked_at__isnull=True)


def _may_revoke(user: User, link: SecretLink) -> bool:
    if link.kind in CALENDARS:
        return link.created_by_id == user.pk
    runs = user.has_perm("scheduling.receive") or user.has_perm("scheduling.manage_setup")
    mine = Site.objects.open_to(user).filter(secret_links=link).exists()
    return user.has_perm("scheduling.view_board") and runs and mine


def _still_holds(link: SecretLink, now: datetime) -> bool:
    """A screen belongs to the house. A calendar goes with the right of who made it."""
    maker = link.created_by
    if link.resource:
        mine = link.resource.user_id == maker.pk and link.resource.is_active
        return mine and maker.has_perm("scheduling.manage_own_hours")
    if link.patient:
        theirs = Patient.objects.open_to(maker, now.date()).filter(secret_links=link)
        return maker.has_perm("scheduling.view_own_visits") and theirs.exists()
    return True
