-- The rows of the ledger of the readers $1 for the novels $2: one for each payment that gave something.
select created_at, user_id, novel_id, tier_level, tier_name, monthly_price, subscription_type,
       subscription_duration_days, start_date, end_date, payment_amount, currency, payment_method, payment_status,
       payment_record_id, stripe_subscription_id, stripe_payment_intent_id, stripe_customer_id,
       before_membership_snapshot, after_membership_snapshot
from unnest($1::text[], $2::bigint[]) as champion (user_id, novel_id)
join user_champion_subscription_record using (user_id, novel_id)
order by created_at, id
