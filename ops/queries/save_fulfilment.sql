update preorders set held_at = $2, held_reason = $3, fulfilled_at = $4, updated_at = $5 where id = $1
