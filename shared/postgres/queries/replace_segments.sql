-- Replaces the whole timeline of reader $1 and novel $2 by the JSON $3. Segments that haven't changed aren't written.
with fresh as (
    select start_at, end_at, tier_level, tier_until, payment
    from jsonb_to_recordset($3::text::jsonb) as segment (
        start_at timestamptz, end_at timestamptz, tier_level integer, tier_until timestamptz, payment uuid
    )
),
gone as (
    delete from champion_segment
    where user_id = $1 and novel_id = $2 and start_at not in (select start_at from fresh)
)
insert into champion_segment as known (
    user_id, novel_id, start_at, end_at, tier_level, tier_until, payment_record_id
)
select $1, $2::bigint, start_at, end_at, tier_level, tier_until, payment from fresh
on conflict (user_id, novel_id, start_at) do update
set end_at = excluded.end_at, tier_level = excluded.tier_level, tier_until = excluded.tier_until,
    payment_record_id = excluded.payment_record_id
where (known.end_at, known.tier_level, known.tier_until, known.payment_record_id)
    is distinct from (excluded.end_at, excluded.tier_level, excluded.tier_until, excluded.payment_record_id)
