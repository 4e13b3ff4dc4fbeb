-- Payments of the readers $1 for the novels $2, including those that were begun and never paid.
select created_at, record_id, user_id, novel_id, type, kind, purchase_type, tier_level, status, amount, currency, paid_at,
       failed_at, closed, refunded_amount, dispute_status, payment_method, description, stripe_invoice_id,
       stripe_payment_intent_id, stripe_subscription_id, stripe_customer_id, stripe_price_id, period_start, period_end,
       lines, grace_seconds, carried_over_at, updated_at
from unnest($1::text[], $2::bigint[]) as champion (user_id, novel_id)
join payment_record using (user_id, novel_id)
order by created_at, record_id
