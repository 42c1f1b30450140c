"""The same work in plain SQL through psycopg: what the database alone needs for it."""

import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import psycopg

from tests.bench.load import Timing, at_once

SLOTS = Path(__file__).with_name("raw_slots.sql").read_text()


Starts = set[tuple[datetime, int]]


def read(database_url: str, parameters: list[dict[str, object]]) -> tuple[Timing, list[Starts]]:
    """Each question once, on one connection with prepared statements; and what it answers."""
    seconds, rows = [], []
    with psycopg.connect(database_url, autocommit=True, prepare_threshold=0) as connection:
        for told in parameters[:8]:
            connection.execute(SLOTS, told).fetchall()
        began = time.perf_counter()
        for told in parameters:
            start = time.perf_counter()
            found = connection.execute(SLOTS, told).fetchall()
            seconds.append(time.perf_counter() - start)
            rows.append({(start_at, clinician) for start_at, clinician in found})
        wall = time.perf_counter() - began
    return Timing(seconds, Counter({200: len(seconds)}), 0, wall), rows


# A booking by hand: locks, visit, reservations, event, care team, message, read log. The triggers
# that keep history run as they do for ours. What ours does besides: it finds out who asks and what
# they may, and chooses room and C-arm (here they are chosen already).
_PERSON = (
    "SELECT id FROM patients_patient WHERE id = %s AND replaced_by_id IS NULL FOR NO KEY UPDATE"
)
_LOCK = "SELECT id FROM scheduling_resource WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_VISIT = """
INSERT INTO scheduling_appointment
    (patient_id, visit_type_id, site_id, start_at, end_at, status, status_at, reason,
     cancellation_reason, overbooking_reason, region, booked_by_id)
SELECT %(patient)s, id, %(site)s, %(start_at)s, %(start_at)s + interval '30 minutes', 'booked',
       clock_timestamp(), '', '', '', '', %(clerk)s
FROM scheduling_visittype WHERE code = %(kind)s RETURNING id
"""
_PARTS = """
INSERT INTO scheduling_reservation
    (resource_id, during, kind, appointment_id, note, is_active, is_overbooked)
SELECT part.resource_id, tstzrange(%(start_at)s::timestamptz + part.lower * interval '1 minute',
                                   %(start_at)s::timestamptz + part.upper * interval '1 minute'),
       part.kind, %(id)s, '', true, false
FROM (VALUES (%(clinician)s, 0, 30, 'appointment'), (%(room)s, 0, 30, 'appointment'),
             (%(room)s, 30, 45, 'buffer'), (%(c_arm)s, 0, 30, 'appointment'))
     part (resource_id, lower, upper, kind)
"""
_EVENT = """
INSERT INTO scheduling_appointmentevent
    (appointment_id, step, from_status, to_status, occurred_at, by_id, note)
VALUES (%(id)s, 'book', '', 'booked', clock_timestamp(), %(clerk)s, '')
"""
_CARE = """
INSERT INTO patients_careteammember (patient_id, user_id, team_id, reason, joined_at)
SELECT %(patient)s, r.user_id, null::bigint, 'booked', clock_timestamp()
FROM scheduling_resource r WHERE r.id = %(clinician)s AND r.user_id IS NOT NULL
UNION ALL
SELECT %(patient)s, null, s.team_id, 'booked', clock_timestamp()
FROM scheduling_site s WHERE s.id = %(site)s
ON CONFLICT DO NOTHING
"""
_READ = """
INSERT INTO audit_readevent
    (occurred_at, user_id, role, kind, what, purpose, reason, patient_ids, ip, address, request_id)
SELECT clock_timestamp(), u.id, u.role, 'view', 'contact details', 'operations', '',
       ARRAY[%(patient)s::uuid], '127.0.0.1', '/', ''
FROM accounts_user u WHERE u.id = %(clerk)s
"""
_MESSAGE = """
INSERT INTO messaging_message
    (kind, status, about, patient_id, to_name, to_address, subject, body, dedupe_key, due_at,
     attempts, last_error)
SELECT 'appointment_booked', 'due', 'bench', %(patient)s, 'Ana', c.value, 'Your visit',
       'Please come.', %(id)s::text, clock_timestamp(), 0, ''
FROM patients_contactpoint c
WHERE c.patient_id = %(patient)s AND c.system = 'email' ORDER BY c.rank, c.id LIMIT 1
"""


def book(database_url: str, targets: list[dict[str, object]], *, clients: int) -> Timing:
    """The bookings by hand, from so many connections that begin together."""
    shot = time.time() + 2.0 + clients * 0.1
    plans = [(database_url, targets[n::clients], shot) for n in range(clients)]
    results = at_once(_book_some, plans)
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
                connection.execute(_PERSON, [told["patient"]])
                connection.execute(_LOCK, [[told["clinician"], told["room"], told["c_arm"]]])
                (visit,) = connection.execute(_VISIT, told).fetchone()
                for statement in (_PARTS, _EVENT, _CARE, _MESSAGE, _READ):
                    connection.execute(statement, told | {"id": visit})
            seconds.append(time.perf_counter() - start)
    return seconds, began, time.time()
