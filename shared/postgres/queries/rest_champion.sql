-- Ends the access in the row of reader $1 and novel $2, for whom no payment is stored: the row is from the system before
-- this one, and its time is over.
update user_champion_subscription
set is_active = false, tier_level = 0, next_change_at = null, rolled_at = clock_timestamp()
where user_id = $1 and novel_id = $2
