-- Inserts a row of the older system's ledger, unless it is stored already. The row belongs to no payment record.
insert into user_champion_subscription_record (
    user_id, novel_id, tier_level, tier_name, monthly_price, payment_amount, currency, payment_method, payment_status,
    subscription_type, subscription_duration_days, start_date, end_date, stripe_subscription_id,
    stripe_payment_intent_id, stripe_customer_id, created_at
)
select $1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
where not exists (
    select from user_champion_subscription_record
    where user_id = $1 and novel_id = $2 and tier_level = $3 and subscription_type = $9 and start_date = $11
      and end_date = $12 and created_at = $16
)
