-- Every price at Stripe that tiers of novel $1 ever had.
select price.tier_level, price.price_id, price.amount, price.currency, price.created_at,
       coalesce(price.price_id = tier.stripe_price_id, false) as is_current
from champion_tier_price as price
left join novel_champion_tiers as tier
    on tier.novel_id = price.novel_id and tier.tier_level = price.tier_level
where price.novel_id = $1
order by price.tier_level, price.created_at, price.price_id
