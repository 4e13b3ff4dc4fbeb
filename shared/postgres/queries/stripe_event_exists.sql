select 1 from stripe_event where id = $1
