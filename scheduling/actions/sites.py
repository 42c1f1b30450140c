"""Making and changing sites."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError

from clinic.accounts.guards import require
from clinic.accounts.models import Team, User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.models import Reservation, Site, TimeOff

PERMISSION = "scheduling.manage_setup"


class NameTaken(Conflict):
    """Something else is called that."""

    code = "name_taken"
    title = "This name is taken"
    default_sentence = "Something else has this name already. Choose another."


@dataclass(frozen=True)
class SiteDetails:
    """What is known about a site. `time_zone` is an IANA name, `holiday_calendar` "US-NY" or ""."""

    name: str
    time_zone: str
    phone: str = ""
    address: str = ""
    holiday_calendar: str = ""


@action
def open_site(*, details: SiteDetails, by: User, now: datetime) -> Site:
    """A new site, and the team that works there; nobody is in it yet, and it has no hours.

    Raises `NameTaken`, `Invalid` for an unknown time zone or calendar, `NotAllowed`.
    """
    require(by, PERMISSION)
    site = Site(**asdict(details))
    _check(site)
    if Team.objects.filter(name=details.name).exists():
        raise NameTaken(f"There is a team called {details.name} already. Choose another name.")
    site.team = Team.objects.create(name=details.name)
    site.save()
    return site


@action
def change_site(*, site: Site, details: SiteDetails, by: User, now: datetime) -> Site:
    """Another name, phone, address or calendar; its team is renamed with it.

    The time zone stays while anything is entered for a coming day: visits and leave are instants
    that were read off the old clock, and hours on the new one would no longer fit them. Raises
    `Conflict` then, `NameTaken`, `Invalid`, `NotAllowed`.
    """
    require(by, PERMISSION)
    current = Site.objects.select_for_update(of=("self",)).select_related("team").get(pk=site.pk)
    if details.time_zone != current.time_zone and _has_a_future(current, now):
        raise Conflict(
            f"{current.name} has visits or leave on coming days, made by its present clock. "
            "Its time zone can change when there are none."
        )
    if current.team.name == current.name != details.name:
        if Team.objects.filter(name=details.name).exists():
            raise NameTaken(f"There is a team called {details.name} already. Choose another name.")
        current.team.name = details.name
        current.team.save(update_fields=["name"])
    for name, value in asdict(details).items():
        setattr(current, name, value)
    _check(current)
    current.save()
    return current


def _check(site: Site) -> None:
    try:
        site.clean_fields(exclude=["team"])
    except ValidationError as error:
        raise Invalid(str(error.messages[0]), details={"errors": error.message_dict}) from error
    if Site.objects.filter(name=site.name).exclude(pk=site.pk).exists():
        raise NameTaken(f"There is a site called {site.name} already. Choose another name.")


def _has_a_future(site: Site, now: datetime) -> bool:
    taken = Reservation.objects.filter(
        resource__site=site, is_active=True, during__endswith__gt=now
    )
    away = TimeOff.objects.filter(site=site, during__endswith__gt=now)
    return taken.exists() or away.exists()
