-- A payment must not bounce because nobody has seen its reader yet.
insert into users (id, created_at, updated_at) values ($1, $2, $2) on conflict (id) do nothing
