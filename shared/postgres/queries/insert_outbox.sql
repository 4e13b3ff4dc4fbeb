-- Inserts the announcements whose keys aren't stored yet, and returns their ids.
insert into outbox (id, key, metric, payload, created_at)
select id, key, metric, payload, $5 from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[]) as entry (id, key, metric, payload)
on conflict (key) do nothing
returning id
