-- Times that are held although one of their places no longer stands: it is not there for all of the
-- time, or can no longer do what the visit needs. Of a seat in a group the places are the group's.
SELECT h.id
FROM scheduling_hold h
JOIN scheduling_site s ON s.id = h.site_id
LEFT JOIN scheduling_groupseat seat ON seat.id = h.seat_id
JOIN scheduling_reservation v
  ON v.is_active AND (v.hold_id = h.id OR v.group_id = seat.session_id)
JOIN scheduling_resource r ON r.id = v.resource_id
LEFT JOIN open ON open.resource_id = r.id
LEFT JOIN scheduling_resourceneed need
  ON need.visit_type_id = h.visit_type_id AND need.kind = r.kind
WHERE h.site_id = ANY(%(sites)s) AND h.status = 'held' AND h.expires_at > %(now)s
  AND (NOT r.is_active OR NOT s.is_active OR NOT coalesce(open.during @> v.during, false)
       OR (need.capability_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM scheduling_resource_capabilities c
           WHERE c.resource_id = r.id AND c.capability_id = need.capability_id)))
GROUP BY h.id
