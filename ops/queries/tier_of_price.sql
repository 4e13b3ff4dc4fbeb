select novel_id, tier_level from champion_tier_price where price_id = $1
