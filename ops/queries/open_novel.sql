select add_default_champion_tiers($1)
