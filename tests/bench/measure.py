"""One run of all measurements: reads, bookings, the contest, memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import requests

from tests.bench import bookings, raw, report, sizes
from tests.bench.clinic import Built, signed_in
from tests.bench.load import Timing, send
from tests.bench.questions import QUESTIONS, Calendar
from tests.bench.report import Line
from tests.bench.web import SERVERS, Web, serving

CLIENTS = 16
# Of each question so many answers are compared with those of raw SQL.
COMPARED = 20
BOOKINGS_A_SECOND, BOOKING_P99, MEGABYTES = 300, 100, 150


@dataclass
class Outcome:
    """Everything that was measured, and whether nothing went wrong."""

    machine: str
    reservations: int
    sections: dict[str, list[Line]] = field(default_factory=dict)
    is_sound: bool = True

    @property
    def text(self) -> str:
        """What is printed."""
        return f"\n{self.machine}; {self.reservations:,} reservations, 2 web workers"


def measure(app_url: str, admin_url: str, built: Built, size: sizes.Size, folder: Path) -> Outcome:
    """Both servers, one after the other, on the same clinic; raw SQL once, before them."""
    now = datetime.now(UTC)
    clerks = [signed_in(clerk) for clerk in built.clerks]
    calendar = Calendar(built, now, size, clerks, signed_in(built.physician))
    with psycopg.connect(admin_url) as connection:
        count = connection.execute("SELECT count(*) FROM scheduling_reservation").fetchone()[0]
    outcome = Outcome(report.machine(), count)
    if not bookings.sees_overlaps(app_url):
        raise RuntimeError("The question for overlaps does not see one that is there.")
    yardsticks = _raw_reads(app_url, calendar, size)
    after = now + timedelta(days=2)
    places = bookings.free_places(app_url, built, 10_000, after=after)
    shares = len(SERVERS) + 1
    each = min(size.bookings, len(places) * 2 // 3 // shares)
    by_hand = raw.book(app_url, places[:each], clients=CLIENTS)
    places = places[each:]
    for name in SERVERS:
        with serving(name, app_url, folder) as web:
            _compare(web, app_url, calendar)
            lines = _reads(web, calendar, size, yardsticks)
            timing = send(
                web.address, calendar.sessions, bookings.as_asks(places[:each]), clients=CLIENTS
            )
            lines += _booking_lines(timing, by_hand)
            places = places[each:]
            fought = -(-size.contested // CLIENTS)
            lines += _contest(web, app_url, admin_url, calendar, places[:fought], outcome)
            places = places[fought:]
            lines.append(
                Line("memory of a web worker", web.worker_megabytes(), "MB", None, MEGABYTES)
            )
        outcome.sections[name] = lines
        print(f"\n{name}\n\n{report.table(lines)}", flush=True)
    return outcome


def _raw_reads(app_url, calendar, size):
    found = {}
    for question in QUESTIONS:
        if question.raw is not None:
            asked = question.raw(calendar, size.reads // question.divisor)
            found[question.name] = raw.read(app_url, asked)[0]
    return found


def _compare(web: Web, app_url: str, calendar: Calendar) -> None:
    """Raises `RuntimeError` unless raw SQL and the endpoint give the same starts."""
    for question in QUESTIONS:
        if question.raw is None:
            continue
        _, by_hand = raw.read(app_url, question.raw(calendar, COMPARED))
        for ask, starts in zip(question.asks(calendar, len(by_hand)), by_hand, strict=True):
            answer = requests.get(
                web.address + ask.path, cookies={"sessionid": calendar.sessions[0]}, timeout=60
            )
            ours = {
                (datetime.fromisoformat(slot["start_at"]), slot["clinician"])
                for slot in answer.json()["slots"]
            }
            if ours != starts:
                raise RuntimeError(f"{question.name}: {ask.path} and raw SQL differ.")


def _reads(web: Web, calendar: Calendar, size: sizes.Size, yardsticks) -> list[Line]:
    lines = []
    for question in QUESTIONS:
        asks = question.asks(calendar, size.reads // question.divisor)
        if question.follows:
            # Of one session: another clerk's board is another board.
            page = requests.get(
                web.address + asks[0].path, cookies={"sessionid": calendar.sessions[0]}, timeout=60
            )
            asks = [question.follows(page.text)] * len(asks)
        who = calendar.physician if question.by_physician else calendar.sessions[0]
        timing = send(web.address, [who], asks)
        _expect(timing, {question.status})
        yardstick = yardsticks.get(question.name)
        by_hand = yardstick.percentile(50) if yardstick else None
        lines.append(
            Line(f"{question.name}, p50", timing.percentile(50), "ms", by_hand, question.target)
        )
        lines.append(
            Line(
                f"{question.name}, p99",
                timing.percentile(99),
                "ms",
                yardstick.percentile(99) if yardstick else None,
            )
        )
        if question.target_bytes:
            lines.append(
                Line(
                    f"{question.name}, size",
                    timing.bytes / 1000,
                    "kB",
                    None,
                    question.target_bytes / 1000,
                )
            )
    return lines


def _booking_lines(timing: Timing, by_hand: Timing) -> list[Line]:
    _expect(timing, {201})
    return [
        Line(
            "bookings a second, 16 clients",
            timing.rate,
            "/s",
            by_hand.rate,
            BOOKINGS_A_SECOND,
            at_most=False,
        ),
        Line("a booking, p50", timing.percentile(50), "ms", by_hand.percentile(50)),
        Line("a booking, p99", timing.percentile(99), "ms", by_hand.percentile(99), BOOKING_P99),
    ]


def _contest(web, app_url, admin_url, calendar, places, outcome) -> list[Line]:
    before = bookings.deadlocks(admin_url)
    size = calendar.size
    people = bookings.patients(app_url, size.contested)
    asks = bookings.contested(places, people, size.contested)
    timing = send(web.address, calendar.sessions, asks, clients=CLIENTS)
    twice = bookings.overlaps(app_url)
    failed = sum(n for status, n in timing.statuses.items() if status >= 500)
    locked = bookings.deadlocks(admin_url) - before
    outcome.is_sound = outcome.is_sound and not (twice or failed)
    return [
        Line(f"contested: {size.contested} bookings, booked", timing.statuses[201], ""),
        Line("contested: refused (409)", timing.statuses[409], ""),
        Line("contested: p99", timing.percentile(99), "ms"),
        Line("contested: overlaps in the calendar", twice, "", None, 0),
        Line("contested: answers with 5xx", failed, "", None, 0),
        Line("contested: deadlocks", locked, "", None, 0),
    ]


def _expect(timing: Timing, statuses: set[int]) -> None:
    strange = {s: n for s, n in timing.statuses.items() if s not in statuses}
    if len(strange) and sum(strange.values()) * 50 > sum(timing.statuses.values()):
        raise RuntimeError(f"More than 2 % of the answers were not {statuses}: {strange}")
