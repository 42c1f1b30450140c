-- One row for each column that the viewer may see: a number that changes whenever anything changes
-- that the column is drawn from. xmin is the transaction that last wrote a row.
WITH place AS (
    SELECT s.id, s.time_zone, s.xmin AS version,
           tstzrange({begins}, {ends}) AS during
    FROM scheduling_site s
    WHERE s.id = %(site)s
      AND (%(everywhere)s OR EXISTS (SELECT FROM accounts_teammember m
                                     WHERE m.team_id = s.team_id AND m.user_id = %(user)s))
),
-- What the whole site shares: opening hours, closed days.
shared AS (
    SELECT place.*, concat_ws('.', place.version,
        (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws('.', h.id, h.xmin), 0)))
         FROM scheduling_workinghours h
         WHERE h.site_id = place.id AND h.resource_id IS NULL),
        (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws('.', t.id, t.xmin), 0)))
         FROM scheduling_timeoff t
         WHERE t.site_id = place.id AND t.resource_id IS NULL AND t.during && place.during),
        (SELECT concat_ws('.', d.id, d.xmin) FROM scheduling_holiday d
         WHERE d.site_id = place.id AND d.local_date = %(day)s::date),
        -- Today a gap begins now: it shrinks by a row every five minutes.
        CASE WHEN place.during @> %(now)s::timestamptz
             THEN floor(extract(epoch FROM %(now)s::timestamptz) / 300) END) AS version_of_site
    FROM place
),
-- One look into an index for each column, as in free_starts.sql. A visit that is cancelled or comes
-- back changes what is active, so inactive rows need not be looked at.
part AS (
    SELECT r.id AS resource_id, v.*
    FROM shared
    CROSS JOIN unnest(%(resources)s::bigint[]) r (id)
    CROSS JOIN LATERAL (
        SELECT v.id, v.xmin AS version, appointment_id, hold_id, group_id, expires_at
        FROM scheduling_reservation v
        WHERE v.resource_id = r.id AND v.is_active AND NOT v.is_overbooked
          AND v.during && shared.during
        UNION ALL
        SELECT v.id, v.xmin, appointment_id, hold_id, group_id, expires_at
        FROM scheduling_reservation v
        WHERE v.resource_id = r.id AND v.is_active AND v.is_overbooked
          AND v.during && shared.during) v
    WHERE v.expires_at IS NULL OR v.expires_at > %(now)s
),
taken AS (
    SELECT v.resource_id, count(*) AS rows, bit_xor(hashtextextended(concat_ws('.',
        v.id, v.version, a.xmin, p.xmin, k.xmin, w.id, w.xmin, l.id, h.xmin, g.xmin,
        -- What was told before the visit, and what was decided about it.
        CASE WHEN a.status IN ('booked', 'confirmed', 'arrived', 'roomed') THEN
            (SELECT concat_ws('.', max(i.submitted_at),
                (SELECT count(*) FROM treatments_intakedecision d WHERE d.chain = ANY(array_agg(i.chain))))
             FROM treatments_intake i WHERE i.appointment_id = a.id) END,
        CASE WHEN v.group_id IS NOT NULL THEN (
            SELECT bit_xor(hashtextextended(concat_ws('.', ga.id, ga.xmin, gp.xmin, gl.id,
                (SELECT concat_ws('.', max(i.submitted_at),
                    (SELECT count(*) FROM treatments_intakedecision d WHERE d.chain = ANY(array_agg(i.chain))))
                 FROM treatments_intake i WHERE i.appointment_id = ga.id),
                CASE WHEN ga.status IN ('arrived', 'roomed') THEN
                    (SELECT bit_xor(hashtextextended(concat_ws('.', f.id, f.xmin), 0))
                     FROM treatments_finding f
                     WHERE f.subject_kind = 'appointment' AND f.subject_key = ga.id::text
                       AND f.state IN ('acknowledged', 'open', 'overridden') AND f.severity = 'block') END), 0))
            FROM scheduling_groupseat seat
            JOIN scheduling_appointment ga ON ga.seat_id = seat.id
            JOIN patients_patient gp ON gp.id = ga.patient_id
            LEFT JOIN scheduling_worklistitem gl
              ON gl.appointment_id = ga.id AND gl.kind = 'stranded' AND gl.resolved_at IS NULL
            WHERE seat.session_id = v.group_id) END,
        CASE WHEN v.group_id IS NOT NULL THEN (
            SELECT count(*) FROM scheduling_groupseat seat
            JOIN scheduling_hold gh ON gh.seat_id = seat.id
             AND gh.status = 'held' AND gh.expires_at > %(now)s
            WHERE seat.session_id = v.group_id) END,
        -- Who is here and was stopped by a rule is drawn so, until somebody answers it.
        CASE WHEN a.status IN ('arrived', 'roomed') THEN
            (SELECT bit_xor(hashtextextended(concat_ws('.', f.id, f.xmin), 0))
             FROM treatments_finding f
             WHERE f.subject_kind = 'appointment' AND f.subject_key = a.id::text
               AND f.state IN ('acknowledged', 'open', 'overridden') AND f.severity = 'block') END), 0)) AS version
    FROM part v
    LEFT JOIN scheduling_appointment a ON a.id = v.appointment_id
    LEFT JOIN scheduling_hold h ON h.id = v.hold_id
    LEFT JOIN scheduling_groupsession g ON g.id = v.group_id
    -- One look for each: PostgreSQL would rather read everybody there is. OFFSET 0 keeps it from that.
    LEFT JOIN LATERAL (SELECT person.xmin FROM patients_patient person
                       WHERE person.id = coalesce(a.patient_id, h.patient_id) OFFSET 0) p ON true
    LEFT JOIN scheduling_visittype k ON k.id = coalesce(a.visit_type_id, g.visit_type_id, h.visit_type_id)
    LEFT JOIN scheduling_worklistitem l
      ON l.appointment_id = a.id AND l.kind = 'stranded' AND l.resolved_at IS NULL
    LEFT JOIN scheduling_waitlistentry w ON w.appointment_id = a.id AND w.status = 'waiting'
    GROUP BY v.resource_id
)
SELECT r.id, hashtextextended(concat_ws('|', r.xmin, shared.version_of_site, taken.rows, taken.version,
    (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws('.', h.id, h.xmin), 0)))
     FROM scheduling_workinghours h WHERE h.resource_id = r.id),
    (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws('.', t.id, t.xmin), 0)))
     FROM scheduling_timeoff t WHERE t.resource_id = r.id AND t.during && shared.during),
    (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws('.', d.id, d.xmin), 0)))
     FROM scheduling_delay d WHERE d.resource_id = r.id AND d.local_date = %(day)s::date)), 0)
FROM shared
JOIN scheduling_resource r ON r.site_id = shared.id AND r.id = ANY(%(resources)s::bigint[])
LEFT JOIN taken ON taken.resource_id = r.id
ORDER BY r.id
