-- Unless the tier costs something else by now, or has another price than $7, which may be none.
update novel_champion_tiers set stripe_price_id = $5, updated_at = $6
where novel_id = $1 and tier_level = $2 and monthly_price = $3 and currency = $4 and stripe_price_id is not distinct from $7
