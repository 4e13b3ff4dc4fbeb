select add_default_champion_tiers(1);
-- Each tier has been bought before, so it has a price.
update novel_champion_tiers set stripe_price_id = 'price_bench' || tier_level where novel_id = 1
