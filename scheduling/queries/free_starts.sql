-- When a visit could start: for every need of the visit type and every resource that could fill it,
-- the instants at which it would fit (fits.starts). The questions asked of it follow in files of
-- their own. A "start" is the patient's; buffers and offsets have been taken off already.
WITH narrowed AS MATERIALIZED (
    -- To which resources the question is narrowed down, if it is.
    SELECT {columns} AS ids
),
needs AS (
    SELECT n.id AS need_id, n.kind, n.capability_id, n.count
    FROM scheduling_resourceneed n
    WHERE n.visit_type_id = %(visit_type)s
),
-- A need without parts takes its resource for the whole visit.
parts AS (
    SELECT n.id AS need_id,
           -- From the visit's start to when the resource is first taken, and last taken.
           make_interval(mins => part.begins - n.buffer_before_minutes) AS taken_from,
           make_interval(mins => part.begins + n.buffer_after_minutes + coalesce(
               p.duration_minutes, v.duration_minutes - part.begins)) AS taken_until
    FROM scheduling_resourceneed n
    JOIN scheduling_visittype v ON v.id = n.visit_type_id
    LEFT JOIN scheduling_needpart p ON p.need_id = n.id
    CROSS JOIN LATERAL (SELECT coalesce(p.offset_minutes, 0) AS begins) part
    WHERE v.id = %(visit_type)s
),
candidates AS (
    SELECT n.need_id, n.kind, r.id AS resource_id, r.site_id
    FROM narrowed, needs n
    JOIN scheduling_resource r ON r.kind = n.kind AND r.is_active AND r.site_id = ANY(%(sites)s)
    WHERE (n.capability_id IS NULL OR EXISTS (
               SELECT FROM scheduling_resource_capabilities c
               WHERE c.resource_id = r.id AND c.capability_id = n.capability_id))
      AND (n.kind <> 'clinician' OR %(clinicians)s::bigint[] IS NULL
           OR r.id = ANY(%(clinicians)s::bigint[]))
      AND (narrowed.ids IS NULL OR r.id = ANY(narrowed.ids))
),
resources AS (
    SELECT DISTINCT resource_id, site_id, kind FROM candidates
    UNION ALL
    -- Asked about no kind of visit, it is about everything there is (or the columns of a board):
    -- when it is open.
    SELECT r.id, r.site_id, r.kind FROM narrowed, scheduling_resource r
    WHERE %(visit_type)s::bigint IS NULL AND r.site_id = ANY(%(sites)s)
      AND (narrowed.ids IS NULL OR r.id = ANY(narrowed.ids))
),
-- From when the earliest start takes something until when the latest one does: no other hours,
-- leave and reservations need to be looked at.
reach AS (
    SELECT tstzrange(
               %(earliest)s::timestamptz + least(min(taken_from), interval '0'),
               %(latest)s::timestamptz + greatest(max(taken_until), interval '0')) AS during
    FROM parts
),
days AS (
    SELECT s.id AS site_id, s.time_zone, day::date, holiday.id IS NOT NULL AS is_holiday,
           holiday.opens, holiday.closes
    FROM reach
    CROSS JOIN scheduling_site s
    CROSS JOIN generate_series(
        (lower(reach.during) AT TIME ZONE s.time_zone)::date::timestamp,
        (upper(reach.during) AT TIME ZONE s.time_zone)::date::timestamp, interval '1 day') day
    LEFT JOIN scheduling_holiday holiday
      ON holiday.site_id = s.id AND holiday.local_date = day::date AND holiday.is_observed
    WHERE s.id = ANY(%(sites)s)
),
wanted_hours AS (
    SELECT h.* FROM resources r JOIN scheduling_workinghours h USING (resource_id)
    UNION ALL
    SELECT h.* FROM scheduling_workinghours h
    WHERE h.site_id = ANY(%(sites)s) AND h.resource_id IS NULL
),
shifts AS (
    SELECT h.site_id, h.resource_id, d.day, d.time_zone, h.opens, h.closes
    FROM days d
    JOIN wanted_hours h
      ON h.site_id = d.site_id AND h.weekday = extract(isodow FROM d.day)
     AND (h.valid_from IS NULL OR h.valid_from <= d.day)
     AND (h.valid_until IS NULL OR h.valid_until >= d.day)
    WHERE h.resource_id IS NOT NULL OR NOT d.is_holiday
    UNION ALL
    -- On a holiday the site keeps the holiday's hours, or none.
    SELECT d.site_id, NULL, d.day, d.time_zone, d.opens, d.closes
    FROM days d WHERE d.opens IS NOT NULL
),
hours AS MATERIALIZED (
    SELECT h.site_id, h.resource_id, range_agg(
               -- Hours that a clock change swallows would end before they begin.
               CASE WHEN {opens} < {closes} THEN tstzrange({opens}, {closes}) END) AS during
    FROM shifts h
    GROUP BY h.site_id, h.resource_id
),
away AS MATERIALIZED (
    SELECT r.resource_id, range_agg(t.during) AS during
    FROM reach, resources r
    JOIN scheduling_timeoff t
      ON t.site_id = r.site_id AND (t.resource_id IS NULL OR t.resource_id = r.resource_id)
    WHERE t.during && reach.during
    GROUP BY r.resource_id
),
-- The group that closes if the visit leaves it: nobody else is in it.
closing AS MATERIALIZED (
    SELECT own.session_id
    FROM scheduling_appointment a JOIN scheduling_groupseat own ON own.id = a.seat_id
    WHERE a.id = %(moving)s::uuid AND NOT EXISTS (
        SELECT FROM scheduling_groupseat seat JOIN scheduling_appointment b ON b.seat_id = seat.id
        WHERE seat.session_id = own.session_id AND b.id <> a.id
          AND b.status NOT IN ('cancelled', 'no_show'))
      -- Who holds a seat in it keeps it.
      AND NOT EXISTS (
        SELECT FROM scheduling_groupseat seat JOIN scheduling_hold h ON h.seat_id = seat.id
        WHERE seat.session_id = own.session_id AND h.status = 'held' AND h.expires_at > %(now)s)
),
taken AS MATERIALIZED (
    -- One look into an index for each resource: a join would be planned as if it needed most of
    -- the calendar, and read all of it. The first half is the exclusion constraint's own index.
    SELECT r.resource_id, busy.during
    FROM reach, resources r
    CROSS JOIN LATERAL (
        SELECT range_agg(v.during) AS during FROM (
            SELECT * FROM scheduling_reservation v
            WHERE v.resource_id = r.resource_id AND v.is_active AND NOT v.is_overbooked
              AND v.during && reach.during
            UNION ALL
            SELECT * FROM scheduling_reservation v
            WHERE v.resource_id = r.resource_id AND v.is_active AND v.is_overbooked
              AND v.during && reach.during
        ) v
        WHERE (v.expires_at IS NULL OR v.expires_at > %(now)s)
          -- A visit that is being moved is not in its own way, nor is a group that it leaves empty.
          AND (%(moving)s::uuid IS NULL OR (
              v.appointment_id IS DISTINCT FROM %(moving)s::uuid
              AND NOT coalesce(v.group_id = (SELECT session_id FROM closing), false)))
    ) busy
),
open AS MATERIALIZED (
    SELECT r.resource_id,
           site.during * CASE
               WHEN own.during IS NOT NULL THEN own.during
               WHEN r.kind = 'clinician' OR r.has_hours THEN '{{}}'::tstzmultirange
               ELSE site.during END
           - coalesce(away.during, '{{}}') AS during
    FROM (SELECT r.*, EXISTS (SELECT FROM scheduling_workinghours h
                              WHERE h.resource_id = r.resource_id) AS has_hours
          FROM resources r) r
    JOIN hours site ON site.site_id = r.site_id AND site.resource_id IS NULL
    LEFT JOIN hours own ON own.resource_id = r.resource_id
    LEFT JOIN away ON away.resource_id = r.resource_id
),
free AS MATERIALIZED (
    SELECT open.resource_id, open.during - coalesce(taken.during, '{{}}') AS during
    FROM open LEFT JOIN taken USING (resource_id)
),
fits AS MATERIALIZED (
    SELECT c.need_id, c.kind, c.site_id, c.resource_id, range_intersect_agg(part.starts) AS starts
    FROM candidates c
    JOIN free USING (resource_id)
    JOIN parts p USING (need_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(range_agg(tstzrange(
                   lower(gap) - p.taken_from, upper(gap) - p.taken_until, '[]')), '{{}}') AS starts
        FROM unnest(free.during) gap
        WHERE upper(gap) - p.taken_until >= lower(gap) - p.taken_from) part
    GROUP BY c.need_id, c.kind, c.site_id, c.resource_id
)
