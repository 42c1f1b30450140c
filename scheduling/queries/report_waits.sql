-- How long people waited, in minutes: between the steps that stand, not those taken back.
WITH steps AS (
    SELECT a.id, e.step, e.occurred_at
    FROM scheduling_appointment a
    JOIN scheduling_appointmentevent e ON e.appointment_id = a.id
    WHERE a.site_id = ANY(%(sites)s)
      AND a.start_at >= %(earliest)s AND a.start_at < %(latest)s
      AND e.step IN ('arrive', 'room', 'start')
      -- Taken back: a later undo leads from where this step led, and it was not taken anew before.
      AND NOT EXISTS (
          SELECT FROM scheduling_appointmentevent u
          WHERE u.appointment_id = a.id AND u.step = 'undo' AND u.id > e.id
            AND u.from_status = e.to_status
            AND NOT EXISTS (
                SELECT FROM scheduling_appointmentevent again
                WHERE again.appointment_id = a.id AND again.step = e.step
                  AND again.id > e.id AND again.id < u.id))
),
visits AS (
    SELECT id,
           max(occurred_at) FILTER (WHERE step = 'arrive') AS arrived,
           max(occurred_at) FILTER (WHERE step = 'room') AS roomed,
           max(occurred_at) FILTER (WHERE step = 'start') AS started
    FROM steps GROUP BY id
),
waits AS (
    SELECT w.rank, w.what, extract(epoch FROM w.length)::float8 / 60 AS minutes
    FROM visits v
    CROSS JOIN LATERAL (VALUES
        (1, 'Arrived to shown to a room', v.roomed - v.arrived),
        (2, 'In the room to begun', v.started - v.roomed),
        (3, 'Arrived to begun', v.started - v.arrived)
    ) w (rank, what, length)
    WHERE w.length >= interval '0'
)
SELECT what, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY minutes)
FROM waits GROUP BY rank, what ORDER BY rank
