"""The same work in plain SQL through psycopg: what the database alone needs for it."""

import multiprocessing
import time
from collections import Counter
from pathlib import Path

import psycopg

from tests.bench.load import Timing

SLOTS = Path(__file__).with_name("raw_slots.sql").read_text()


def read(database_url: str, parameters: list[dict[str, object]]) -> tuple[Timing, list[int]]:
    """Each question once, on one connection with prepared statements; and how many rows it has."""
    seconds, rows = [], []
    with psycopg.connect(database_url, autocommit=True, prepare_threshold=0) as connection:
        for told in parameters[:8]:
            connection.execute(SLOTS, told).fetchall()
        began = time.perf_counter()
        for told in parameters:
            start = time.perf_counter()
            rows.append(len(connection.execute(SLOTS, told).fetchall()))
            seconds.append(time.perf_counter() - start)
        wall = time.perf_counter() - began
    return Timing(seconds, Counter({200: len(seconds)}), 0, wall), rows


# A booking by hand, with everything already chosen: locks, visit, reservations, event, message. The
# triggers that keep history run as they do for ours.
_LOCK = "SELECT id FROM scheduling_resource WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_VISIT = """
INSERT INTO scheduling_appointment
    (patient_id, visit_type_id, site_id, start_at, end_at, status, status_at, reason, booked_by_id)
SELECT %(patient)s, id, %(site)s, %(start_at)s, %(start_at)s + interval '30 minutes', 'booked',
       clock_timestamp(), '', %(clerk)s
FROM scheduling_visittype WHERE code = %(kind)s RETURNING id
"""
_PARTS = """
INSERT INTO scheduling_reservation
    (resource_id, during, kind, appointment_id, is_active, is_overbooked)
SELECT part.resource_id, tstzrange(%(start_at)s::timestamptz + part.lower * interval '1 minute',
                                   %(start_at)s::timestamptz + part.upper * interval '1 minute'),
       part.kind, %(id)s, true, false
FROM (VALUES (%(clinician)s, 0, 30, 'appointment'), (%(room)s, 0, 30, 'appointment'),
             (%(room)s, 30, 45, 'buffer'), (%(c_arm)s, 0, 30, 'appointment'))
     part (resource_id, lower, upper, kind)
"""
_EVENT = """
INSERT INTO scheduling_appointmentevent
    (appointment_id, step, from_status, to_status, occurred_at, by_id, note)
VALUES (%(id)s, 'book', '', 'booked', clock_timestamp(), %(clerk)s, '')
"""
_MESSAGE = """
INSERT INTO messaging_message
    (kind, status, about, patient_id, to_name, to_address, subject, body, dedupe_key, due_at,
     attempts, last_error)
VALUES ('appointment_booked', 'due', 'bench', %(patient)s, 'Ana', 'a@example.org', 'Your visit',
        'Please come.', %(id)s::text, clock_timestamp(), 0, '')
"""


def book(database_url: str, targets: list[dict[str, object]], *, clients: int) -> Timing:
    """The bookings by hand, from so many connections that begin together."""
    shot = time.time() + 1.0 + clients * 0.15
    plans = [(database_url, targets[n::clients], shot) for n in range(clients)]
    with multiprocessing.get_context("spawn").Pool(clients) as pool:
        results = pool.map(_book_some, plans, chunksize=1)
    began = min(result[1] for result in results)
    seconds = [second for result in results for second in result[0]]
    wall = max(result[2] for result in results) - began
    return Timing(seconds, Counter({201: len(seconds)}), 0, wall)


def _book_some(plan):
    database_url, targets, shot = plan
    seconds = []
    with psycopg.connect(database_url, autocommit=True, prepare_threshold=0) as connection:
        time.sleep(max(0.0, shot - time.time()))
        began = time.time()
        for told in targets:
            start = time.perf_counter()
            with connection.transaction():
                connection.execute(_LOCK, [[told["clinician"], told["room"], told["c_arm"]]])
                (visit,) = connection.execute(_VISIT, told).fetchone()
                for statement in (_PARTS, _EVENT, _MESSAGE):
                    connection.execute(statement, told | {"id": visit})
            seconds.append(time.perf_counter() - start)
    return seconds, began, time.time()
