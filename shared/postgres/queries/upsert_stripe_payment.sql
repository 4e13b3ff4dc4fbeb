-- Writes everything that is known of payment $1 at Stripe: its invoice $2, the refunded sum $3 and the sum's time $4, the
-- status of its dispute $5 and, while no dispute is known by its id, the status's time $6; its refunds $7 and disputes $8
-- as JSON arrays. The time of the write is $9.
with refund as (
    insert into stripe_refund (id, payment_intent_id, amount, created_at, history, updated_at)
    select id, $1, amount, to_timestamp(created), history, $9
    from jsonb_to_recordset($7::text::jsonb) as it (id text, amount bigint, created bigint, history jsonb)
    on conflict (id) do update
    set amount = excluded.amount, created_at = excluded.created_at, history = excluded.history,
        updated_at = excluded.updated_at
),
dispute as (
    insert into stripe_dispute (id, payment_intent_id, amount, evidence_due_at, funds_withdrawn, history, updated_at)
    select id, $1, amount, to_timestamp(evidence_due), funds_withdrawn, history, $9
    from jsonb_to_recordset($8::text::jsonb) as it (
        id text, amount bigint, evidence_due bigint, funds_withdrawn boolean, history jsonb
    )
    on conflict (id) do update
    set amount = excluded.amount, evidence_due_at = excluded.evidence_due_at,
        funds_withdrawn = excluded.funds_withdrawn, history = excluded.history, updated_at = excluded.updated_at
)
insert into stripe_payment (
    payment_intent_id, invoice_id, amount_refunded, amount_refunded_at, dispute_status, dispute_status_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, $9)
on conflict (payment_intent_id) do update
set invoice_id = excluded.invoice_id, amount_refunded = excluded.amount_refunded,
    amount_refunded_at = excluded.amount_refunded_at, dispute_status = excluded.dispute_status,
    dispute_status_at = excluded.dispute_status_at, updated_at = excluded.updated_at
