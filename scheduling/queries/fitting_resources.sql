SELECT f.need_id, f.resource_id
FROM fits f
WHERE f.starts @> %(start)s::timestamptz
-- The plainest resource first, so that rooms with rare equipment stay free for who needs them.
-- Before it the one that the visit must take, for the first need that it can fill.
ORDER BY f.need_id, (f.resource_id = %(using)s::bigint AND f.need_id = (
                        SELECT min(u.need_id) FROM fits u
                        WHERE u.resource_id = %(using)s::bigint
                          AND u.starts @> %(start)s::timestamptz)) DESC NULLS LAST,
         (SELECT count(*) FROM scheduling_resource_capabilities c
                     WHERE c.resource_id = f.resource_id), f.resource_id
