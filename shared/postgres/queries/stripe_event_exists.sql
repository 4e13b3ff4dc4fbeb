select true as recorded from stripe_event where id = $1
