,
-- How far each need gets in the window: somebody who could, is there, has any time, has enough time.
steps AS (
    SELECT n.need_id, n.kind, n.capability_id, n.count,
           count(c.resource_id) AS known,
           array_remove(array_agg(named.name ORDER BY named.name), NULL) AS names,
           count(*) FILTER (WHERE site.during && tstzrange(%(earliest)s, %(latest)s)) AS site_open,
           count(*) FILTER (WHERE open.during && tstzrange(%(earliest)s, %(latest)s)) AS present,
           count(*) FILTER (WHERE free.during && tstzrange(%(earliest)s, %(latest)s)) AS free,
           count(*) FILTER (WHERE fits.starts && tstzrange(%(earliest)s, %(latest)s)) AS fitting
    FROM needs n
    LEFT JOIN candidates c USING (need_id)
    LEFT JOIN scheduling_resource named ON named.id = c.resource_id
    LEFT JOIN hours site ON site.site_id = c.site_id AND site.resource_id IS NULL
    LEFT JOIN open ON open.resource_id = c.resource_id
    LEFT JOIN free ON free.resource_id = c.resource_id
    LEFT JOIN fits ON fits.need_id = n.need_id AND fits.resource_id = c.resource_id
    GROUP BY n.need_id, n.kind, n.capability_id, n.count
)
SELECT s.kind, coalesce(c.name, ''), s.count, s.known, s.site_open, s.present, s.free, s.fitting, s.names
FROM steps s LEFT JOIN scheduling_capability c ON c.id = s.capability_id
-- Clinicians first: people ask for them first.
ORDER BY s.kind <> 'clinician', s.need_id
