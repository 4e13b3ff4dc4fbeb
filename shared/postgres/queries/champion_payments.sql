-- The payments of reader $1 for novel $2. Rows of the system before this one have no kind, are history and are left out. A
-- carried-over payment has no kind either, but is read.
select record_id, coalesce(kind, 'carried_over') as kind, payment_method, tier_level, purchase_type, amount, currency,
       description, stripe_subscription_id, stripe_payment_intent_id, stripe_customer_id, stripe_invoice_id,
       stripe_price_id, period_start, period_end, lines, grace_seconds, carried_over_at, paid_at, failed_at, closed,
       refunded_amount, dispute_status, created_at
from payment_record
where user_id = $1 and novel_id = $2 and (kind is not null or carried_over_at is not null)
