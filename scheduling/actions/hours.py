"""When a site is open and when a resource is there: whole weeks, and leave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from scheduling.actions.stranding import Outcome, keep_or_show
from scheduling.domain.local_time import wall_instant
from scheduling.domain.week import Stretch, first_overlap
from scheduling.models import Resource, ResourceKind, Site, TimeOff, Weekday, WorkingHours

ONE_DAY = timedelta(days=1)
LONGEST_LEAVE = timedelta(days=366)


@dataclass(frozen=True)
class Whose:
    """Whose hours are meant: a resource's, or (without one) the site's own."""

    site: Site
    resource: Resource | None = None

    def __str__(self) -> str:
        return str(self.resource or self.site)


@dataclass(frozen=True)
class Leave:
    """Away from the beginning of a day, or a time on it, to the end of a day, or a time on it.

    Days and times are those of the site's wall clock.
    """

    first_date: date
    last_date: date
    from_time: time | None = None
    until_time: time | None = None
    reason: str = ""

    def during(self, site: Site) -> DateTimeTZRange:
        """The instants. Raises `Invalid` if it ends before it begins or is absurdly long."""
        begin = wall_instant(self.first_date, self.from_time or time(), site.zone)
        if self.until_time:
            end = wall_instant(self.last_date, self.until_time, site.zone)
        else:
            end = wall_instant(self.last_date + ONE_DAY, time(), site.zone)
        if end <= begin:
            raise Invalid("This ends before it begins.")
        if end - begin > LONGEST_LEAVE:
            raise Invalid("That is more than a year. Change the weekly hours instead.")
        return DateTimeTZRange(begin, end, "[)")


@action
def set_week(
    *,
    whose: Whose,
    week: Sequence[Stretch],
    from_date: date,
    until_date: date | None = None,
    accepted: str = "",
    by: User,
    now: datetime,
) -> Outcome:
    """From one day, for good or through another, these are the weekly hours.

    What was entered for other days stays. Raises `Invalid` for hours that overlap, lie in the past
    or say nothing about a room, `NotAllowed`.
    """
    _require_hours_of(whose, by)
    _check_week(whose, week, from_date, until_date, now)

    def change() -> None:
        _leave_the_site_s(whose)
        _clear(whose, from_date, until_date)
        WorkingHours.objects.bulk_create(
            WorkingHours(
                site=whose.site,
                resource=whose.resource,
                weekday=stretch.weekday,
                opens=stretch.opens,
                closes=stretch.closes,
                valid_from=from_date,
                valid_until=until_date,
            )
            for stretch in week
        )

    return _shown_first(whose, change, f"New hours of {whose}", accepted, by, now)


@action
def follow_site(*, resource: Resource, accepted: str = "", by: User, now: datetime) -> Outcome:
    """Let a room or machine have no hours of its own. Raises `Invalid`, `NotAllowed`."""
    require(by, "scheduling.manage_setup")
    if resource.kind == ResourceKind.CLINICIAN:
        raise Invalid("A clinician has hours of their own.")
    rows = WorkingHours.objects.filter(resource=resource)
    whose = Whose(resource.site, resource)
    reason = f"{resource} follows the site's hours"
    return _shown_first(whose, lambda: rows.delete(), reason, accepted, by, now)


@action
def add_leave(
    *, whose: Whose, leave: Leave, accepted: str = "", by: User, now: datetime
) -> Outcome:
    """Somebody is away, or the whole site is closed. The same leave twice is there once.

    Raises `Invalid` if it makes no sense or has passed, `NotAllowed`.
    """
    _require_hours_of(whose, by)
    during = leave.during(whose.site)
    if during.upper <= now:
        raise Invalid("This has already passed.")

    def change() -> None:
        TimeOff.objects.get_or_create(
            site=whose.site,
            resource=whose.resource,
            during=during,
            defaults={"reason": leave.reason},
        )

    return _shown_first(whose, change, _away(whose, leave), accepted, by, now)


@action
def change_leave(
    *, time_off: TimeOff, leave: Leave, accepted: str = "", by: User, now: datetime
) -> Outcome:
    """Another time or reason for a leave.

    Raises `Invalid`, `Conflict` if it is over, `NotAllowed`.
    """
    whose = Whose(time_off.site, time_off.resource)
    _require_hours_of(whose, by)
    _refuse_past(time_off, now)
    time_off.during, time_off.reason = leave.during(whose.site), leave.reason

    def change() -> None:
        time_off.save(update_fields=["during", "reason"])

    return _shown_first(whose, change, _away(whose, leave), accepted, by, now)


@action
def remove_leave(*, time_off: TimeOff, by: User, now: datetime) -> Outcome:
    """The hours are given back. Raises `Conflict` if it is over, `NotAllowed`."""
    whose = Whose(time_off.site, time_off.resource)
    _require_hours_of(whose, by)
    _refuse_past(time_off, now)
    return _shown_first(whose, lambda: time_off.delete(), "", "", by, now)


def _require_hours_of(whose: Whose, by: User) -> None:
    own = whose.resource is not None and whose.resource.user_id == by.pk
    if not by.has_perm("scheduling.manage_setup"):
        require(by, "scheduling.manage_own_hours")
        if not own:
            raise NotAllowed("You may only set your own hours and leave.")


def _refuse_past(time_off: TimeOff, now: datetime) -> None:
    if time_off.during.upper <= now:
        raise Conflict("This is over: what happened then stays as it was.")


def _away(whose: Whose, leave: Leave) -> str:
    what = "is away" if whose.resource else "is closed"
    return f"{whose} {what}: {leave.reason}" if leave.reason else f"{whose} {what}"


def _shown_first(
    whose: Whose,
    change: Callable[[], object],
    reason: str,
    accepted: str,
    by: User,
    now: datetime,
) -> Outcome:
    return keep_or_show(
        change, sites=[whose.site], reason=reason, accepted=accepted, by=by, now=now
    )


def _check_week(
    whose: Whose, week: Sequence[Stretch], begin: date, end: date | None, now: datetime
) -> None:
    if begin < now.astimezone(whose.site.zone).date():
        raise Invalid("Hours can be changed from today on, not for days that have passed.")
    if end is not None and end < begin:
        raise Invalid("The last day is before the first.")
    for stretch in week:
        if stretch.closes <= stretch.opens:
            raise Invalid(f"{_day(stretch)}: these hours end before they begin.")
    overlap = first_overlap(week)
    if overlap:
        raise Invalid(f"{_day(overlap)}: two of these stretches overlap.")
    resource = whose.resource
    if resource and resource.kind != ResourceKind.CLINICIAN and not week and not _has_own(resource):
        raise Invalid(
            f"{resource} has no hours of its own and follows the site. If it cannot be used, "
            "enter leave, or take it out of use."
        )


def _day(stretch: Stretch) -> str:
    return str(Weekday(stretch.weekday).label)


def _has_own(resource: Resource) -> bool:
    return WorkingHours.objects.filter(resource=resource).exists()


def _leave_the_site_s(whose: Whose) -> None:
    """A room that followed the site keeps those hours on all days for which it gets no own ones."""
    resource = whose.resource
    if resource is None or resource.kind == ResourceKind.CLINICIAN or _has_own(resource):
        return
    rows = list(WorkingHours.objects.filter(site=whose.site, resource__isnull=True))
    for row in rows:
        row.pk, row.resource = None, resource
    WorkingHours.objects.bulk_create(rows)


def _clear(whose: Whose, begin: date, end: date | None) -> None:
    """Cut the days from `begin` through `end` out of the rows there are."""
    rows = WorkingHours.objects.filter(site=whose.site, resource=whose.resource)
    touched = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=begin))
    if end is not None:
        touched = touched.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=end))
    for row in touched:
        _cut(row, begin, end)


def _cut(row: WorkingHours, begin: date, end: date | None) -> None:
    starts_before = row.valid_from is None or row.valid_from < begin
    lasts_longer = end is not None and (row.valid_until is None or row.valid_until > end)
    last = row.valid_until
    if starts_before:
        row.valid_until = begin - ONE_DAY
        row.save(update_fields=["valid_until"])
    else:
        row.delete()
    if lasts_longer and end is not None:
        row.pk, row.valid_from, row.valid_until = None, end + ONE_DAY, last
        row.save(force_insert=True)
