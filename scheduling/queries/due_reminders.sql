-- Visits whose moment to be reminded has come, with the rule that says so.
--
-- The calendar is the list of what is due. Each rule looks from where it stopped (`looked_at`, a
-- little earlier in case somebody was still writing) up to now. For each rule and site these are a
-- few rows of the index by site and day, however full the calendar is: `OFFSET 0` keeps PostgreSQL
-- from reading the whole calendar once instead. The nearest scope speaks: a kind of visit before a
-- site before the clinic. Of several rules whose moment has come the latest speaks, so that a
-- missed night ends in one reminder. Who was told about the visit after that moment needs none.
SELECT due.id, r.id
FROM scheduling_reminderrule r
JOIN scheduling_site s ON s.id = r.site_id OR r.site_id IS NULL
CROSS JOIN LATERAL (
  SELECT a.id
  FROM scheduling_appointment a
  WHERE a.site_id = s.id
    AND a.start_at > greatest(
      %(now)s::timestamptz + %(nearest)s::interval,
      r.looked_at - %(overlap)s::interval + r.before
    )
    AND a.start_at <= %(now)s::timestamptz + r.before
    AND (a.visit_type_id = r.visit_type_id OR r.visit_type_id IS NULL)
    AND a.status IN ('booked', 'confirmed')
    AND NOT EXISTS (
      SELECT FROM scheduling_reminderrule other
      WHERE (other.site_id = a.site_id OR other.site_id IS NULL)
        AND (other.visit_type_id = a.visit_type_id OR other.visit_type_id IS NULL)
        AND (
          (other.visit_type_id IS NOT NULL, other.site_id IS NOT NULL)
            > (r.visit_type_id IS NOT NULL, r.site_id IS NOT NULL)
          OR (
            (other.visit_type_id IS NOT NULL, other.site_id IS NOT NULL)
              = (r.visit_type_id IS NOT NULL, r.site_id IS NOT NULL)
            AND other.is_active
            AND other.before < r.before
            AND a.start_at <= %(now)s::timestamptz + other.before
          )
        )
    )
    AND NOT EXISTS (
      SELECT FROM scheduling_appointmentevent e
      WHERE e.appointment_id = a.id
        AND e.occurred_at > a.start_at - r.before
        AND (e.step IN ('book', 'move') OR (e.step = 'undo' AND e.from_status = 'cancelled'))
    )
    AND NOT EXISTS (
      SELECT FROM messaging_message m
      WHERE m.dedupe_key = 'appointment:' || a.id || ':reminder:' || r.id || ':'
        || to_char(a.start_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MI"Z"')
    )
  OFFSET 0
  {locking}
) due
WHERE r.is_active
LIMIT %(limit)s
