select add_default_champion_tiers(1);
-- Somebody has bought each of them before.
update novel_champion_tiers set stripe_price_id = 'price_bench' || tier_level where novel_id = 1
