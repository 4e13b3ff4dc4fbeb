-- Writes the whole ledger of reader $1 and novel $2 from the JSON $3. Rows that haven't changed aren't written. The ids at
-- Stripe are copied from the payment's record, whose columns have checks for them.
insert into user_champion_subscription_record as known (
    user_id, novel_id, payment_record_id, tier_level, tier_name, monthly_price, currency, payment_amount,
    payment_method, payment_status, subscription_type, subscription_duration_days, before_membership_snapshot,
    after_membership_snapshot, start_date, end_date, stripe_subscription_id, stripe_payment_intent_id,
    stripe_customer_id, created_at
)
select $1, $2::bigint, payment.record_id, entry.tier_level, coalesce(tier.tier_name, 'Tier ' || entry.tier_level),
       coalesce(tier.monthly_price, payment.amount), payment.currency, payment.amount, payment.payment_method,
       payment.status, entry.kind, entry.days, entry.before, entry.after, entry.start_date, entry.end_date,
       payment.stripe_subscription_id, payment.stripe_payment_intent_id, payment.stripe_customer_id, $4::timestamptz
from jsonb_to_recordset($3::text::jsonb) as entry (
    payment uuid, kind text, tier_level integer, days integer, start_date timestamptz, end_date timestamptz,
    before jsonb, after jsonb
)
-- The join is restricted to the reader's own payments. Otherwise the planner, which can't know how few entries there are,
-- would read all payments.
join payment_record as payment
    on payment.record_id = entry.payment and payment.user_id = $1 and payment.novel_id = $2
left join novel_champion_tiers as tier on tier.novel_id = $2 and tier.tier_level = entry.tier_level
on conflict (payment_record_id) do update
set tier_level = excluded.tier_level, tier_name = excluded.tier_name, monthly_price = excluded.monthly_price,
    currency = excluded.currency, payment_amount = excluded.payment_amount, payment_method = excluded.payment_method,
    payment_status = excluded.payment_status, subscription_type = excluded.subscription_type,
    subscription_duration_days = excluded.subscription_duration_days,
    before_membership_snapshot = excluded.before_membership_snapshot,
    after_membership_snapshot = excluded.after_membership_snapshot, start_date = excluded.start_date,
    end_date = excluded.end_date, stripe_subscription_id = excluded.stripe_subscription_id,
    stripe_payment_intent_id = excluded.stripe_payment_intent_id, stripe_customer_id = excluded.stripe_customer_id
where (
    known.tier_level, known.tier_name, known.monthly_price, known.currency, known.payment_amount, known.payment_method,
    known.payment_status, known.subscription_type, known.subscription_duration_days, known.before_membership_snapshot,
    known.after_membership_snapshot, known.start_date, known.end_date, known.stripe_subscription_id,
    known.stripe_payment_intent_id, known.stripe_customer_id
) is distinct from (
    excluded.tier_level, excluded.tier_name, excluded.monthly_price, excluded.currency, excluded.payment_amount,
    excluded.payment_method, excluded.payment_status, excluded.subscription_type, excluded.subscription_duration_days,
    excluded.before_membership_snapshot, excluded.after_membership_snapshot, excluded.start_date, excluded.end_date,
    excluded.stripe_subscription_id, excluded.stripe_payment_intent_id, excluded.stripe_customer_id
)
