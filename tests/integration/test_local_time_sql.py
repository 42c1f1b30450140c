"""Python and SQL read wall clocks alike, on every hour of the days when clocks change."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from scheduling.domain.local_time import wall_instant, wall_instant_sql

ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Dublin", "UTC"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ZONES)
def test_python_and_sql_agree_on_every_quarter_of_an_hour(name):
    """The page shows what Python says and books what SQL says: they must be one."""
    zone = ZoneInfo(name)
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    changes = [d for d in days if _offset(d, zone) != _offset(d + timedelta(days=1), zone)]
    assert len(changes) == (0 if name in {"Asia/Kolkata", "UTC"} else 2)
    expression = wall_instant_sql("%s::date", "%s::time", "%s")
    with connection.cursor() as cursor:
        for day in [*changes, date(2027, 6, 1)]:
            for quarter in range(96):
                clock = time(quarter // 4, quarter % 4 * 15)
                cursor.execute(f"SELECT {expression}", [day, clock, name])
                assert cursor.fetchone()[0] == wall_instant(day, clock, zone), (day, clock)


def _offset(day, zone):
    return wall_instant(day, time(), zone).astimezone(zone).utcoffset()
