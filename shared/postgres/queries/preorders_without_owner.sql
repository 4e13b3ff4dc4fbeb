where user_id is null and erased_at is null
  and (created_at, id) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::uuid, '00000000-0000-0000-0000-000000000000'))
order by created_at, id
limit $1
