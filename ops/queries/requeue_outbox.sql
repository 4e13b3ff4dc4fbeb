-- Marks the rows $1 as not parked and as queued at $2, so that the sweep leaves them alone for a while.
update outbox set parked_at = null, queued_at = $2 where id = any($1) and sent_at is null and superseded_at is null returning id
