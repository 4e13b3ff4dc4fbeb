update preorders
set user_id = $1, updated_at = $4
where id = $2 and user_id is null and lower(email) = lower(coalesce($3, email))
