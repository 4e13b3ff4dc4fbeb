select * from preorders where user_id is null order by created_at limit $1
