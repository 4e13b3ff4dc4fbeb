-- Marks the parked event $1 as ignored, for reason $2, since a person decided that nothing is to be done.
update stripe_event set outcome = 'ignored', reason = $2 where id = $1 and outcome = 'parked'
