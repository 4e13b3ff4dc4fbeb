select user_id, novel_id from user_champion_subscription order by user_id, novel_id
