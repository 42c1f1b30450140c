-- What became of clinicians' time that a cancellation gave back before it began: how much of it
-- was booked again, after the cancellation and before it began.
WITH freed AS (
    SELECT a.id, a.site_id, v.resource_id, v.during, gone.at AS cancelled_at
    FROM scheduling_appointment a
    JOIN LATERAL (
        SELECT max(e.occurred_at) AS at FROM scheduling_appointmentevent e
        WHERE e.appointment_id = a.id AND e.step = 'cancel') gone ON true
    JOIN scheduling_reservation v
      ON v.appointment_id = a.id AND v.kind = 'appointment' AND NOT v.is_active
    JOIN scheduling_resource r ON r.id = v.resource_id AND r.kind = 'clinician'
    WHERE a.status = 'cancelled' AND a.site_id = ANY(%(sites)s)
      AND a.start_at >= %(earliest)s AND a.start_at < %(latest)s
      AND gone.at < lower(v.during)
),
measured AS (
    SELECT f.id, f.resource_id,
           extract(epoch FROM upper(f.during) - lower(f.during)) / 60 AS freed,
           coalesce((
               SELECT sum(extract(epoch FROM upper(piece) - lower(piece)) / 60)
               FROM unnest(again.during * tstzmultirange(f.during)) piece), 0) AS refilled
    FROM freed f
    LEFT JOIN LATERAL (
        SELECT range_agg(n.during) AS during
        FROM scheduling_reservation n
        LEFT JOIN scheduling_groupseat seat ON seat.session_id = n.group_id
        JOIN scheduling_appointment b
          ON (b.id = n.appointment_id OR b.seat_id = seat.id) AND b.id <> f.id
        WHERE n.resource_id = f.resource_id AND n.is_active AND n.kind = 'appointment'
          AND n.during && f.during
          AND EXISTS (
              SELECT FROM scheduling_appointmentevent e
              WHERE e.appointment_id = b.id AND e.step IN ('book', 'move', 'assign')
                AND e.occurred_at >= f.cancelled_at AND e.occurred_at <= lower(f.during))
    ) again ON true
)
SELECT r.name, count(*), count(*) FILTER (WHERE m.refilled > 0),
       sum(m.freed)::float8, sum(m.refilled)::float8
FROM measured m JOIN scheduling_resource r ON r.id = m.resource_id
GROUP BY r.id, r.name ORDER BY r.name
