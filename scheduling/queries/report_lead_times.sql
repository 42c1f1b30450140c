-- How many days ahead visits of the period were booked (to the time they have now).
SELECT v.name, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY lead.days),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY lead.days)
FROM scheduling_appointment a
JOIN scheduling_visittype v ON v.id = a.visit_type_id
JOIN scheduling_appointmentevent e ON e.appointment_id = a.id AND e.step = 'book'
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM a.start_at - e.occurred_at)::float8 / 86400 AS days
) lead
WHERE a.site_id = ANY(%(sites)s)
  AND a.start_at >= %(earliest)s AND a.start_at < %(latest)s
GROUP BY v.id, v.name, v.rank
ORDER BY v.rank, v.name
