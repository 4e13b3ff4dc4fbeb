where user_id = resolved_user($1)
order by created_at desc, id
limit $2
