alter table user_champion_subscription_record
    drop constraint user_champion_subscription_record_ids,
    drop constraint user_champion_subscription_record_type,
    drop column payment_record_id;

delete from payment_record where kind = 'carried_over';

drop index user_champion_subscription_live_key;
comment on column user_champion_subscription.is_active is null;
alter table user_champion_subscription
    drop column cancel_at_period_end,
    drop constraint user_champion_subscription_ids,
    drop constraint user_champion_subscription_tier,
    drop constraint user_champion_subscription_dates,
    drop constraint user_champion_subscription_stripe_subscription_id_key;

drop table stripe_subscription;

drop index payment_record_reservation_key, payment_record_described_idx;
create index idx_payment_record_stripe_payment_intent_id on payment_record (stripe_payment_intent_id);
alter table payment_record
    drop constraint payment_record_ids,
    drop constraint payment_record_amount,
    drop constraint payment_record_period_is_whole,
    drop constraint payment_record_status,
    drop constraint payment_record_novel,
    drop constraint payment_record_stripe_payment_intent_id_key,
    drop column record_id,
    drop column kind,
    drop column purchase_type,
    drop column tier_level,
    drop column stripe_invoice_id,
    drop column period_start,
    drop column period_end,
    drop column paid_at,
    drop column failed_at,
    drop column closed,
    drop column refunded_amount,
    drop column dispute_status;
