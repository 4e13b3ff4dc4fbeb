-- Row $1 says $3 instead of $2, is no longer parked, and as good as queued at $4.
update outbox set payload = $3, parked_at = null, queued_at = $4
where id = $1 and payload = $2 and sent_at is null and superseded_at is null
returning id
