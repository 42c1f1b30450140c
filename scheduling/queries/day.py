"""One clinician's own day: visits, blocked times, and what is free between them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from scheduling.domain.day_plan import gaps
from scheduling.domain.states import HOLDING, AppointmentStatus
from scheduling.domain.waiting import Forecast
from scheduling.models import Delay, Reservation, Resource
from scheduling.queries.blocks import blocks
from scheduling.queries.board import BoardRow, own_day
from scheduling.queries.delays import delay_of
from scheduling.queries.waiting import forecasts, tickets

# Shorter stretches are the clinic breathing, not time for something else.
LEAST_GAP = timedelta(minutes=10)


@dataclass(frozen=True)
class DayItem:
    """A stretch of the day: a visit (`row`), a blocked time (`block`), or neither: free."""

    start_at: datetime
    end_at: datetime
    row: BoardRow | None = None
    number: int | None = None
    forecast: Forecast | None = None
    block: Reservation | None = None

    @property
    def minutes(self) -> int:
        """How long it is."""
        return int((self.end_at - self.start_at) / timedelta(minutes=1))


@dataclass(frozen=True)
class MyDay:
    """A clinician's day in order of time; how late they run, if they do."""

    resource: Resource | None
    items: list[DayItem]
    delay: Delay | None
    waiting: int


def my_day(viewer: Viewer, *, now: datetime) -> MyDay:
    """The viewer's own day by the clock of their site. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.view_own_day")
    me = Resource.objects.select_related("site").filter(user=user).first()
    if me is None:
        return MyDay(None, [], None, 0)
    rows = own_day(viewer, now=now)
    today = now.astimezone(me.site.zone).date()
    expected = forecasts(viewer, me.site, now=now)
    numbers = tickets(viewer, [row.appointment.pk for row in rows])
    visits = [
        DayItem(
            row.appointment.start_at,
            row.appointment.end_at,
            row=row,
            number=numbers.get(row.appointment.pk),
            forecast=expected.get(row.appointment.pk) if row.waited_minutes is not None else None,
        )
        for row in rows
    ]
    blocked = [
        DayItem(block.during.lower, block.during.upper, block=block)
        for block in blocks(viewer, me.site, today, resource=me)
    ]
    taken = [(i.start_at, i.end_at) for i in (*visits, *blocked) if _takes_time(i)]
    free = [DayItem(begin, end) for begin, end in gaps(taken, since=now, least=LEAST_GAP)]
    items = sorted([*visits, *blocked, *free], key=lambda item: (item.start_at, item.end_at))
    waiting = sum(row.waited_minutes is not None for row in rows)
    return MyDay(me, items, delay_of(viewer, me, now=now), waiting)


def _takes_time(item: DayItem) -> bool:
    return item.row is None or AppointmentStatus(item.row.appointment.status) in HOLDING
