update erasure set finished_at = $2, user_ids = '{}', emails = '{}' where id = $1
