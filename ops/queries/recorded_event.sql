-- Continues event.sql: event $1.
where id = $1
