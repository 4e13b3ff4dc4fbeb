-- Stripe's events that are about one of the ids $1, or are one of them.
select created, id, type, outcome, reason, api_version, livemode, processed_at, keys
from stripe_event
where keys && $1::text[] and keys <> '{}'
union
select created, id, type, outcome, reason, api_version, livemode, processed_at, keys
from stripe_event
where id = any($1)
order by created, processed_at, id
