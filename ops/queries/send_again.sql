-- Makes the sent rows $1 ones that are to be sent, queued at $2.
update outbox set sent_at = null, queued_at = $2 where id = any($1::uuid[]) and sent_at is not null
