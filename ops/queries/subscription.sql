select status, cancel_at_period_end, period_end from stripe_subscription where id = $1
