insert into stripe_payment (payment_intent_id, invoice_id, amount_refunded, dispute_status, updated_at)
values ($1, $2, $3, $4, $5)
on conflict (payment_intent_id) do update
set invoice_id = excluded.invoice_id, amount_refunded = excluded.amount_refunded,
    dispute_status = excluded.dispute_status, updated_at = excluded.updated_at
