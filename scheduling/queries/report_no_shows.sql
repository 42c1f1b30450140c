-- How many visits of the period were missed, of those that were or should have been: by month, by
-- kind of visit and by clinician.
WITH due AS (
    SELECT a.id, a.seat_id, a.visit_type_id, a.status = 'no_show' AS missed,
           to_char(a.start_at AT TIME ZONE %(time_zone)s, 'YYYY-MM') AS month
    FROM scheduling_appointment a
    WHERE a.site_id = ANY(%(sites)s)
      AND a.start_at >= %(earliest)s AND a.start_at < %(latest)s
      AND a.status IN ('completed', 'no_show', 'in_progress', 'arrived', 'roomed')
)
SELECT 'Month', d.month, count(*), count(*) FILTER (WHERE d.missed), 1 AS part
FROM due d GROUP BY d.month
UNION ALL
SELECT 'Kind of visit', v.name, count(*), count(*) FILTER (WHERE d.missed), 2
FROM due d JOIN scheduling_visittype v ON v.id = d.visit_type_id GROUP BY v.id, v.name
UNION ALL
SELECT 'Clinician', r.name, count(DISTINCT d.id), count(DISTINCT d.id) FILTER (WHERE d.missed), 3
FROM due d
LEFT JOIN scheduling_groupseat seat ON seat.id = d.seat_id
JOIN scheduling_reservation v
  ON (v.appointment_id = d.id OR v.group_id = seat.session_id) AND v.kind = 'appointment'
JOIN scheduling_resource r ON r.id = v.resource_id AND r.kind = 'clinician'
GROUP BY r.id, r.name
ORDER BY part, 2
