-- Announcements whose keys name one of the ids $1, and those in the rows $2.
select created_at, id, key, metric, sent_at, superseded_at, parked_at, queued_at, not_before, send_again, attempts, last_error, payload
from outbox
where split_part(key, ':', 2) = any($1::text[])
union all
select created_at, id, key, metric, sent_at, superseded_at, parked_at, queued_at, not_before, send_again, attempts, last_error, payload
from outbox
where id = any($2::uuid[]) and not split_part(key, ':', 2) = any($1)
order by created_at, key
