,
-- The period itself; what is asked above reaches a little beyond it.
period AS (
    SELECT tstzrange(%(earliest)s::timestamptz, %(latest)s::timestamptz) AS during
),
used AS (
    -- A minute counts once, however much was booked over itself.
    SELECT v.resource_id,
           range_agg(v.during * period.during) FILTER (WHERE v.kind IN ('appointment', 'buffer'))
               AS visits,
           range_agg(v.during * period.during) FILTER (WHERE v.kind = 'block') AS blocks
    FROM period, resources r
    JOIN scheduling_reservation v ON v.resource_id = r.resource_id
    WHERE v.is_active AND v.during && period.during
    GROUP BY v.resource_id
),
summed AS (
    SELECT r.resource_id, minutes.opened, minutes.visits, minutes.blocks
    FROM period
    CROSS JOIN resources r
    LEFT JOIN open ON open.resource_id = r.resource_id
    LEFT JOIN used ON used.resource_id = r.resource_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(length) FILTER (WHERE what = 'open'), 0) AS opened,
               coalesce(sum(length) FILTER (WHERE what = 'visits'), 0) AS visits,
               coalesce(sum(length) FILTER (WHERE what = 'blocks'), 0) AS blocks
        FROM (
            SELECT what, extract(epoch FROM upper(piece) - lower(piece)) / 60 AS length
            FROM (VALUES ('open', open.during * tstzmultirange(period.during)),
                         ('visits', used.visits), ('blocks', used.blocks)) part (what, pieces),
                 LATERAL unnest(part.pieces) piece
        ) measured
    ) minutes
)
SELECT d.kind, d.name, s.opened::float8, s.visits::float8, s.blocks::float8
FROM summed s JOIN scheduling_resource d ON d.id = s.resource_id
WHERE d.is_active OR s.visits > 0
ORDER BY array_position(ARRAY['clinician', 'room', 'equipment'], d.kind), d.name
