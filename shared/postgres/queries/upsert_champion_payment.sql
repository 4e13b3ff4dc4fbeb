-- Inserts a reader's payment for a novel, or replaces all columns of the stored one but its reader, its novel and its type.
insert into payment_record (
    record_id, user_id, novel_id, type, kind, payment_method, tier_level, purchase_type, amount, currency, description,
    stripe_subscription_id, stripe_payment_intent_id, stripe_customer_id, stripe_invoice_id, period_start, period_end,
    paid_at, failed_at, closed, refunded_amount, dispute_status, status, created_at, updated_at, stripe_price_id, lines,
    grace_seconds, carried_over_at
)
values (
    $1, $2, $3, coalesce('champion_' || $4, 'carried_over'), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
    $17, $18, $19, $20, $21, $22, $23, $24, $25, $26::text::jsonb, $27, $28
)
on conflict (record_id) do update
set kind = excluded.kind, payment_method = excluded.payment_method, tier_level = excluded.tier_level,
    purchase_type = excluded.purchase_type, amount = excluded.amount, currency = excluded.currency,
    description = excluded.description, stripe_subscription_id = excluded.stripe_subscription_id,
    stripe_payment_intent_id = excluded.stripe_payment_intent_id, stripe_customer_id = excluded.stripe_customer_id,
    stripe_invoice_id = excluded.stripe_invoice_id, period_start = excluded.period_start,
    period_end = excluded.period_end, paid_at = excluded.paid_at, failed_at = excluded.failed_at,
    closed = excluded.closed, refunded_amount = excluded.refunded_amount, dispute_status = excluded.dispute_status,
    status = excluded.status, created_at = excluded.created_at, updated_at = excluded.updated_at,
    stripe_price_id = excluded.stripe_price_id, lines = excluded.lines, grace_seconds = excluded.grace_seconds,
    carried_over_at = excluded.carried_over_at
