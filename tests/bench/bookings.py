"""Bookings at full speed, and many who want the same: what is asked for and what came of it."""

import psycopg

from tests.bench.clinic import Built
from tests.bench.load import Ask

# Places for a visit of 30 minutes with room and C-arm that are free now, at most three for each
# site and hour, each with a person who is nowhere else: people and places to book without dispute.
_FREE = """
WITH hours AS (
    SELECT r.site_id, r.id, r.kind, h.start_at,
           row_number() OVER (PARTITION BY r.site_id, r.kind, h.start_at ORDER BY r.id) AS n
    FROM (SELECT DISTINCT date_trunc('hour', start_at) AS start_at FROM scheduling_appointment
          WHERE start_at > %(after)s AND extract(isodow FROM start_at) < 6) h
    CROSS JOIN scheduling_resource r
    WHERE NOT EXISTS (SELECT FROM scheduling_reservation v
                      WHERE v.resource_id = r.id AND v.is_active
                        AND v.during && tstzrange(h.start_at, h.start_at + interval '45 minutes'))
),
place AS (
    SELECT c.site_id, c.start_at, c.id AS clinician, m.id AS room, e.id AS c_arm, c.n,
           row_number() OVER (PARTITION BY c.start_at ORDER BY c.site_id, c.n) - 1 AS number
    FROM hours c
    JOIN hours m USING (site_id, start_at, n) JOIN hours e USING (site_id, start_at, n)
    WHERE c.kind = 'clinician' AND m.kind = 'room' AND e.kind = 'equipment' AND c.n <= 3
),
idle AS (
    SELECT h.start_at, p.id,
           row_number() OVER (PARTITION BY h.start_at ORDER BY p.id) - 1 AS number
    FROM (SELECT DISTINCT start_at FROM place) h
    CROSS JOIN (SELECT id FROM patients_patient ORDER BY id DESC LIMIT 600) p
    WHERE NOT EXISTS (SELECT FROM scheduling_appointment a WHERE a.patient_id = p.id
                      AND a.start_at < h.start_at + interval '1 hour' AND a.end_at > h.start_at)
)
SELECT site_id AS site, place.start_at, clinician, room, c_arm, idle.id AS patient
FROM place JOIN idle USING (start_at, number)
ORDER BY md5(place.start_at::text || clinician)
LIMIT %(limit)s
"""

# Does not use a line of our code: active reservations that begin before an earlier one of the same
# resource has ended.
OVERLAPS = """
    SELECT count(*) FROM (
        SELECT lower(during) AS begins, max(upper(during)) OVER (
                   PARTITION BY resource_id ORDER BY lower(during), id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
        FROM scheduling_reservation WHERE is_active
    ) calendar WHERE begins < taken_until
"""


def free_places(database_url: str, built: Built, limit: int, *, after) -> list[dict[str, object]]:
    """Places that can be booked without dispute, as the parameters of a booking by hand."""
    with psycopg.connect(database_url, row_factory=psycopg.rows.dict_row) as connection:
        rows = connection.execute(_FREE, {"limit": limit, "after": after}).fetchall()
    more = {"kind": built.injection, "clerk": built.clerks[0]}
    return [row | more for row in rows]


def as_asks(places: list[dict[str, object]]) -> list[Ask]:
    """The same bookings for the API: it finds room and C-arm itself."""
    return [
        Ask(
            "/api/v1/appointments/",
            {
                "patient": str(place["patient"]),
                "visit_type": place["kind"],
                "site": place["site"],
                "start_at": place["start_at"].isoformat(),
                "clinician": place["clinician"],
            },
        )
        for place in places
    ]


def contested(places: list[dict[str, object]], patients: list[str], count: int) -> list[Ask]:
    """`count` bookings of few places, each wanted by sixteen people at nearly the same moment."""
    wanted = as_asks(places)[: -(-count // 16)]
    asks = [ask for ask in wanted for _ in range(16)][:count]
    return [
        Ask(ask.path, (ask.body or {}) | {"patient": patients[n % len(patients)]})
        for n, ask in enumerate(asks)
    ]


def patients(database_url: str, limit: int) -> list[str]:
    """People with whom contested places are asked for."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT id::text FROM patients_patient ORDER BY id LIMIT %s", [limit]
        )
        return [row[0] for row in rows]


def overlaps(database_url: str) -> int:
    """How often anything is taken twice at one time, over the whole calendar."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(OVERLAPS).fetchone()[0]


def sees_overlaps(database_url: str) -> bool:
    """Whether `overlaps` would notice one: it counts a copy of a reservation that is taken back."""
    with psycopg.connect(database_url) as connection:
        before = connection.execute(OVERLAPS).fetchone()[0]
        connection.execute(
            "INSERT INTO scheduling_reservation (resource_id, during, kind, appointment_id, note, "
            "is_active, is_overbooked) SELECT resource_id, during, kind, appointment_id, '', true, "
            "true FROM scheduling_reservation WHERE is_active AND kind = 'appointment' LIMIT 1"
        )
        after = connection.execute(OVERLAPS).fetchone()[0]
        connection.rollback()
        return after == before + 1


def deadlocks(database_url: str) -> int:
    """How many deadlocks PostgreSQL has counted in this database."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return found.fetchone()[0]
