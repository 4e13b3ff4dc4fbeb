-- What is known of a payment, whoever it belongs to. A refund or a dispute may arrive before the event that tells what
-- was paid for; it waits here.
create table stripe_payment (
    payment_intent_id text primary key check (payment_intent_id ~ '^pi_[A-Za-z0-9_]+$'),
    -- The invoice that it paid; one-time payments have none. An invoice can be paid in parts.
    invoice_id        text check (invoice_id ~ '^in_[A-Za-z0-9_]+$'),
    -- All that went back so far, in minor units of the payment's currency.
    amount_refunded   bigint not null default 0 check (amount_refunded >= 0),
    -- The newest status of a dispute, in Stripe's words.
    dispute_status    text,
    updated_at        timestamptz not null
);

create index stripe_payment_invoice_id_idx on stripe_payment (invoice_id);
