-- Whatever these visits take up, or the groups do that they are seats of.
SELECT v.resource_id FROM scheduling_reservation v
WHERE v.is_active AND v.appointment_id = ANY(%(visits)s::uuid[])
UNION
SELECT v.resource_id
FROM scheduling_appointment a
JOIN scheduling_groupseat seat ON seat.id = a.seat_id
JOIN scheduling_reservation v ON v.is_active AND v.group_id = seat.session_id
WHERE a.id = ANY(%(visits)s::uuid[])
