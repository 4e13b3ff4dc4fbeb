select held_at, held_reason, fulfilled_at from preorders where id = $1
