-- The support that the readers $1 have of the novels $2, as other systems read it.
select novel_id, user_id, tier_level, tier_name, monthly_price, currency, start_date, end_date, tier_until, grace_from,
       grace_until, grace_tier, is_active, auto_renew, cancel_at_period_end, payment_method, stripe_subscription_id,
       stripe_customer_id, next_change_at, ends_announced_until, rolled_at, created_at, updated_at
from unnest($1::text[], $2::bigint[]) as champion (user_id, novel_id)
join user_champion_subscription using (user_id, novel_id)
order by user_id, novel_id
