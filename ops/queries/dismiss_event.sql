-- A person has looked at event $1 and nothing is to be done, for reason $2.
update stripe_event set outcome = 'ignored', reason = $2 where id = $1 and outcome = 'parked'
