-- Inserts event $1 to $9, and those of the announcements $10 to $13 whose keys aren't stored yet; returns their ids.
with event as (
    insert into stripe_event (id, type, api_version, created, livemode, outcome, reason, processed_at, keys)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)
insert into outbox (id, key, metric, payload, created_at)
select id, key, metric, payload, $8 from unnest($10::uuid[], $11::text[], $12::text[], $13::jsonb[]) as entry (id, key, metric, payload)
on conflict (key) do nothing
returning id
