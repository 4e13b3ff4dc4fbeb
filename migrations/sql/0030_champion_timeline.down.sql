drop view champion_access;

-- What had no time began and ended when it was written.
update user_champion_subscription_record
set start_date = coalesce(start_date, created_at), end_date = coalesce(end_date, start_date, created_at)
where start_date is null or end_date is null;
alter table user_champion_subscription_record
    alter column start_date set not null,
    alter column end_date set not null;

drop trigger user_champion_subscription_is_rolled on user_champion_subscription;
drop function roll_what_was_written_beside;
comment on column user_champion_subscription.tier_level is null;
comment on column user_champion_subscription.is_active is
    'whether anything is bought; whoever asks whether it still runs compares end_date with the time';
alter table user_champion_subscription drop constraint user_champion_subscription_tier;
-- The tier of the newest payment, as it was.
update user_champion_subscription as mine
set tier_level = coalesce(
    (
        select tier_level from payment_record as payment
        where payment.user_id = mine.user_id and payment.novel_id = mine.novel_id and paid_at is not null
          and tier_level is not null
        order by paid_at desc, record_id desc
        limit 1
    ),
    1
)
where tier_level = 0;
alter table user_champion_subscription
    drop constraint user_champion_subscription_grace,
    add constraint user_champion_subscription_tier check (tier_level between 1 and 13),
    drop column tier_until,
    drop column grace_from,
    drop column grace_until,
    drop column grace_tier,
    drop column next_change_at,
    drop column ends_announced_until,
    drop column rolled_at;

drop table champion_segment;

alter table stripe_subscription
    drop column collection_paused,
    drop column invoice_periods;

alter table payment_record
    drop column stripe_price_id,
    drop column lines,
    drop column grace_seconds,
    drop column carried_over_at;

drop trigger novel_champion_tiers_price_is_remembered on novel_champion_tiers;
drop function remember_tier_price;
drop table champion_tier_price;
