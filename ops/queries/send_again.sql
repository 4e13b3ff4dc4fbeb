-- Marks the sent rows $1 as not sent and as queued at $2, so that they are sent again.
update outbox set sent_at = null, queued_at = $2 where id = any($1::uuid[]) and sent_at is not null
