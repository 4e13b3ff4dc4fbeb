-- Announcements that Klaviyo refused for good, and those that have waited since before $1.
select id, key, created_at, coalesce(last_error, 'no reason is known') as refusal
from outbox
where parked_at is not null
union all
select id, key, created_at, null
from outbox
where sent_at is null and parked_at is null and superseded_at is null and coalesce(queued_at, created_at) < $1::timestamptz
order by created_at
