-- Continues preorder.sql: the newest $2 preorders of the user for whom uid $1 stands.
where user_id = resolved_user($1)
order by created_at desc, id
limit $2
