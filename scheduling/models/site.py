"""Where the clinic works."""

import zoneinfo
from functools import cached_property
from typing import ClassVar

import holidays
from django.core.exceptions import ValidationError
from django.db import models

from clinic.accounts.models import Team, User


def validate_time_zone(name: str) -> None:
    """Refuses anything that is not a name of the IANA time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone, such as America/New_York.")


def validate_holiday_calendar(code: str) -> None:
    """Refuses anything that is not a calendar of public holidays, such as "US" or "US-NY"."""
    country, _, part = code.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise ValidationError(f"“{code}” is not a calendar of holidays, such as US or US-NY.")


class SiteQuerySet(models.QuerySet["Site"]):
    """The words for picking sites."""

    def open_to(self, user: User) -> "SiteQuerySet":
        """Those in whose team the user is, or all for whoever sees every site."""
        if user.has_perm("scheduling.see_all_sites"):
            return self
        return self.filter(team__members__user=user)


class Site(models.Model):
    """A place with an address, a phone and a clock on the wall, and the team that works there.

    One that is not `is_active` has closed for good: nothing is booked there any more, and what was
    stays to be read.
    """

    name = models.CharField(max_length=100, unique=True)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    phone = models.CharField(max_length=40, blank=True)
    # Who is written to at once about an alarming answer of somebody who comes here; "" is the
    # clinic's own address.
    on_call_email = models.EmailField(blank=True, default="", db_default="")
    address = models.CharField(max_length=300, blank=True)
    # Whose public holidays count here: a country, or a country and a part of it.
    holiday_calendar = models.CharField(
        max_length=12, blank=True, validators=[validate_holiday_calendar]
    )
    # A visit is missed when nobody has come by its end, and so many minutes after its beginning.
    no_show_after_minutes = models.PositiveSmallIntegerField(default=15)
    # Until so many hours before a visit, people cancel or move it by themselves; then they call.
    cancel_notice_hours = models.PositiveSmallIntegerField(default=24)
    # So many visits to come may one person have that they booked by themself; 0: none is booked so.
    most_online_visits = models.PositiveSmallIntegerField(default=3)
    # How to get there and in, in the words of the page of a visit.
    directions_en = models.CharField(max_length=500, blank=True)
    directions_es = models.CharField(max_length=500, blank=True)
    # Whoever writes in the portal is told to have an answer within so many working days.
    answer_within_days = models.PositiveSmallIntegerField(default=2, db_default=2)
    team = models.OneToOneField(Team, on_delete=models.PROTECT, related_name="site")
    is_active = models.BooleanField(default=True)

    objects: ClassVar = SiteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            # The function (in the first migration) asks PostgreSQL's own list of zones.
            models.CheckConstraint(
                condition=models.Func(
                    models.F("time_zone"),
                    function="dorsa_is_time_zone",
                    output_field=models.BooleanField(),
                ),
                name="site_time_zone_exists",
            ),
            models.CheckConstraint(
                condition=models.Q(no_show_after_minutes__gte=5, no_show_after_minutes__lte=240),
                name="site_no_show_after_5_minutes_to_4_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(cancel_notice_hours__lte=336),
                name="site_cancel_notice_is_2_weeks_at_most",
            ),
            models.CheckConstraint(
                condition=models.Q(most_online_visits__lte=50),
                name="site_most_online_visits_is_50_at_most",
            ),
            models.CheckConstraint(
                condition=models.Q(answer_within_days__gte=1, answer_within_days__lte=10),
                name="site_answers_within_1_to_10_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The clock on this site's wall."""
        return zoneinfo.ZoneInfo(self.time_zone)
