drop function add_default_champion_tiers;
drop table default_champion_tiers;
drop trigger novel_champion_tiers_price_follows_amount on novel_champion_tiers;
drop function forget_stripe_price;
alter table novel_champion_tiers
    drop constraint novel_champion_tiers_novel,
    drop constraint novel_champion_tiers_level,
    drop constraint novel_champion_tiers_price,
    drop column stripe_price_id;
