select * from stripe_subscription where user_id = $1 and novel_id = $2
