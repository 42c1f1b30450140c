-- Coming visits whose place no longer stands, a row for each resource of theirs that is not there
-- for all of the time, or can no longer do what the visit needs.
SELECT a.id, r.id AS resource_id,
       bool_or(NOT r.is_active OR NOT s.is_active OR NOT coalesce(open.during @> v.during, false)) AS is_away,
       bool_or(need.capability_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM scheduling_resource_capabilities c
           WHERE c.resource_id = r.id AND c.capability_id = need.capability_id)) AS is_unable
FROM scheduling_appointment a
JOIN scheduling_site s ON s.id = a.site_id
-- Two looks into an index for each visit: one with OR in it is planned for the whole calendar.
CROSS JOIN LATERAL (
    SELECT own.resource_id, own.during
    FROM scheduling_reservation own WHERE own.appointment_id = a.id AND own.is_active
    UNION ALL
    SELECT shared.resource_id, shared.during
    FROM scheduling_groupseat seat
    JOIN scheduling_reservation shared ON shared.group_id = seat.session_id AND shared.is_active
    WHERE seat.id = a.seat_id) v
JOIN scheduling_resource r ON r.id = v.resource_id
LEFT JOIN open ON open.resource_id = r.id
LEFT JOIN scheduling_resourceneed need
  ON need.visit_type_id = a.visit_type_id AND need.kind = r.kind
WHERE {only} AND a.site_id = ANY(%(sites)s) AND a.status = ANY(%(coming)s) AND a.end_at > %(now)s
GROUP BY a.id, r.id
HAVING bool_or(NOT r.is_active OR NOT s.is_active OR NOT coalesce(open.during @> v.during, false))
    OR bool_or(need.capability_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM scheduling_resource_capabilities c
           WHERE c.resource_id = r.id AND c.capability_id = need.capability_id))
