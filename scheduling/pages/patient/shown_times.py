"""Free times as a phone shows them: a few a day, the others one tap away."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from scheduling.models import Resource, Site
from scheduling.pages.patient.words import why_nothing, why_wait
from scheduling.queries.own_booking import OwnTimes

AT_ONCE = 6


def shown_times(
    found: OwnTimes, site: Site, people: Iterable[Resource], now: datetime
) -> dict[str, Any]:
    """What a page of times needs: each time with who sees the person then."""
    today = now.astimezone(site.zone).date()
    names = {person.pk: person.name for person in people}
    days = []
    for one in found.days:
        slots = [(slot, names.get(slot.clinician_id or 0, "")) for slot in one.slots]
        days.append(
            {
                "day": one.day,
                "is_today": one.day == today,
                "is_tomorrow": one.day == today + timedelta(days=1),
                "first": slots[:AT_ONCE],
                "rest": slots[AT_ONCE:],
            }
        )
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
