select id, key, created_at, sent_at, parked_at, superseded_at, attempts, last_error from outbox where id = any($1) order by created_at
