"""Making and changing sites."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError

from clinic.accounts.guards import require
from clinic.accounts.models import Team, User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.places import lock_resources
from scheduling.domain.states import HOLDING, AppointmentStatus
from scheduling.models import (
    Appointment,
    Hold,
    HoldStatus,
    Reservation,
    Resource,
    Site,
    TimeOff,
    WaitlistEntry,
    WaitlistStatus,
)

PERMISSION = "scheduling.manage_setup"


class NameTaken(Conflict):
    """Something else is called that."""

    code = "name_taken"
    title = "This name is taken"
    default_sentence = "Something else has this name already. Choose another."


class SiteInUse(Conflict):
    """Somebody is to come to the site, or waits to."""

    code = "site_in_use"
    title = "This site is still in use"


@dataclass(frozen=True)
class SiteDetails:
    """What is known about a site. `time_zone` is an IANA name, `holiday_calendar` "US-NY" or ""."""

    name: str
    time_zone: str
    phone: str = ""
    on_call_email: str = ""
    address: str = ""
    holiday_calendar: str = ""
    no_show_after_minutes: int = 15
    cancel_notice_hours: int = 24
    most_online_visits: int = 3
    directions_en: str = ""
    directions_es: str = ""
    answer_within_days: int = 2


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
def change_site(
    *, site: Site, details: SiteDetails, is_active: bool | None = None, by: User, now: datetime
) -> Site:
    """Another name, phone, address or calendar; its team is renamed with it. In use or not.

    The time zone stays while anything is entered for a coming day: visits and leave are instants
    that were read off the old clock, and hours on the new one would no longer fit them. Raises
    `Conflict` then, `SiteInUse` as `retire_site` does, `NameTaken`, `Invalid`, `NotAllowed`.
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
    if is_active in {None, current.is_active}:
        return current
    switch = restore_site if is_active else retire_site
    return switch(site=current, by=by, now=now)


@action
def retire_site(*, site: Site, by: User, now: datetime) -> Site:
    """Book nothing there any more; what was stays. Nothing changes at a site that is out of use.

    Raises `SiteInUse` while anybody is to come or waits there, saying how many, and `NotAllowed`.
    """
    require(by, PERMISSION)
    # No booking slips in between: it locks the same resources before it writes.
    lock_resources(Resource.objects.filter(site=site).values_list("pk", flat=True))
    expected = _expected(site, now)
    if site.is_active and any(expected.values()):
        raise SiteInUse(
            f"{site} cannot be taken out of use: {_in_words(expected)}. Move or cancel them first.",
            details={"expected": expected},
        )
    return _switch(site, is_active=False)


@action
def restore_site(*, site: Site, by: User, now: datetime) -> Site:
    """Book there again, with the hours and rooms it had. Raises `NotAllowed`."""
    require(by, PERMISSION)
    return _switch(site, is_active=True)


def _switch(site: Site, *, is_active: bool) -> Site:
    site.is_active = is_active
    site.save(update_fields=["is_active"])
    return site


def _expected(site: Site, now: datetime) -> dict[str, int]:
    """How many visits are to come or going on, how many times are held, how many people wait."""
    coming = sorted(HOLDING - {AppointmentStatus.COMPLETED})
    return {
        "visits": Appointment.objects.filter(site=site, status__in=coming, end_at__gt=now).count(),
        "holds": Hold.objects.filter(site=site, status=HoldStatus.HELD, expires_at__gt=now).count(),
        "waiting": WaitlistEntry.objects.filter(site=site, status=WaitlistStatus.WAITING).count(),
    }


def _in_words(expected: dict[str, int]) -> str:
    visits, holds, waiting = expected["visits"], expected["holds"], expected["waiting"]
    parts = [
        visits and f"{visits} visit{'s are' if visits > 1 else ' is'} still to come there",
        holds and f"{holds} time{'s are' if holds > 1 else ' is'} held there",
        waiting
        and f"{waiting} {'people wait' if waiting > 1 else 'person waits'} for a time there",
    ]
    return ", ".join(part for part in parts if part)


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
