-- Continues preorder.sql: the $1 oldest preorders without an owner, after the one that was made at $2 and has the id $3.
-- Erased ones never get an owner.
where user_id is null and erased_at is null
  and (created_at, id) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::uuid, '00000000-0000-0000-0000-000000000000'))
order by created_at, id
limit $1
