-- The tiers of novel $1, each with every price that it ever had.
select tier.novel_id, tier.tier_level, tier.tier_name, tier.monthly_price, tier.currency, tier.stripe_price_id,
       tier.is_active,
       array(
           select price.price_id
           from champion_tier_price as price
           where price.novel_id = $1 and price.tier_level = tier.tier_level
           order by price.created_at, price.price_id
       ) as prices
from novel_champion_tiers as tier
where tier.novel_id = $1
order by tier.tier_level
