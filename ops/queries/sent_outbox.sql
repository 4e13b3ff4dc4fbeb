-- Announcements that were sent between $1 and $2 and still have their payload.
select id, key, metric, sent_at, (payload ->> 'occurred_at')::timestamptz as occurred_at
from outbox
where sent_at >= $1::timestamptz and sent_at < $2::timestamptz and payload ? 'occurred_at'
order by sent_at
