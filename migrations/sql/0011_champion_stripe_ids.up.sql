-- Each of Stripe's ids gets a column of its own. What stood in a column for subscriptions and isn't one is moved out,
-- so that nothing is lost and the step can be taken back.
create table misplaced_stripe_id (
    table_name text not null,
    row_id     bigint not null,
    value      text not null,
    primary key (table_name, row_id)
);

alter table user_champion_subscription_record rename column transaction_id to stripe_subscription_id;

with moved as (
    update user_champion_subscription_record as record
    set stripe_subscription_id = null
    from user_champion_subscription_record as old
    where old.id = record.id and old.stripe_subscription_id !~ '^sub_[A-Za-z0-9_]+$'
    returning record.id, old.stripe_subscription_id as value
)
insert into misplaced_stripe_id (table_name, row_id, value)
select 'user_champion_subscription_record', id, value from moved;

with moved as (
    update user_champion_subscription as subscription
    set stripe_subscription_id = null
    from user_champion_subscription as old
    where old.id = subscription.id and old.stripe_subscription_id !~ '^sub_[A-Za-z0-9_]+$'
    returning subscription.id, old.stripe_subscription_id as value
)
insert into misplaced_stripe_id (table_name, row_id, value)
select 'user_champion_subscription', id, value from moved;

alter table user_champion_subscription add column stripe_customer_id text;
create index idx_user_champion_subscription_stripe_customer_id on user_champion_subscription (stripe_customer_id);

alter table payment_record
    add column stripe_subscription_id   text,
    add column stripe_payment_intent_id text,
    add column stripe_customer_id       text;
create index idx_payment_record_stripe_subscription_id on payment_record (stripe_subscription_id);
create index idx_payment_record_stripe_payment_intent_id on payment_record (stripe_payment_intent_id);
create index idx_payment_record_stripe_customer_id on payment_record (stripe_customer_id);
