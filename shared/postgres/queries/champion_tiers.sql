select * from novel_champion_tiers where novel_id = $1 order by tier_level
