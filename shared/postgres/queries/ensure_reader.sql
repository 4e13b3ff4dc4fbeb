-- Inserts a row for user $1 if there is none, so that a payment can be stored before its reader has ever signed in here.
insert into users (id, created_at, updated_at) values ($1, $2, $2) on conflict (id) do nothing
