-- For each need the plainest resources that nobody has as it begins: a few more than it takes. Nothing
-- else can be chosen before them, so that mostly only they have to be looked at. OFFSET 0 keeps
-- PostgreSQL from asking about all of them when the first ones will do.
SELECT likely.id
FROM scheduling_resourceneed n
CROSS JOIN LATERAL (
    SELECT make_interval(mins => coalesce(min(p.offset_minutes), 0)) AS later
    FROM scheduling_needpart p WHERE p.need_id = n.id) begins
CROSS JOIN LATERAL (
    SELECT plainest.id
    FROM (SELECT r.id FROM scheduling_resource r
          WHERE r.site_id = ANY(%(sites)s) AND r.kind = n.kind AND r.is_active
            AND (n.capability_id IS NULL OR EXISTS (
                     SELECT FROM scheduling_resource_capabilities c
                     WHERE c.resource_id = r.id AND c.capability_id = n.capability_id))
            AND (n.kind <> 'clinician' OR %(clinicians)s::bigint[] IS NULL
                 OR r.id = ANY(%(clinicians)s::bigint[]))
          ORDER BY (SELECT count(*) FROM scheduling_resource_capabilities c
                    WHERE c.resource_id = r.id), r.id
          OFFSET 0) plainest
    WHERE NOT EXISTS (
        SELECT FROM scheduling_reservation v
        WHERE v.resource_id = plainest.id AND v.is_active AND NOT v.is_overbooked
          AND v.during @> %(start)s::timestamptz + begins.later
          AND (v.expires_at IS NULL OR v.expires_at > %(now)s)
          AND (%(moving)s::uuid IS NULL OR v.appointment_id IS DISTINCT FROM %(moving)s::uuid)
        OFFSET 0)
    LIMIT n.count + 2) likely
WHERE n.visit_type_id = %(visit_type)s
