-- Access to a novel becomes a timeline of segments. Code that doesn't know it may go on writing beside code that does.

-- Which price was ever a tier's. A payment's tier follows from the price that is stored with it, also years later.
create table champion_tier_price (
    price_id   text primary key check (price_id ~ '^price_[A-Za-z0-9_]+$'),
    novel_id   bigint not null check (novel_id > 0),
    tier_level integer not null check (tier_level between 1 and 13),
    amount     bigint not null check (amount > 0),
    currency   text not null check (currency ~ '^[a-z]{3}$'),
    created_at timestamptz not null default now()
);

create index champion_tier_price_novel_id_idx on champion_tier_price (novel_id);

create function remember_tier_price() returns trigger language plpgsql as $$
begin
    insert into champion_tier_price (price_id, novel_id, tier_level, amount, currency)
    values (new.stripe_price_id, new.novel_id, new.tier_level, new.monthly_price, new.currency)
    on conflict (price_id) do nothing;
    return null;
end
$$;
create trigger novel_champion_tiers_price_is_remembered after insert or update on novel_champion_tiers
    for each row when (new.stripe_price_id is not null) execute function remember_tier_price();

insert into champion_tier_price (price_id, novel_id, tier_level, amount, currency)
select stripe_price_id, novel_id, tier_level, monthly_price, currency
from novel_champion_tiers
where stripe_price_id is not null
on conflict (price_id) do nothing;

alter table payment_record
    -- The price of the line that is ours, as Stripe named it.
    add column stripe_price_id text check (stripe_price_id ~ '^price_[A-Za-z0-9_]+$'),
    -- The lines of an invoice that are ours, as objects with tier_level, start, end and kind. Null where the
    -- period says everything; empty while the lines are not known.
    add column lines           jsonb check (jsonb_typeof(lines) = 'array'),
    -- The grace that was in force when a renewal was paid, in seconds.
    add column grace_seconds   bigint check (grace_seconds >= 0),
    -- Set in what a reader was shown when they were taken over. Such a row has no kind, so that older code, which
    -- computes from the payments before it, doesn't count it as well. Payments from before this moment are settled.
    add column carried_over_at timestamptz;

create unique index payment_record_carried_over_key on payment_record (user_id, novel_id)
    where carried_over_at is not null;

alter table stripe_subscription
    -- Stripe's pause_collection: the status stays what it is, but nothing is collected.
    add column collection_paused boolean not null default false,
    -- Which period each invoice was for: an array of objects with invoice, start, end, tier_level and at, when an event
    -- first said so. An event about an invoice with many lines may not have ours.
    add column invoice_periods   jsonb not null default '[]' check (jsonb_typeof(invoice_periods) = 'array');

-- A stretch of access, half-open.
create table champion_segment (
    user_id           text not null references users (id),
    novel_id          bigint not null,
    start_at          timestamptz not null,
    end_at            timestamptz not null,
    tier_level        integer not null check (tier_level between 1 and 13),
    -- When the tier changes or ends: of a stretch at one tier from several payments, the end of the last one.
    tier_until        timestamptz not null,
    payment_record_id uuid not null references payment_record (record_id),

    primary key (user_id, novel_id, start_at),
    constraint champion_segment_has_a_length check (start_at < end_at and end_at <= tier_until)
);

create index champion_segment_payment_idx on champion_segment (payment_record_id);

alter table user_champion_subscription
    -- When the tier that runs changes or ends; null while nothing runs.
    add column tier_until           timestamptz,
    -- Access beyond what is paid, stored ahead.
    add column grace_from           timestamptz,
    add column grace_until          timestamptz,
    add column grace_tier           integer check (grace_tier between 1 and 13),
    -- The next moment at which any of this row would differ. Rows from before, and rows that older code wrote, are due.
    add column next_change_at       timestamptz default now(),
    -- Until when the ends of runs are announced. Nothing is announced that ended before this rule existed.
    add column ends_announced_until timestamptz not null default now(),
    -- When the columns above were last computed.
    add column rolled_at            timestamptz,
    drop constraint user_champion_subscription_tier,
    add constraint user_champion_subscription_tier check (tier_level between 0 and 13),
    add constraint user_champion_subscription_grace check (
        (grace_from is null) = (grace_until is null) and (grace_from is null) = (grace_tier is null)
    );

create index user_champion_subscription_next_change_at_idx on user_champion_subscription (next_change_at)
    where next_change_at is not null;

comment on column user_champion_subscription.is_active is
    'whether the reader has access, grace included; the view champion_access is exact between two rolls';
comment on column user_champion_subscription.tier_level is 'the tier that runs, without grace; 0 while nothing runs';

-- What older code writes leaves the timeline's columns as they were: the next roll computes them anew.
create function roll_what_was_written_beside() returns trigger language plpgsql as $$
begin
    if new.rolled_at is not distinct from old.rolled_at then
        new.next_change_at = now();
    end if;
    return new;
end
$$;
create trigger user_champion_subscription_is_rolled before update of end_date on user_champion_subscription
    for each row execute function roll_what_was_written_beside();

-- A payment that never had any time has no first and no last moment.
alter table user_champion_subscription_record
    alter column start_date drop not null,
    alter column end_date drop not null;

-- Who may read what at this moment, exactly: whoever guards a chapter asks here.
create view champion_access as
select distinct on (user_id, novel_id) user_id, novel_id, tier_level, until
from (
    select user_id, novel_id, tier_level, tier_until as until
    from champion_segment
    where start_at <= now() and now() < end_at
    union all
    select user_id, novel_id, grace_tier, grace_until
    from user_champion_subscription
    where grace_from <= now() and now() < grace_until
) as running
order by user_id, novel_id, tier_level desc, until desc;
