select tier_level, tier_name, monthly_price, currency, max_advance_chapters, is_active
from novel_champion_tiers
where novel_id = $1
order by tier_level
