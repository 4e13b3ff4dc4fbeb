-- Every event of Stripe that was handled, so that none counts twice. No payload: Stripe keeps it, and it is personal.
create table stripe_event (
    id           text primary key check (id ~ '^evt_[A-Za-z0-9_]+$'),
    type         text not null,
    api_version  text,
    -- When it happened, by Stripe's clock.
    created      timestamptz not null,
    livemode     boolean not null,
    outcome      text not null check (outcome in ('applied', 'ignored', 'parked')),
    reason       text,
    processed_at timestamptz not null,

    constraint stripe_event_reason_unless_applied check ((outcome = 'applied') = (reason is null))
);

-- For the person who looks after what could not be applied.
create index stripe_event_parked_idx on stripe_event (processed_at) where outcome = 'parked';
-- For clearing out what Stripe can no longer repeat.
create index stripe_event_processed_at_idx on stripe_event (processed_at);
