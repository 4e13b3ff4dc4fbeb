-- Refunds and disputes of a payment, one by one, and every payment of a preorder. Code that doesn't know these tables may
-- go on writing the columns beside code that does.

-- What went back of a payment. The payment may not be known yet.
create table stripe_refund (
    id                text primary key check (id ~ '^(re|pyr)_[A-Za-z0-9_]+$'),
    payment_intent_id text not null check (payment_intent_id ~ '^pi_[A-Za-z0-9_]+$'),
    amount            bigint not null check (amount >= 0),
    -- When Stripe made it: the money is gone from then on.
    created_at        timestamptz not null,
    -- Every status that an event told: an array of [seconds since 1970, status].
    history           jsonb not null check (jsonb_typeof(history) = 'array'),
    updated_at        timestamptz not null
);

create index stripe_refund_payment_intent_id_idx on stripe_refund (payment_intent_id);

-- What a customer's bank takes back of a payment, or tries to.
create table stripe_dispute (
    id                text primary key check (id ~ '^(dp|du)_[A-Za-z0-9_]+$'),
    payment_intent_id text not null check (payment_intent_id ~ '^pi_[A-Za-z0-9_]+$'),
    amount            bigint not null check (amount >= 0),
    evidence_due_at   timestamptz,
    funds_withdrawn   boolean not null default false,
    -- Every status that an event told: an array of [seconds since 1970, status].
    history           jsonb not null check (jsonb_typeof(history) = 'array'),
    updated_at        timestamptz not null
);

create index stripe_dispute_payment_intent_id_idx on stripe_dispute (payment_intent_id);

alter table stripe_payment
    -- When an event said that amount_refunded went back. Of older rows only the last change is known.
    add column amount_refunded_at timestamptz,
    -- When an event told dispute_status, as long as no dispute is known by its id.
    add column dispute_status_at  timestamptz;

-- A preorder may be paid twice. preorders has the payment that counts, this has all.
create table preorder_payment (
    -- The PaymentIntent, or the session if nothing had to be paid.
    id                text primary key,
    preorder_id       uuid not null references preorders (id) on delete cascade,
    payment_intent_id text unique check (payment_intent_id ~ '^pi_[A-Za-z0-9_]+$'),
    session_id        text check (session_id ~ '^cs_[A-Za-z0-9_]+$'),
    amount            bigint not null check (amount >= 0),
    currency          text not null check (currency ~ '^[a-z]{3}$'),
    paid_at           timestamptz not null,
    refunded_amount   bigint not null default 0 check (refunded_amount between 0 and amount),
    dispute_status    text,
    disputed_since    timestamptz,
    -- Whether all of it is gone, and whether it ever was.
    revoked           boolean not null default false,
    was_revoked       boolean not null default false
);

create index preorder_payment_preorder_id_idx on preorder_payment (preorder_id);

-- Since when somebody disputes a payment: nothing is sent to the customer meanwhile.
alter table preorders add column disputed_at timestamptz;
