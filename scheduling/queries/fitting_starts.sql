SELECT wished.start_at, f.need_id, n.count, f.resource_id
FROM unnest(%(starts)s::timestamptz[]) wished (start_at)
JOIN fits f ON f.starts @> wished.start_at
JOIN needs n USING (need_id)
-- The plainest resource first, as for a single visit.
ORDER BY wished.start_at, f.need_id,
         (SELECT count(*) FROM scheduling_resource_capabilities c
          WHERE c.resource_id = f.resource_id), f.resource_id
