"""What the calendar must look like, said without a line of the product: plain Python and SQL."""

from dataclasses import dataclass, field

# Each kind: minutes, seats, and for each sort of resource the stretches it is taken (in minutes
# from the start of the visit, buffers included).
KINDS = {
    "exam": (30, 1, {"clinician": [(0, 30)], "room": [(0, 40)]}),
    "talk": (20, 1, {"clinician": [(0, 20)]}),
    "procedure": (
        40,
        1,
        {"clinician": [(0, 10), (25, 40)], "room": [(-10, 50)], "equipment": [(10, 40)]},
    ),
    "class": (30, 2, {"clinician": [(0, 30)], "room": [(0, 30)]}),
}

# The same as a clinic would set it up.
NEEDS = {
    "exam": ["clinician", {"kind": "room", "buffer_after_minutes": 10}],
    "talk": ["clinician"],
    "procedure": [
        {"kind": "clinician", "parts": [(0, 10), (25, None)]},
        {"kind": "room", "buffer_before_minutes": 10, "buffer_after_minutes": 10},
        {"kind": "equipment", "parts": [(10, None)]},
    ],
    "class": ["clinician", "room"],
}

GONE = {"cancelled", "no_show"}


@dataclass
class Visit:
    """A visit as the model knows it; `before` are the states that can be gone back to."""

    row: object
    kind: str
    status: str
    before: list[str] = field(default_factory=list)


OVERLAPS = """
    SELECT a.id, b.id FROM scheduling_reservation a JOIN scheduling_reservation b
      ON a.resource_id = b.resource_id AND a.id < b.id AND a.during && b.during
    WHERE a.is_active AND b.is_active AND NOT a.is_overbooked AND NOT b.is_overbooked
      AND coalesce(a.expires_at, 'infinity') > %(now)s
      AND coalesce(b.expires_at, 'infinity') > %(now)s
"""

IN_TWO_PLACES = """
    SELECT a.id, b.id FROM scheduling_appointment a JOIN scheduling_appointment b
      ON a.patient_id = b.patient_id AND a.id < b.id
     AND a.start_at < b.end_at AND b.start_at < a.end_at
    WHERE a.status NOT IN ('cancelled', 'no_show') AND b.status NOT IN ('cancelled', 'no_show')
"""

HELD_TWICE = """
    SELECT a.id, b.id FROM scheduling_hold a JOIN scheduling_hold b
      ON a.patient_id = b.patient_id AND a.id < b.id
     AND a.start_at < b.end_at AND b.start_at < a.end_at
    WHERE a.status = 'held' AND b.status = 'held'
      AND a.expires_at > %(now)s AND b.expires_at > %(now)s
"""

# What is taken for a visit or a group is where the visit is, and a visit lasts as its group does.
ELSEWHERE = """
    SELECT a.id, r.site_id FROM scheduling_appointment a
    LEFT JOIN scheduling_groupseat seat ON seat.id = a.seat_id
    LEFT JOIN scheduling_groupsession g ON g.id = seat.session_id
    JOIN scheduling_reservation v
      ON v.is_active AND (v.appointment_id = a.id OR v.group_id = g.id)
    JOIN scheduling_resource r ON r.id = v.resource_id
    WHERE a.status NOT IN ('cancelled', 'no_show') AND (
        r.site_id <> a.site_id
        OR g.id IS NOT NULL AND (g.start_at, g.end_at, g.site_id)
                             <> (a.start_at, a.end_at, a.site_id))
"""

# What each visit that counts, and each hold that holds, takes up: minutes from its start.
TAKEN = """
    SELECT owner.id, owner.kind, r.kind, v.resource_id,
           extract(epoch FROM lower(v.during) - owner.start_at)::int / 60,
           extract(epoch FROM upper(v.during) - owner.start_at)::int / 60
    FROM (
        SELECT a.id, t.code AS kind, a.start_at, a.id AS appointment_id, NULL::uuid AS hold_id,
               s.session_id AS group_id
        FROM scheduling_appointment a
        JOIN scheduling_visittype t ON t.id = a.visit_type_id
        LEFT JOIN scheduling_groupseat s ON s.id = a.seat_id
        WHERE a.status NOT IN ('cancelled', 'no_show')
        UNION ALL
        SELECT h.id, t.code, h.start_at, NULL, h.id, s.session_id
        FROM scheduling_hold h JOIN scheduling_visittype t ON t.id = h.visit_type_id
        LEFT JOIN scheduling_groupseat s ON s.id = h.seat_id
        WHERE h.status = 'held' AND h.expires_at > %(now)s
    ) owner
    LEFT JOIN scheduling_reservation v ON v.is_active AND (
        v.appointment_id = owner.appointment_id OR v.hold_id = owner.hold_id
        OR v.group_id = owner.group_id)
    LEFT JOIN scheduling_resource r ON r.id = v.resource_id
"""

STILL_TAKEN = """
    SELECT a.id FROM scheduling_appointment a
    JOIN scheduling_reservation v ON v.appointment_id = a.id AND v.is_active
    WHERE a.status IN ('cancelled', 'no_show')
    UNION ALL
    SELECT h.id FROM scheduling_hold h JOIN scheduling_reservation v ON v.hold_id = h.id
    WHERE h.status <> 'held'
"""

GROUPS = """
    SELECT g.is_active, t.capacity,
           (SELECT count(*) FROM scheduling_appointment a
            JOIN scheduling_groupseat s ON s.id = a.seat_id
            WHERE s.session_id = g.id AND a.status NOT IN ('cancelled', 'no_show')),
           (SELECT count(*) FROM scheduling_reservation v WHERE v.group_id = g.id AND v.is_active),
           (SELECT count(*) FROM scheduling_appointment a
            JOIN scheduling_groupseat s ON s.id = a.seat_id
            WHERE s.session_id = g.id AND a.start_at <> g.start_at
              AND a.status NOT IN ('cancelled', 'no_show')),
           (SELECT count(*) FROM scheduling_hold h
            JOIN scheduling_groupseat s ON s.id = h.seat_id
            WHERE s.session_id = g.id AND h.status = 'held' AND h.expires_at > %(now)s),
           (SELECT count(*) FROM scheduling_hold h
            JOIN scheduling_groupseat s ON s.id = h.seat_id
            WHERE s.session_id = g.id AND h.status = 'held')
    FROM scheduling_groupsession g JOIN scheduling_visittype t ON t.id = g.visit_type_id
"""

# The states a visit went through, by its events and by the versions that the triggers wrote.
STORIES = """
    SELECT a.id::text, a.status,
           (SELECT array_agg(e.to_status ORDER BY e.id) FROM scheduling_appointmentevent e
            WHERE e.appointment_id = a.id),
           (SELECT array_agg(v.status ORDER BY v.pgh_id) FROM scheduling_appointmentversion v
            WHERE v.pgh_obj_id = a.id),
           (SELECT v.start_at = a.start_at AND v.seat_id IS NOT DISTINCT FROM a.seat_id
            FROM scheduling_appointmentversion v WHERE v.pgh_obj_id = a.id
            ORDER BY v.pgh_id DESC LIMIT 1)
    FROM scheduling_appointment a
"""

HOLDS = "SELECT id::text, status FROM scheduling_hold"


def without_repeats(states):
    """Moving and changing rooms leave an event with the state unchanged."""
    return [s for n, s in enumerate(states) if n == 0 or states[n - 1] != s]


def complaints(cursor, now, visits, holds):
    """Everything that is not as it must be, in words; empty if all is well."""

    def ask(sql):
        cursor.execute(sql, {"now": now})
        return cursor.fetchall()

    found = [f"two in one place: {row}" for row in ask(OVERLAPS)]
    found += [f"one in two places: {row}" for row in ask(IN_TWO_PLACES)]
    found += [f"held twice for one: {row}" for row in ask(HELD_TWICE)]
    found += [f"not where its places are: {row}" for row in ask(ELSEWHERE)]
    found += [f"gone, but still takes places: {row}" for row in ask(STILL_TAKEN)]
    found += _places(ask(TAKEN)) + _groups(ask(GROUPS))
    stories = {row[0]: row[1:] for row in ask(STORIES)}
    found += _histories(stories)
    if {key: row[0] for key, row in stories.items()} != {k: v.status for k, v in visits.items()}:
        found.append(f"states: {stories} but {visits}")
    if dict(ask(HOLDS)) != holds:
        found.append(f"holds: {ask(HOLDS)} but {holds}")
    return found


def _groups(rows):
    """A group is there for who is in it or decides; what ran out may not be cleared away yet."""
    found = []
    for is_active, capacity, sitting, places, elsewhere, held, uncleared in rows:
        is_full = sitting + held > capacity
        is_right = is_active or not sitting + held
        is_right = is_right and (not is_active or bool(sitting + uncleared))
        if is_full or elsewhere or not is_right or is_active != (places > 0):
            told = f"{is_active=} {capacity=} {sitting=} {places=} {elsewhere=} {held=}"
            found.append(f"group: {told} {uncleared=}")
    return found


def _histories(stories):
    found = []
    for key, (status, events, versions, is_same) in stories.items():
        if without_repeats(events) != without_repeats(versions) or not is_same:
            found.append(f"history of {key}: {events} but {versions}, {is_same}")
        if status != events[-1]:
            found.append(f"{key} is {status}, but its story ends with {events[-1]}")
    return found


def _places(rows):
    owners = {}
    for owner, kind, sort, resource, begin, end in rows:
        needs = owners.setdefault((owner, kind), {})
        if sort is not None:
            needs.setdefault(sort, []).append((resource, begin, end))
    found = []
    for (owner, kind), needs in owners.items():
        for sort in {*KINDS[kind][2], *needs}:
            wanted = _minutes(KINDS[kind][2].get(sort, []))
            taken = [(begin, end) for _, begin, end in needs.get(sort, [])]
            once = sum(end - begin for begin, end in taken) == len(_minutes(taken))
            one = len({resource for resource, _, _ in needs.get(sort, [])}) == 1
            if _minutes(taken) != wanted or not once or not one:
                found.append(f"{kind} {owner} takes {sort} at {sorted(taken)}")
    return found


def _minutes(stretches):
    return {minute for begin, end in stretches for minute in range(begin, end)}
