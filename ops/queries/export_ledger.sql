-- The rows of the ledger from $1 on and before $2, the oldest first.
select user_id, novel_id::text as novel_id, subscription_type, tier_level::text as tier_level, tier_name,
       subscription_duration_days::text as days,
       to_char(start_date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as start_date,
       to_char(end_date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as end_date,
       payment_amount::text as amount_minor_units, currency, payment_method, payment_status, stripe_subscription_id,
       stripe_payment_intent_id, stripe_customer_id, payment_record_id::text as payment_record_id,
       to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at
from user_champion_subscription_record as record
where record.created_at >= $1 and record.created_at < $2
order by record.created_at, id
