-- Stores Stripe price $5 of a tier, unless the tier's amount or currency changed, or it has another Stripe price than $7,
-- which may be null.
update novel_champion_tiers set stripe_price_id = $5, updated_at = $6
where novel_id = $1 and tier_level = $2 and monthly_price = $3 and currency = $4 and stripe_price_id is not distinct from $7
