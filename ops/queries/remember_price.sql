insert into champion_tier_price (price_id, novel_id, tier_level, amount, currency, created_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (price_id) do nothing
