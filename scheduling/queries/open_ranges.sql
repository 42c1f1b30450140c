SELECT r.resource_id, open.during
FROM resources r LEFT JOIN open USING (resource_id)
