-- Replaces the payload of row $1, if it is still $2, by $3, and makes the row one that was queued at $4 and isn't parked.
update outbox set payload = $3, parked_at = null, queued_at = $4
where id = $1 and payload = $2 and sent_at is null and superseded_at is null
returning id
