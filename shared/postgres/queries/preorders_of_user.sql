where user_id = $1
order by created_at desc, id
limit $2
