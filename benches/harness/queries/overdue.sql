update outbox set created_at = now() - interval '1 hour' where sent_at is null;
analyze outbox
