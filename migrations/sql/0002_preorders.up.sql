-- Every preorder from the moment its form is sent, paid or not.
create table preorders (
    id                 uuid primary key,
    -- What people see on paper.
    preorder_number    text not null generated always as ('ROL-' || upper(substr(id::text, 1, 8))) stored,
    -- Null until the owner is known.
    user_id            text references users (id),
    email              text not null check (email <> ''),
    color              text not null,
    price_id           text check (price_id ~ '^price_[A-Za-z0-9_]+$'),
    locale             text not null check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    first_name         text,
    last_name          text,
    phone              text,
    address_line1      text,
    address_line2      text,
    city               text,
    state              text,
    postal_code        text,
    -- Stripe fills what the form left open, so contact fields are taken as they come: a payment must never bounce.
    country            text,
    customer_notes     text,
    marketing_consent  boolean not null default false,
    status             text not null
        check (status in ('initiated', 'processing', 'completed', 'failed', 'cancelled', 'refunded')),
    -- How many attempts to open a checkout session are used up.
    checkout_attempt   integer not null default 0 check (checkout_attempt >= 0),
    -- The newest checkout session.
    session_id         text unique check (session_id ~ '^cs_[A-Za-z0-9_]+$'),
    session_state      text check (session_state in ('open', 'awaiting_payment', 'closed')),
    session_expires_at timestamptz,
    checkout_url       text,
    -- The payment: amounts in minor units of the currency.
    payment_intent_id  text unique check (payment_intent_id ~ '^pi_[A-Za-z0-9_]+$'),
    amount             bigint check (amount >= 0),
    currency           text check (currency ~ '^[a-z]{3}$'),
    paid_at            timestamptz,
    refunded_amount    bigint not null default 0 check (refunded_amount >= 0),
    dispute_status     text,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,

    constraint preorders_session_is_whole check ((session_id is null) = (session_state is null)),
    constraint preorders_payment_is_whole check (
        (paid_at is null) = (amount is null) and (paid_at is null) = (currency is null)
        and (paid_at is not null or payment_intent_id is null)
    ),
    -- Nothing is granted before it is paid.
    constraint preorders_paid_if_completed check ((status in ('completed', 'refunded')) = (paid_at is not null)),
    constraint preorders_refund_within_amount check (refunded_amount <= coalesce(amount, 0))
);

create index preorders_user_id_idx on preorders (user_id);
create index preorders_number_idx on preorders (preorder_number);
-- Linking: by address when an owner turns up, by age when the sweep looks for owners.
create index preorders_ownerless_email_idx on preorders (lower(email)) where user_id is null;
create index preorders_ownerless_age_idx on preorders (created_at) where user_id is null;
