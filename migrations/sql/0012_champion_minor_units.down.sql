alter table user_champion_subscription_record
    alter column monthly_price type numeric(10, 2) using monthly_price / 100.0,
    alter column payment_amount type numeric(10, 2) using payment_amount / 100.0,
    drop column currency;

alter table user_champion_subscription
    alter column monthly_price type numeric(10, 2) using monthly_price / 100.0,
    drop column currency;

alter table payment_record
    alter column amount type numeric(10, 2) using amount / 100.0,
    alter column currency set default 'USD';
update payment_record set currency = upper(currency);

alter table novel_champion_tiers
    alter column monthly_price type numeric(10, 2) using monthly_price / 100.0,
    alter column currency set default 'USD';
update novel_champion_tiers set currency = upper(currency);
