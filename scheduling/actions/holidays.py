"""Public holidays of a site: loaded from a calendar, and the manager's to change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

import holidays

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.stranding import Outcome, keep_or_show
from scheduling.models import Holiday, Site

PERMISSION = "scheduling.manage_setup"
YEARS_AHEAD = 3


class HolidayListed(Conflict):
    """The site has a row for that day already."""

    code = "holiday_listed"
    default_sentence = "There is a holiday on that day already. Change that one."


@dataclass(frozen=True)
class HolidayDetails:
    """What a day is called and which hours it keeps: none, or from `opens` to `closes`."""

    name: str
    is_observed: bool = True
    opens: time | None = None
    closes: time | None = None


@action
def load_holidays(*, site: Site, year: int, accepted: str = "", by: User, now: datetime) -> Outcome:
    """Take the holidays of a year from the site's calendar; days listed already stay as they are.

    Raises `Invalid` without a calendar or for a far year, `NotAllowed`.
    """
    require(by, PERMISSION)
    if not site.holiday_calendar:
        raise Invalid("Choose a calendar of holidays for this site first.")
    if not now.year - 1 <= year <= now.year + YEARS_AHEAD:
        raise Invalid(f"Choose a year from {now.year - 1} to {now.year + YEARS_AHEAD}.")
    country, _, part = site.holiday_calendar.partition("-")
    found = holidays.country_holidays(country, subdiv=part or None, years=year)
    rows = [
        Holiday(site=site, local_date=day, name=name.replace("; ", ", ")[:100])
        for day, name in sorted(found.items())
    ]

    def change() -> None:
        Holiday.objects.bulk_create(rows, ignore_conflicts=True)

    return _shown_first(site, change, f"Holidays of {year}", accepted, by, now)


@action
def add_holiday(
    *,
    site: Site,
    local_date: date,
    details: HolidayDetails,
    accepted: str = "",
    by: User,
    now: datetime,
) -> Outcome:
    """A day of the clinic's own. Raises `HolidayListed`, `Invalid`, `NotAllowed`."""
    require(by, PERMISSION)
    _check(details)
    if Holiday.objects.filter(site=site, local_date=local_date).exists():
        raise HolidayListed

    def change() -> None:
        row = Holiday(site=site, local_date=local_date)
        _fill(row, details)
        row.save()

    return _shown_first(site, change, details.name, accepted, by, now)


@action
def change_holiday(
    *, holiday: Holiday, details: HolidayDetails, accepted: str = "", by: User, now: datetime
) -> Outcome:
    """Another name, other hours, or a day like any other. Raises `Invalid`, `NotAllowed`."""
    require(by, PERMISSION)
    _check(details)

    def change() -> None:
        _fill(holiday, details)
        holiday.save()

    return _shown_first(holiday.site, change, details.name, accepted, by, now)


@action
def remove_holiday(*, holiday: Holiday, by: User, now: datetime) -> Outcome:
    """Take the row away; loading the calendar again may bring it back. Raises `NotAllowed`."""
    require(by, PERMISSION)
    return _shown_first(holiday.site, lambda: holiday.delete(), "", "*", by, now)


def _check(details: HolidayDetails) -> None:
    if not details.name.strip():
        raise Invalid("A holiday has a name.")
    if (details.opens is None) != (details.closes is None):
        raise Invalid("Give both times of a short day, or neither.")
    if details.opens and details.closes and details.closes <= details.opens:
        raise Invalid("The short day ends before it begins.")


def _fill(row: Holiday, details: HolidayDetails) -> None:
    row.name, row.is_observed = details.name.strip(), details.is_observed
    row.opens, row.closes = details.opens, details.closes


def _shown_first(
    site: Site,
    change: Callable[[], object],
    reason: str,
    accepted: str,
    by: User,
    now: datetime,
) -> Outcome:
    return keep_or_show(change, sites=[site], reason=reason, accepted=accepted, by=by, now=now)
