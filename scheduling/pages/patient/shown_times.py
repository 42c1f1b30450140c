"""Free times as a phone shows them: a few a day, the others one tap away.

Their buttons are written by hand instead of by a template: three days have two hundred of them,
which took Django's templates longer than everything else on the page together.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import time_format
from django.utils.safestring import SafeString, mark_safe

from scheduling.domain.slots import Slot
from scheduling.models import Resource, Site
from scheduling.pages.patient.words import why_nothing, why_wait
from scheduling.queries.own_booking import OwnTimes

AT_ONCE = 6


def shown_times(
    found: OwnTimes, site: Site, people: Iterable[Resource], now: datetime
) -> dict[str, Any]:
    """What a page of times needs: each time with who sees the person then."""
    today = now.astimezone(site.zone).date()
    drawn = _Buttons({person.pk: person.name for person in people}, site.zone)
    days = [
        {
            "day": one.day,
            "is_today": one.day == today,
            "is_tomorrow": one.day == today + timedelta(days=1),
            "first": drawn.all_of(one.slots[:AT_ONCE]),
            "rest": drawn.all_of(one.slots[AT_ONCE:]),
            "rest_count": len(one.slots[AT_ONCE:]),
        }
        for one in found.days
    ]
    return {
        "days": days,
        "site": site,
        "delay": found.delay,
        "why_wait": why_wait(found.delay.kinds) if found.delay else [],
        "nothing": why_nothing(found.nothing) if not found.days else "",
        "later": found.later,
    }


def until_when(start_at: datetime, site: Site, now: datetime) -> datetime | None:
    """Until when somebody changes a visit by themself; None if that is over already."""
    until = start_at - timedelta(hours=site.cancel_notice_hours)
    return until if until > now else None


class _Buttons:
    """Times as buttons of the form around, by the clock of a place and in the page's language."""

    def __init__(self, names: Mapping[int, str], zone: ZoneInfo) -> None:
        self._names = {pk: escape(name) for pk, name in names.items()}
        self._zone = zone
        # The same times of day come again on each day.
        self._clock: dict[time, str] = {}

    def all_of(self, slots: Iterable[Slot]) -> SafeString:
        """Each with whom the person would see."""
        return mark_safe("".join(map(self._button, slots)))  # noqa: S308 - every text is escaped

    def _button(self, slot: Slot) -> str:
        clock = slot.start_at.astimezone(self._zone).time()
        if clock not in self._clock:
            self._clock[clock] = escape(time_format(clock))
        return (
            f'<button type="submit" class="slot" name="slot" value="{escape(slot.key)}">'
            f"{self._clock[clock]}<small>{self._names.get(slot.clinician_id or 0, '')}</small>"
            "</button>"
        )
