-- Takes the locks of readers and novels whose rows are due at $1, at most $2, and returns them. Pairs that are locked
-- already are left to the next roll.
select user_id, novel_id
from (
    select user_id, novel_id
    from user_champion_subscription
    where next_change_at <= $1::timestamptz
    order by next_change_at
    limit $2::bigint
) as due
where pg_try_advisory_xact_lock(hashtextextended('champion ' || user_id || ' ' || novel_id, 0))
