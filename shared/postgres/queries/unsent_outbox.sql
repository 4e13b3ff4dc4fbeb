select id, key, metric, payload, attempts from outbox where id = any($1) and sent_at is null and parked_at is null
