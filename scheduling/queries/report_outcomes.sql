-- How visits that were due in the period ended: a row for each end and reason.
SELECT a.status, a.cancellation_reason, count(*)
FROM scheduling_appointment a
WHERE a.site_id = ANY(%(sites)s)
  AND a.start_at >= %(earliest)s AND a.start_at < %(latest)s
GROUP BY a.status, a.cancellation_reason
ORDER BY a.status, a.cancellation_reason
