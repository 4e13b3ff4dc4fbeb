-- The segments of access of the readers $1 to the novels $2.
select start_at, end_at, user_id, novel_id, tier_level, tier_until, payment_record_id
from unnest($1::text[], $2::bigint[]) as champion (user_id, novel_id)
join champion_segment using (user_id, novel_id)
order by user_id, novel_id, start_at
