,
-- Rooms and machines are interchangeable: what counts is when enough of them would fit.
supplies AS (
    SELECT n.need_id, s.site_id, coalesce(CASE
        WHEN n.count = 1 THEN (
            SELECT range_agg(f.starts) FROM fits f
            WHERE f.need_id = n.need_id AND f.site_id = s.site_id)
        ELSE (
            -- Sweep along the edges of all their ranges and keep where n.count overlap.
            SELECT range_agg(tstzrange(edge_at, next_at, '[]')) FROM (
                SELECT edge_at, lead(edge_at) OVER edges AS next_at, sum(step) OVER edges AS depth
                FROM fits f, unnest(f.starts) start,
                     LATERAL (VALUES (lower(start), 1), (upper(start), -1)) edge (edge_at, step)
                WHERE f.need_id = n.need_id AND f.site_id = s.site_id
                WINDOW edges AS (ORDER BY edge_at, step DESC ROWS UNBOUNDED PRECEDING)
            ) swept WHERE depth >= n.count)
        END, '{{}}') AS starts
    FROM needs n, unnest(%(sites)s) s (site_id)
    WHERE n.kind <> 'clinician'
),
supply AS (
    SELECT site_id, range_intersect_agg(starts) AS starts FROM (
        SELECT site_id, starts FROM supplies
        UNION ALL
        -- The room or machine that the visit must take has to fit too.
        SELECT s.site_id, coalesce((
            SELECT range_agg(f.starts) FROM fits f
            WHERE f.resource_id = %(using)s::bigint AND f.site_id = s.site_id), '{{}}')
        FROM unnest(%(sites)s) s (site_id) WHERE %(using)s::bigint IS NOT NULL
    ) both_of_them GROUP BY site_id
),
busy_patient AS (
    -- A start is lost if the visit would overlap one the patient already has.
    SELECT range_agg(tstzrange(
               a.start_at - make_interval(mins => v.duration_minutes), a.end_at, '()')) AS starts
    FROM scheduling_appointment a, scheduling_visittype v
    WHERE v.id = %(visit_type)s AND a.patient_id = %(patient)s AND a.status = ANY(%(holding)s)
      AND (%(moving)s::uuid IS NULL OR a.id <> %(moving)s::uuid)
      AND a.end_at > %(earliest)s AND a.start_at < %(latest)s::timestamptz + interval '1 day'
),
answers AS (
    SELECT s.id AS site_id, s.time_zone, f.resource_id AS clinician_id,
           tstzmultirange(tstzrange(%(earliest)s, %(latest)s))
           * CASE WHEN led.need_id IS NULL THEN supply.starts ELSE f.starts END
           * coalesce(supply.starts, '{{[,]}}') - coalesce(busy_patient.starts, '{{}}') AS starts
    FROM scheduling_site s
    CROSS JOIN busy_patient
    LEFT JOIN supply ON supply.site_id = s.id
    LEFT JOIN needs led ON led.kind = 'clinician'
    LEFT JOIN fits f ON f.site_id = s.id AND f.need_id = led.need_id
    WHERE s.id = ANY(%(sites)s)
),
-- A group that is not full can be joined at its own start, and ends when it ends.
joinable AS (
    SELECT g.start_at, g.end_at, g.site_id, led.resource_id AS clinician_id
    FROM scheduling_groupsession g
    JOIN scheduling_visittype v ON v.id = g.visit_type_id
    LEFT JOIN LATERAL (
        SELECT v.resource_id FROM scheduling_reservation v
        JOIN scheduling_resource r ON r.id = v.resource_id AND r.kind = 'clinician'
        WHERE v.group_id = g.id AND v.kind = 'appointment' LIMIT 1) led ON true
    WHERE g.visit_type_id = %(visit_type)s AND g.site_id = ANY(%(sites)s) AND g.is_active
      AND g.start_at >= %(earliest)s AND g.start_at < %(latest)s
      AND (%(clinicians)s::bigint[] IS NULL OR led.resource_id = ANY(%(clinicians)s::bigint[]))
      AND (%(using)s::bigint IS NULL OR EXISTS (
          SELECT FROM scheduling_reservation u
          WHERE u.group_id = g.id AND u.resource_id = %(using)s::bigint))
      AND NOT EXISTS (
          SELECT FROM scheduling_appointment a
          WHERE a.patient_id = %(patient)s AND a.status = ANY(%(holding)s)
            AND a.start_at < g.end_at AND a.end_at > g.start_at
            AND (%(moving)s::uuid IS NULL OR a.id <> %(moving)s::uuid))
      -- All that it takes must still be able, open and there.
      AND NOT EXISTS (
          SELECT FROM scheduling_reservation r LEFT JOIN open ON open.resource_id = r.resource_id
          WHERE r.group_id = g.id AND r.is_active AND (
              NOT coalesce(open.during @> r.during, false)
              -- A group that lasts longer than its kind does now may reach beyond what was read.
              OR EXISTS (
                  SELECT FROM scheduling_timeoff t
                  WHERE t.site_id = g.site_id AND t.during && r.during
                    AND (t.resource_id IS NULL OR t.resource_id = r.resource_id))))
      -- As many places as the kind of visit has now, whatever it had when the group was opened.
      AND v.capacity > (
          SELECT count(*) FROM scheduling_groupseat seat
          JOIN scheduling_appointment a ON a.seat_id = seat.id AND a.status = ANY(%(holding)s)
          WHERE seat.session_id = g.id)
        + (SELECT count(*) FROM scheduling_groupseat seat
           JOIN scheduling_hold h ON h.seat_id = seat.id
            AND h.status = 'held' AND h.expires_at > %(now)s
           WHERE seat.session_id = g.id)
),
-- Nor is a group full in which nobody is yet and that somebody decides about: they keep one seat.
held_whole AS (
    SELECT h.start_at, h.end_at, h.site_id, led.resource_id AS clinician_id
    FROM scheduling_hold h
    JOIN scheduling_visittype v ON v.id = h.visit_type_id AND v.capacity > 1
    LEFT JOIN LATERAL (
        SELECT r.resource_id FROM scheduling_reservation r
        JOIN scheduling_resource c ON c.id = r.resource_id AND c.kind = 'clinician'
        WHERE r.hold_id = h.id LIMIT 1) led ON true
    WHERE h.visit_type_id = %(visit_type)s AND h.site_id = ANY(%(sites)s)
      AND h.status = 'held' AND h.expires_at > %(now)s AND h.seat_id IS NULL
      AND h.start_at >= %(earliest)s AND h.start_at < %(latest)s
      AND (%(clinicians)s::bigint[] IS NULL OR led.resource_id = ANY(%(clinicians)s::bigint[]))
      AND (%(using)s::bigint IS NULL OR EXISTS (
          SELECT FROM scheduling_reservation u
          WHERE u.hold_id = h.id AND u.resource_id = %(using)s::bigint))
      AND NOT EXISTS (
          SELECT FROM scheduling_appointment a
          WHERE a.patient_id = %(patient)s AND a.status = ANY(%(holding)s)
            AND a.start_at < h.end_at AND a.end_at > h.start_at
            AND (%(moving)s::uuid IS NULL OR a.id <> %(moving)s::uuid))
      AND NOT EXISTS (
          SELECT FROM scheduling_reservation r LEFT JOIN open ON open.resource_id = r.resource_id
          WHERE r.hold_id = h.id AND NOT coalesce(open.during @> r.during, false))
),
every_start AS (
    SELECT start_at, NULL::timestamptz AS end_at, a.site_id, a.clinician_id, a.time_zone
    FROM answers a
    JOIN scheduling_visittype v ON v.id = %(visit_type)s
    CROSS JOIN LATERAL unnest(a.starts) gap
    -- Every zone's clock changes by a multiple of 30 minutes: a grid that divides 30 stays a grid.
    CROSS JOIN LATERAL (SELECT coalesce(%(every)s::int, v.alignment_minutes::int) AS minutes) step
    CROSS JOIN LATERAL make_interval(mins => gcd(step.minutes, 30)) grid
    CROSS JOIN LATERAL (SELECT timestamp '2001-01-01' AT TIME ZONE a.time_zone AS at) origin
    CROSS JOIN LATERAL generate_series(
        date_bin(grid, lower(gap) + grid - interval '1 microsecond', origin.at), upper(gap), grid
    ) start_at
    WHERE gap @> start_at
      AND extract(minute FROM start_at AT TIME ZONE a.time_zone)::int %% step.minutes = 0
    UNION ALL
    SELECT j.start_at, j.end_at, j.site_id, j.clinician_id, s.time_zone
    FROM (SELECT * FROM joinable UNION ALL SELECT * FROM held_whole) j
    JOIN scheduling_site s ON s.id = j.site_id
),
starts AS (
    SELECT start_at, site_id, clinician_id, time_zone, max(end_at) AS group_ends_at
    FROM every_start GROUP BY start_at, site_id, clinician_id, time_zone
)
SELECT start_at, site_id, clinician_id,
       coalesce(group_ends_at, start_at + make_interval(mins => %(minutes)s)) AS end_at
FROM starts
CROSS JOIN LATERAL (SELECT start_at AT TIME ZONE time_zone AS clock) wall
WHERE (%(weekdays)s::int[] IS NULL OR extract(isodow FROM wall.clock)::int = ANY(%(weekdays)s::int[]))
  AND (%(from_time)s::time IS NULL OR wall.clock::time >= %(from_time)s::time)
  AND (%(until_time)s::time IS NULL OR wall.clock::time < %(until_time)s::time)
-- Without a time to be near to, this is null for all of them, and the earliest come first.
ORDER BY abs(extract(epoch FROM start_at - %(near)s::timestamptz)), start_at, clinician_id
LIMIT %(limit)s
