-- Rows that aren't sent, oldest first: those that are parked, those that aren't, or ($1 null) both.
select id, key, created_at, sent_at, parked_at, attempts, last_error
from outbox
where sent_at is null and (parked_at is not null) = coalesce($1, parked_at is not null)
order by created_at
limit $2
