-- The yardstick: free starts by hand, for one length of visit, at one site, with what is needed
-- written into the parameters instead of read from tables of needs. Leave is looked at, holds and
-- changing hours are not.
WITH days AS (
    SELECT day::date FROM generate_series(
        (%(earliest)s AT TIME ZONE %(zone)s)::date::timestamp,
        (%(latest)s AT TIME ZONE %(zone)s)::date::timestamp, interval '1 day') day
),
opened AS (
    SELECT h.resource_id, range_agg(tstzrange(
               (d.day + h.opens) AT TIME ZONE %(zone)s,
               (d.day + h.closes) AT TIME ZONE %(zone)s)) AS during
    FROM days d JOIN scheduling_workinghours h
      ON h.site_id = %(site)s AND h.weekday = extract(isodow FROM d.day)
    WHERE h.resource_id IS NULL OR h.resource_id = ANY(%(clinicians)s)
    GROUP BY h.resource_id
),
things AS (
    SELECT id, kind FROM scheduling_resource
    WHERE site_id = %(site)s AND is_active
      AND (id = ANY(%(clinicians)s) OR kind = ANY(%(others)s))
),
taken AS (
    SELECT v.resource_id, range_agg(v.during) AS during
    FROM things t JOIN scheduling_reservation v ON v.resource_id = t.id
    WHERE v.is_active AND lower(v.during) < %(latest)s + interval '12 hours'
      AND lower(v.during) > %(earliest)s - interval '12 hours'
    GROUP BY v.resource_id
),
fits AS (
    SELECT t.id, t.kind, (
        SELECT range_agg(tstzrange(lower(gap), upper(gap) - make_interval(mins => %(minutes)s)
                   - make_interval(mins => CASE t.kind WHEN 'room' THEN %(buffer)s ELSE 0 END), '[]'))
        FROM unnest((SELECT during FROM opened WHERE resource_id IS NULL)
                    - coalesce((SELECT range_agg(w.during) FROM scheduling_timeoff w
                                WHERE w.site_id = %(site)s
                                  AND (w.resource_id IS NULL OR w.resource_id = t.id)), '{}')
                    - coalesce(taken.during, '{}')) gap
        WHERE upper(gap) - make_interval(mins => %(minutes)s)
              - make_interval(mins => CASE t.kind WHEN 'room' THEN %(buffer)s ELSE 0 END) >= lower(gap)
        ) AS starts
    FROM things t LEFT JOIN taken ON taken.resource_id = t.id
),
supply AS (
    SELECT coalesce(range_intersect_agg(starts), '{[,]}') AS starts FROM (
        SELECT range_agg(starts) AS starts FROM fits WHERE kind <> 'clinician' GROUP BY kind) kinds
)
SELECT start_at, f.id
FROM fits f, supply,
     unnest(f.starts * supply.starts * tstzmultirange(tstzrange(%(earliest)s, %(latest)s))) gap,
     generate_series(date_bin(make_interval(mins => %(grid)s),
                              lower(gap) + make_interval(mins => %(grid)s) - interval '1 microsecond',
                              '2001-01-01'), upper(gap), make_interval(mins => %(grid)s)) start_at
WHERE f.kind = 'clinician' AND gap @> start_at
ORDER BY start_at, f.id LIMIT 1000
