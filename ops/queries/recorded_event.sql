select id, type, created, outcome, reason from stripe_event where id = $1
