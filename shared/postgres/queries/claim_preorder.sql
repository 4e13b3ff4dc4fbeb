-- Preorder $2 becomes user $1's if it has no owner. Only while preorder $3, if one is given, is of address $4 and has no
-- owner.
update preorders
set user_id = resolved_user($1), updated_at = $5
where id = $2 and user_id is null
  and ($3::uuid is null or exists (
      select from preorders as named
      where named.id = $3 and named.user_id is null and lower(named.email) = lower($4)
  ))
returning id
