"""What is asked: a table of named requests, each with its target and its yardstick in SQL."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tests.bench import sizes
from tests.bench.clinic import Built
from tests.bench.load import Ask

_ZONE = ZoneInfo(sizes.ZONE)
# The same requests in each run.
_CHANCE = random.Random(20261121)

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """A read that is measured. `asks` are what is sent; `raw` are the same questions for SQL.

    `target` is the milliseconds of the median at one client, None where there is none; `divisor`
    is by how much fewer times a heavy one is asked. What a page asks about itself is read from the
    page by `follows`, and answered with `status`.
    """

    name: str
    target: float | None
    asks: Callable[["Calendar", int], list[Ask]]
    raw: Callable[["Calendar", int], list[Parameters]] | None = None
    divisor: int = 1
    target_bytes: int | None = None
    follows: Callable[[str], Ask] | None = None
    status: int = 200
    by_physician: bool = False


@dataclass(frozen=True)
class Calendar:
    """The built clinic, the day from which on times are asked for, and who is signed in."""

    built: Built
    now: datetime
    size: sizes.Size
    sessions: list[str]
    physician: str = ""
    windows: dict[str, list[tuple[int, int | None, datetime, datetime]]] = field(
        default_factory=dict
    )

    def window(self, name: str, count: int, days: int, *, named: bool):
        """`count` pairs of site and clinician, with a window of so many days, drawn once."""
        if name not in self.windows:
            self.windows[name] = [self._draw(days, named) for _ in range(count)]
        return self.windows[name][:count]

    def _draw(self, days, named):
        site = _CHANCE.choice(self.built.sites)
        person = _CHANCE.choice(self.built.clinicians[str(site)]) if named else None
        coming = [day for day in sizes.working_days(self.size) if day > self.now.date()]
        day = _CHANCE.choice(coming[: max(1, len(coming) - days)])
        if days > 1:
            day = coming[0] + timedelta(days=_CHANCE.randrange(5))
        begin = datetime.combine(day, time(0), _ZONE)
        return site, person, begin, begin + timedelta(days=days)


def _slots(name: str, kind: str, days: int, *, named: bool):
    def asks(calendar: Calendar, count: int) -> list[Ask]:
        return [
            Ask("/api/v1/slots/?" + urlencode(_asked(calendar, kind, *window)))
            for window in calendar.window(name, count, days, named=named)
        ]

    return asks


def _asked(calendar, kind, site, person, begin, end):
    told = {"site": site, "visit_type": getattr(calendar.built, kind), "limit": 1000}
    told |= {"earliest": begin.isoformat(), "latest": end.isoformat()}
    return told | ({"clinician": person} if person else {})


def _raw(name: str, days: int, *, named: bool, others=(), minutes=20, buffer=0, grid=20):
    def parameters(calendar: Calendar, count: int) -> list[Parameters]:
        return [
            {
                "site": site,
                "clinicians": [person] if person else calendar.built.clinicians[str(site)],
                "earliest": begin,
                "latest": end,
                "zone": sizes.ZONE,
                "others": list(others),
                "minutes": minutes,
                "buffer": buffer,
                "grid": grid,
            }
            for site, person, begin, end in calendar.window(name, count, days, named=named)
        ]

    return parameters


def _board(calendar: Calendar, count: int) -> list[Ask]:
    built = calendar.built
    told = {"view": "columns", "columns": built.board_view, "day": built.board_day}
    return [Ask(f"/desk/?{urlencode(told | {'site': built.sites[0]})}")] * count


def _refresh(page: str) -> Ask:
    """What the page's own script asks ten seconds later."""
    grid = re.search(r'<form id="grid".*?>', page, re.S)[0]
    told = dict(re.findall(r'data-(etag|changes)="([^"]*)"', grid))
    columns = re.findall(r'id="column-(\d+)" data-tag="([^"]*)"', page)
    headers = {
        "Dorsa-Background": "1",
        "If-None-Match": unescape(told["etag"]),
        "Dorsa-Columns": " ".join(f"{pk}:{tag}" for pk, tag in columns),
    }
    return Ask(unescape(told["changes"]), headers=headers)


def _page(path: str):
    def asks(calendar: Calendar, count: int) -> list[Ask]:
        return [Ask(f"{path}?{urlencode({'site': calendar.built.sites[0]})}")] * count

    return asks


def _chart(period: str):
    def asks(calendar: Calendar, count: int) -> list[Ask]:
        return [Ask(f"/physician/people/{calendar.built.long_record}/{period}")] * count

    return asks


_MACHINES = {"others": ("room", "equipment"), "minutes": 30, "buffer": 15, "grid": 30}

QUESTIONS = [
    Question(
        "a clinician's day",
        2.5,
        _slots("day", "consultation", 1, named=True),
        _raw("day", 1, named=True),
    ),
    Question(
        "a clinician's month",
        4.0,
        _slots("month", "consultation", 30, named=True),
        _raw("month", 30, named=True),
    ),
    Question(
        "a clinician's day, any of 50 rooms",
        None,
        _slots("roomed", "roomed", 1, named=True),
        _raw("roomed", 1, named=True, others=("room",)),
    ),
    Question(
        "50 clinicians × 7 days, room and C-arm",
        35.0,
        _slots("week", "injection", 7, named=False),
        _raw("week", 7, named=False, **_MACHINES),
        divisor=4,
    ),
    Question("the board, 30 × 400", 60.0, _board, divisor=4, target_bytes=150_000),
    Question("the board again, unchanged", 3.0, _board, follows=_refresh, status=304),
    # What is drawn from few rows must not look at the whole calendar.
    Question("the worklist", None, _page("/desk/worklist/"), divisor=8),
    Question("blocked times", None, _page("/desk/blocks/"), divisor=8),
    Question("the chart of ten years", 100.0, _chart(""), divisor=8, by_physician=True),
    Question("all of its ten years", 100.0, _chart("?period=all"), divisor=8, by_physician=True),
]
