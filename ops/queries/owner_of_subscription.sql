select user_id, novel_id from stripe_subscription where id = $1
