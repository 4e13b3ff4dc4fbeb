-- Replaces the payload of row $1 by $3 if it is still $2, and marks the row as not parked and as queued at $4.
update outbox set payload = $3, parked_at = null, queued_at = $4
where id = $1 and payload = $2 and sent_at is null and superseded_at is null
returning id
