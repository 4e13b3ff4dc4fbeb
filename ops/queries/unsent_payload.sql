select payload from outbox where id = $1 and sent_at is null and superseded_at is null
