-- Visits within the days before which people are told how to prepare, and who have not been told.
--
-- Told what: a kind of visit that asks for something, or a plan for medicines that a clinician has
-- approved. A plan that is approved later is told as well, with its instant in the key. For each
-- site these are a few days of its index; `OFFSET 0` keeps PostgreSQL from reading all visits.
SELECT due.id, due.approved_at
FROM scheduling_site s
CROSS JOIN LATERAL (
  SELECT a.id, p.approved_at
  FROM scheduling_appointment a
  JOIN scheduling_visittype v ON v.id = a.visit_type_id
  LEFT JOIN treatments_holdplan p
    ON p.appointment_id = a.id AND p.approved_at IS NOT NULL AND p.instructions <> ''
  WHERE a.site_id = s.id
    AND a.start_at > %(now)s::timestamptz + %(nearest)s::interval
    AND a.start_at <= %(now)s::timestamptz + %(before)s::interval
    AND a.status IN ('booked', 'confirmed')
    AND (v.needs_fasting OR v.needs_driver OR v.preparation_en <> '' OR p.id IS NOT NULL)
    AND NOT EXISTS (
      SELECT FROM messaging_message m
      WHERE m.dedupe_key = 'appointment:' || a.id || ':preparation:'
        || to_char(a.start_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MI"Z"') || ':'
        || coalesce(to_char(p.approved_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'), '')
    )
  OFFSET 0
  FOR NO KEY UPDATE OF a SKIP LOCKED
) due
LIMIT %(limit)s
