"""Making and changing clinicians, rooms and machines, and what they can do."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.sites import NameTaken
from scheduling.actions.stranding import Outcome, keep_or_show
from scheduling.domain.codes import code_for
from scheduling.models import Capability, Resource, ResourceKind, Site

PERMISSION = "scheduling.manage_setup"


@dataclass(frozen=True)
class ResourceDetails:
    """A resource's name, what it can do, and (a clinician's) sign-in."""

    name: str
    capabilities: Collection[Capability] = field(default_factory=tuple)
    user: User | None = None


@action
def add_resource(
    *, site: Site, kind: ResourceKind, details: ResourceDetails, by: User, now: datetime
) -> Resource:
    """Something new that visits can take up. Raises `NameTaken`, `Invalid`, `NotAllowed`."""
    require(by, PERMISSION)
    resource = Resource(site=site, kind=kind, name=details.name.strip(), user=details.user)
    _check(resource)
    with constraint_errors({"resource_name_is_unique_at_site": NameTaken}):
        resource.save()
    resource.capabilities.set(details.capabilities)
    return resource


@action
def change_resource(
    *,
    resource: Resource,
    details: ResourceDetails,
    accepted: str = "",
    by: User,
    now: datetime,
) -> Outcome:
    """Another name, sign-in, or other abilities; coming visits that need a lost one are stranded.

    Raises `NameTaken`, `Invalid`, `NotAllowed`.
    """
    require(by, PERMISSION)
    resource.name, resource.user = details.name.strip(), details.user
    _check(resource)

    def change() -> None:
        resource.save(update_fields=["name", "user"])
        resource.capabilities.set(details.capabilities)

    reason = f"{resource} cannot be used for it any more"
    return keep_or_show(
        change, sites=[resource.site], reason=reason, accepted=accepted, by=by, now=now
    )


@action
def retire_resource(*, resource: Resource, accepted: str = "", by: User, now: datetime) -> Outcome:
    """Offer it no more; coming visits that have it are stranded. Raises `NotAllowed`."""
    return _switch(resource, False, f"{resource} is out of use", accepted, by, now)


@action
def restore_resource(*, resource: Resource, by: User, now: datetime) -> Outcome:
    """Offer it again; visits that were stranded by its absence fit again. Raises `NotAllowed`."""
    return _switch(resource, True, "", "", by, now)


@action
def make_capability(*, name: str, by: User, now: datetime) -> Capability:
    """A new ability; its code is made from its name and never changes.

    Raises `NameTaken`, `Invalid`, `NotAllowed`.
    """
    require(by, PERMISSION)
    name = _capability_name(name)
    taken = set(Capability.objects.values_list("code", flat=True))
    return Capability.objects.create(name=name, code=code_for(name, taken))


@action
def rename_capability(*, capability: Capability, name: str, by: User, now: datetime) -> Capability:
    """Call it something else. Raises `NameTaken`, `Invalid`, `NotAllowed`."""
    require(by, PERMISSION)
    capability.name = _capability_name(name, capability)
    capability.save(update_fields=["name"])
    return capability


@action
def remove_capability(*, capability: Capability, by: User, now: datetime) -> None:
    """Take it away. Raises `Conflict` while anything has or needs it, `NotAllowed`."""
    require(by, PERMISSION)
    if capability.needs.exists():
        raise Conflict(f"Kinds of visits need “{capability}”. Change those first.")
    if capability.resources.exists():
        raise Conflict(f"Clinicians, rooms or machines have “{capability}”. Change those first.")
    capability.delete()


def _check(resource: Resource) -> None:
    if not resource.name:
        raise Invalid("Give it a name.")
    user = resource.user
    if user is not None:
        if resource.kind != ResourceKind.CLINICIAN:
            raise Invalid("Only a clinician has a sign-in.")
        if not user.has_perm("scheduling.treat"):
            raise Invalid(f"{user} does not treat anybody, so has no calendar.")
        if Resource.objects.filter(user=user).exclude(pk=resource.pk).exists():
            raise Conflict(f"{user} has a calendar already.")
    same = Resource.objects.filter(site=resource.site, name=resource.name)
    if same.exclude(pk=resource.pk).exists():
        raise NameTaken(f"{resource.site} has something called {resource.name} already.")


def _switch(
    resource: Resource, is_active: bool, reason: str, accepted: str, by: User, now: datetime
) -> Outcome:
    require(by, PERMISSION)
    resource.is_active = is_active

    def change() -> None:
        resource.save(update_fields=["is_active"])

    return keep_or_show(
        change, sites=[resource.site], reason=reason, accepted=accepted, by=by, now=now
    )


def _capability_name(name: str, own: Capability | None = None) -> str:
    name = name.strip()
    if not name:
        raise Invalid("Give it a name.")
    same = Capability.objects.filter(name__iexact=name)
    if own is not None:
        same = same.exclude(pk=own.pk)
    if same.exists():
        raise NameTaken(f"There is “{name}” already.")
    return name
