select exists (select from users where id = $1) as reader,
       exists (select from novel_champion_tiers where novel_id = $2) as novel
