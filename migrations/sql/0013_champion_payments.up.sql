-- Payments become facts from which everything else is computed, and the database refuses what must not be.

alter table payment_record
    -- The id that goes through Stripe's metadata.
    add column record_id         uuid not null default gen_random_uuid(),
    -- Null in rows that the system before this one has settled: they are history and take part in nothing.
    add column kind              text
        check (kind in ('subscription', 'renewal', 'plan_change', 'purchase', 'carried_over')),
    add column purchase_type     text check (purchase_type in ('new', 'extend', 'upgrade')),
    add column tier_level        integer check (tier_level between 1 and 13),
    add column stripe_invoice_id text check (stripe_invoice_id ~ '^in_[A-Za-z0-9_]+$'),
    -- The time that an invoice is for.
    add column period_start      timestamptz,
    add column period_end        timestamptz,
    add column paid_at           timestamptz,
    -- When a try to pay was last refused.
    add column failed_at         timestamptz,
    -- Given up: Stripe made nothing for it, or what it was to start is over.
    add column closed            boolean not null default false,
    add column refunded_amount   bigint not null default 0 check (refunded_amount >= 0),
    add column dispute_status    text,

    add constraint payment_record_record_id_key unique (record_id),
    add constraint payment_record_stripe_payment_intent_id_key unique (stripe_payment_intent_id),
    add constraint payment_record_stripe_invoice_id_key unique (stripe_invoice_id),
    add constraint payment_record_ids check (
        stripe_subscription_id ~ '^sub_[A-Za-z0-9_]+$'
        and stripe_payment_intent_id ~ '^pi_[A-Za-z0-9_]+$'
        and stripe_customer_id ~ '^cus_[A-Za-z0-9_]+$'
    ),
    add constraint payment_record_amount check (amount >= 0 and currency ~ '^[a-z]{3}$'),
    add constraint payment_record_period_is_whole check ((period_start is null) = (period_end is null)),
    -- Nothing counts as completed before it is paid.
    add constraint payment_record_status check (
        kind is null
        or status in ('pending', 'failed') and paid_at is null
        or status in ('completed', 'refunded') and paid_at is not null
    ),
    add constraint payment_record_novel check (kind is null or novel_id is not null);

-- The unique constraint serves its purpose.
drop index idx_payment_record_stripe_payment_intent_id;

-- The reservation: of all who ask at once for a subscription to a novel, one makes it.
create unique index payment_record_reservation_key on payment_record (user_id, novel_id)
    where kind = 'subscription' and status = 'pending';
-- Old rows that wait for a payment that only their description names.
create index payment_record_described_idx on payment_record (novel_id)
    where kind = 'purchase' and paid_at is null and stripe_payment_intent_id is null;

update payment_record set kind = 'purchase' where status = 'pending' and novel_id is not null;

-- What Stripe last said of each subscription.
create table stripe_subscription (
    id                   text primary key check (id ~ '^sub_[A-Za-z0-9_]+$'),
    user_id              text not null references users (id),
    novel_id             bigint not null,
    customer_id          text check (customer_id ~ '^cus_[A-Za-z0-9_]+$'),
    status               text not null check (status in (
        'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled'
    )),
    cancel_at_period_end boolean not null,
    period_end           timestamptz,
    tier_level           integer check (tier_level between 1 and 13),
    -- Whether it ever got past its first payment.
    started              boolean not null,
    -- The event that said so, if it was one.
    version_created      timestamptz,
    version_event        text check (version_event ~ '^evt_[A-Za-z0-9_]+$'),
    updated_at           timestamptz not null,

    constraint stripe_subscription_version_is_whole check ((version_created is null) = (version_event is null))
);

create index stripe_subscription_user_novel_idx on stripe_subscription (user_id, novel_id);

alter table user_champion_subscription
    add column cancel_at_period_end boolean not null default false,
    add constraint user_champion_subscription_ids check (
        stripe_subscription_id ~ '^sub_[A-Za-z0-9_]+$' and stripe_customer_id ~ '^cus_[A-Za-z0-9_]+$'
    ),
    add constraint user_champion_subscription_tier check (tier_level between 1 and 13),
    add constraint user_champion_subscription_dates check (start_date <= end_date),
    add constraint user_champion_subscription_stripe_subscription_id_key unique (stripe_subscription_id);

comment on column user_champion_subscription.is_active is
    'whether anything is bought; whoever asks whether it still runs compares end_date with the time';

-- One live subscription for each reader and novel.
create unique index user_champion_subscription_live_key on user_champion_subscription (user_id, novel_id)
    where is_active and auto_renew and stripe_subscription_id is not null;

insert into stripe_subscription (
    id, user_id, novel_id, customer_id, status, cancel_at_period_end, tier_level, started, updated_at
)
select stripe_subscription_id, user_id, novel_id, stripe_customer_id,
       case when is_active then 'active' else 'canceled' end, is_active and not auto_renew, tier_level, true, now()
from user_champion_subscription
where stripe_subscription_id is not null;

-- What readers have is the ground that their next payments extend.
insert into payment_record (
    user_id, novel_id, type, kind, tier_level, amount, currency, payment_method, status, description, period_start,
    period_end, paid_at, created_at, updated_at
)
select user_id, novel_id, 'carried_over', 'carried_over', tier_level, 0, currency, coalesce(payment_method, 'stripe'),
       'completed', 'What the reader had when payments began to be computed', start_date, end_date, start_date,
       now(), now()
from user_champion_subscription
where is_active;

alter table user_champion_subscription_record
    -- Null in rows that the system before this one wrote.
    add column payment_record_id uuid references payment_record (record_id),
    add constraint user_champion_subscription_record_payment_key unique (payment_record_id),
    add constraint user_champion_subscription_record_ids check (
        stripe_subscription_id ~ '^sub_[A-Za-z0-9_]+$'
        and (payment_record_id is null or (
            stripe_payment_intent_id ~ '^pi_[A-Za-z0-9_]+$' and stripe_customer_id ~ '^cus_[A-Za-z0-9_]+$'
        ))
    ),
    add constraint user_champion_subscription_record_type check (
        payment_record_id is null or subscription_type in ('new', 'extend', 'upgrade', 'renew')
    );
