-- Takes the locks that are taken by everything that records something about the preorders $1, or about the readers $2 and
-- the novels $3, in the same order.
select pg_advisory_xact_lock(hash)
from (
    select 0 as place, hashtextextended('preorder ' || id, 0) as hash from unnest($1::uuid[]) as preorder (id)
    union
    select 1, hashtextextended('champion ' || user_id || ' ' || novel_id, 0)
    from unnest($2::text[], $3::bigint[]) as champion (user_id, novel_id)
    order by place, hash
) as locks
