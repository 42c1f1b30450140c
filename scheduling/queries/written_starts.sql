-- The offered starts as the text of a JSON list: a thousand of them are written here in a fraction of
-- the time that reading them out and writing them again would take.
SELECT '[' || coalesce(string_agg(
           '{{"start_at":"' || to_char(start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
           || '","end_at":"'
           || to_char(end_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
           || '","site":' || site_id || ',"clinician":' || coalesce(clinician_id::text, 'null')
           || '}}', ',' ORDER BY start_at, clinician_id), '') || ']'
FROM (
    {starts}
) offered
