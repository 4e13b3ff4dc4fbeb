select id, type, created, outcome, reason from stripe_event where outcome = 'parked' order by processed_at limit $1
