-- Money becomes whole minor units of a currency in Stripe's notation. Everything so far is in US dollars and cents.
alter table novel_champion_tiers
    alter column monthly_price type bigint using round(monthly_price * 100)::bigint,
    alter column currency set default 'usd';
update novel_champion_tiers set currency = lower(currency);

alter table payment_record
    alter column amount type bigint using round(amount * 100)::bigint,
    alter column currency set default 'usd';
update payment_record set currency = lower(currency);

alter table user_champion_subscription
    alter column monthly_price type bigint using round(monthly_price * 100)::bigint,
    add column currency text not null default 'usd';

alter table user_champion_subscription_record
    alter column monthly_price type bigint using round(monthly_price * 100)::bigint,
    alter column payment_amount type bigint using round(payment_amount * 100)::bigint,
    add column currency text not null default 'usd';
