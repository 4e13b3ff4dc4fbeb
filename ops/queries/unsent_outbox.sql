-- Rows that aren't sent, oldest first: the parked ones ($1 true), the others ($1 false), or all ($1 null). Each half has
-- an index of its own.
select id, key, created_at, sent_at, parked_at, superseded_at, attempts, last_error
from (
    select id, key, created_at, sent_at, parked_at, superseded_at, attempts, last_error
    from outbox
    where parked_at is not null and $1 is distinct from false
    union all
    select id, key, created_at, sent_at, parked_at, superseded_at, attempts, last_error
    from outbox
    where sent_at is null and parked_at is null and superseded_at is null and $1 is distinct from true
) as unsent
order by created_at
limit $2
