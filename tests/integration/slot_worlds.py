"""Clinics of every kind on odd days: what an example of the oracle is made of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SHORT_DAY = (time(9), time(12, 30))

# A day of each kind: ordinary, clocks forward, clocks back.
DAYS = {
    "America/New_York": [date(2027, 1, 12), date(2027, 3, 14), date(2027, 11, 7)],
    "Australia/Lord_Howe": [date(2027, 1, 12), date(2027, 10, 3), date(2027, 4, 4)],
    "Asia/Kolkata": [date(2027, 1, 12)],
    "Europe/Dublin": [date(2027, 3, 28), date(2027, 10, 31)],
}
NOW = datetime(2027, 1, 1, tzinfo=UTC)

clock = st.integers(0, 23 * 4 + 3).map(lambda n: time(n // 4, n % 4 * 15))


@st.composite
def shifts(draw, most=2):
    pairs = draw(st.lists(st.tuples(clock, clock), min_size=1, max_size=most))
    return [(min(a, b), max(a, b)) for a, b in pairs if a != b]


LONG_DAY = [(time(1), time(22, 45))]
ALWAYS = st.just((None, None))

PARTS = [[], [], [(10, None)], [(10, 5)], [(0, 10), (15, None)], [(0, 5), (10, 5)]]

# Minutes after the day's beginning, and a length.
span = st.tuples(st.integers(-120, 26 * 60), st.integers(1, 300))


@dataclass
class Thing:
    """A resource of the example, with all that takes it away."""

    kind: str
    can: list[str]
    hours: list[tuple[time, time]] | None
    valid: tuple[int | None, int | None]
    busy: list[tuple[tuple[int, int], str]]
    away: list[tuple[int, int]]


@st.composite
def things(draw, kind, capability):
    return Thing(
        kind,
        draw(st.sampled_from([[capability], [capability], [capability, "other"], ["other"]])),
        draw((st.just(LONG_DAY) if kind == "clinician" else st.none()) | shifts()),
        draw(ALWAYS | st.tuples(st.none() | st.integers(-1, 1), st.none() | st.integers(0, 2))),
        draw(
            st.lists(
                st.tuples(span, st.sampled_from(["taken", "freed", "held", "expired", "over"])),
                max_size=3,
            )
        ),
        draw(st.lists(span, max_size=1)),
    )


@st.composite
def needs(draw, kind):
    return {
        "kind": kind,
        "capability": kind,
        "count": 1 if kind == "clinician" else draw(st.sampled_from([1, 1, 1, 2])),
        # Offsets and lengths of a split visit; none means the whole of it.
        "parts": draw(st.sampled_from(PARTS)),
        "buffer_before_minutes": draw(st.sampled_from([0, 0, 15])),
        "buffer_after_minutes": draw(st.sampled_from([0, 0, 10])),
    }


# What became of each seat of a group.
seat = st.sampled_from(["", "taken", "taken", "own", "cancelled"])
seats = st.lists(seat, min_size=3, max_size=3)


@st.composite
def sessions(draw):
    """A group that is there already: when, led by which clinician, of which kind, its seats."""
    return {
        "at": draw(st.integers(0, 24 * 12).map(lambda n: 5 * n)),
        "led_by": draw(st.integers(0, 2)),
        "how": draw(st.sampled_from(["open", "open", "open", "closed", "other kind"])),
        "seats": draw(seats),
    }


@st.composite
def places(draw, kinds, most, groups):
    """A site with all that is there."""
    return {
        "site_hours": draw(st.just(LONG_DAY) | shifts(3)),
        "closed": draw(st.lists(span, max_size=1)),
        # A holiday: none, one nobody observes, closed all day, or other hours.
        "holiday": draw(st.sampled_from(["", "", "", "unobserved", "closed", "short"])),
        "things": [
            thing
            for kind in kinds
            for thing in draw(st.lists(things(kind, kind), min_size=1, max_size=most))
        ],
        "sessions": draw(st.lists(sessions(), min_size=groups, max_size=2 * groups)),
    }


@st.composite
def wishes(draw):
    """What narrows the search: days, times of the day, a clinician, a beginning."""
    return {
        "weekdays": draw(st.just([]) | st.lists(st.integers(1, 7), max_size=5, unique=True)),
        "from_time": draw(st.none() | clock),
        "until_time": draw(st.none() | clock),
        "named": draw(st.none() | st.none() | st.integers(0, 2)),
        # Minutes after the day's beginning: not always on the grid.
        "after": draw(st.just(0) | st.integers(-60, 20 * 60)),
    }


NO_WISH = {"weekdays": [], "from_time": None, "until_time": None, "named": None, "after": 0}


@st.composite
def worlds(draw):
    zones = draw(st.lists(st.sampled_from(sorted(DAYS)), min_size=1, max_size=2, unique=True))
    kinds = draw(st.sampled_from([["clinician", "room"], ["clinician", "room", "equipment"]]))
    capacity = draw(st.sampled_from([1, 3]))
    groups = int(capacity > 1)
    return {
        "zones": zones,
        "day": draw(st.sampled_from(DAYS[zones[0]])),
        "capacity": capacity,
        "minutes": draw(st.sampled_from([20, 30, 45])),
        "alignment": draw(st.sampled_from([5, 10, 15, 20, 30, 60])),
        "needs": [draw(needs(kind)) for kind in kinds],
        "places": [draw(places(kinds, 3 if n == 0 else 2, groups)) for n in range(len(zones))],
        "visits": draw(st.lists(span, max_size=1)),
        "wish": draw(st.just(NO_WISH) | wishes()),
    }


def simple(world):
    """The same example without what is about several sites, groups or a narrower search."""
    one = {"zones": world["zones"][:1], "places": world["places"][:1]}
    return world | one | {"capacity": 1, "wish": NO_WISH}
