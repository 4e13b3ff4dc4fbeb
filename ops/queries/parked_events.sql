-- Continues event.sql: events that wait for a person, oldest first.
where outcome = 'parked'
order by processed_at
limit $1
