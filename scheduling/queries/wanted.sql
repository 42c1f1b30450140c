-- Site, kind of visit and clinician (or nobody) as somebody names them, if they may: one row or none.
SELECT {site}, {visit_type}, {clinician}
FROM scheduling_site s
JOIN scheduling_visittype v ON v.code = %(visit_type)s AND v.is_active
LEFT JOIN scheduling_resource r
  ON r.id = %(clinician)s::bigint AND r.site_id = s.id AND r.kind = 'clinician' AND r.is_active
WHERE s.id = %(site)s
  AND (%(clinician)s::bigint IS NULL OR r.id IS NOT NULL)
  -- As SiteQuerySet.open_to says.
  AND (%(sees_all)s OR EXISTS (
      SELECT FROM accounts_teammember m WHERE m.team_id = s.team_id AND m.user_id = %(user)s))
