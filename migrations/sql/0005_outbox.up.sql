-- Facts for Klaviyo, written in the transaction of the state change that they report.
create table outbox (
    -- Also the event's `unique_id` in Klaviyo.
    id         uuid primary key,
    -- What makes the fact unique, such as `preorder_success:<preorder id>`.
    key        text not null unique check (key <> ''),
    metric     text not null check (metric <> ''),
    payload    jsonb not null,
    created_at timestamptz not null,
    -- When the sweep last put it into the queue.
    queued_at  timestamptz,
    sent_at    timestamptz,
    -- Klaviyo refused it for good: it waits for a person.
    parked_at  timestamptz,
    -- How often sending it has failed.
    attempts   integer not null default 0 check (attempts >= 0),
    last_error text,

    constraint outbox_sent_or_parked check (sent_at is null or parked_at is null)
);

create index outbox_unsent_idx on outbox (coalesce(queued_at, created_at)) where sent_at is null and parked_at is null;
create index outbox_parked_idx on outbox (parked_at) where parked_at is not null;
