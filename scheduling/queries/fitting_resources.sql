SELECT f.need_id, f.resource_id
FROM fits f
WHERE f.starts @> %(start)s::timestamptz
-- The plainest resource first, so that rooms with rare equipment stay free for who needs them.
ORDER BY f.need_id, (SELECT count(*) FROM scheduling_resource_capabilities c
                     WHERE c.resource_id = f.resource_id), f.resource_id
