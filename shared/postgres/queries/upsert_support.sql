-- Writes the row of reader $1 and novel $2 that other systems read. Its tier is 0 while no access runs.
insert into user_champion_subscription as mine (
    user_id, novel_id, tier_level, tier_name, monthly_price, currency, start_date, end_date, is_active, auto_renew,
    cancel_at_period_end, stripe_subscription_id, stripe_customer_id, payment_method, created_at, updated_at, tier_until,
    grace_from, grace_until, grace_tier, next_change_at, ends_announced_until, rolled_at
)
select $1, $2::bigint, $3::integer, coalesce(tier.tier_name, case $3 when 0 then '' else 'Tier ' || $3 end),
       coalesce(tier.monthly_price, 0), coalesce(tier.currency, 'usd'), $4::timestamptz, $5::timestamptz, $6::boolean,
       $7::boolean, $8::boolean, $9, $10, $11, $12::timestamptz, $12, $13::timestamptz, $14::timestamptz,
       $15::timestamptz, $16::integer, $17::timestamptz, $18::timestamptz, clock_timestamp()
from (select) as always
left join novel_champion_tiers as tier on tier.novel_id = $2 and tier.tier_level = $3
on conflict (user_id, novel_id) do update
set tier_level = excluded.tier_level, tier_name = excluded.tier_name, monthly_price = excluded.monthly_price,
    currency = excluded.currency, start_date = excluded.start_date, end_date = excluded.end_date,
    is_active = excluded.is_active, auto_renew = excluded.auto_renew,
    cancel_at_period_end = excluded.cancel_at_period_end, stripe_subscription_id = excluded.stripe_subscription_id,
    stripe_customer_id = excluded.stripe_customer_id, payment_method = excluded.payment_method,
    updated_at = excluded.updated_at, tier_until = excluded.tier_until, grace_from = excluded.grace_from,
    grace_until = excluded.grace_until, grace_tier = excluded.grace_tier, next_change_at = excluded.next_change_at,
    ends_announced_until = excluded.ends_announced_until, rolled_at = excluded.rolled_at
