-- The rows $1 are to be sent once more, from $2 on.
update outbox set sent_at = null, queued_at = $2 where id = any($1::uuid[]) and sent_at is not null
