"""Visits to which nobody came."""

from datetime import datetime, timedelta
from uuid import UUID

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from clinic.shared.prepared import all_rows

# What nobody marked for so long is left to people.
FARTHEST_BACK = timedelta(days=3)

# For each site a few days of its index: `OFFSET 0` keeps PostgreSQL from reading all visits once.
_MISSED = """
    SELECT missed.id
    FROM scheduling_site s
    CROSS JOIN LATERAL (
      SELECT a.id, a.start_at
      FROM scheduling_appointment a
      WHERE a.site_id = s.id
        AND a.start_at > %(since)s
        AND a.start_at <= %(now)s::timestamptz - make_interval(mins => s.no_show_after_minutes)
        AND a.end_at <= %(now)s
        AND a.status IN ('booked', 'confirmed')
        AND NOT EXISTS (
          SELECT FROM scheduling_appointmentevent e
          WHERE e.appointment_id = a.id AND e.step = 'no_show' AND e.occurred_at >= a.start_at
        )
      OFFSET 0
    ) missed
    ORDER BY missed.start_at, missed.id
    LIMIT %(limit)s
"""


def missed_visits(viewer: Viewer, *, limit: int, now: datetime) -> list[UUID]:
    """Visits that have ended without anybody having come, oldest first.

    A visit is missed at its end, and not before the grace of its site has passed since its
    beginning. What somebody took back is not marked again. For the clinic alone. Raises
    `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    asked = {"now": now, "since": now - FARTHEST_BACK, "limit": limit}
    return [pk for (pk,) in all_rows(_MISSED, asked)]
