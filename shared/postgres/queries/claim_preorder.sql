-- Gives preorder $2 to user $1 if it has no owner. Does nothing if a preorder $3 is given that has an owner or another
-- address than $4. The time of the change is $5.
update preorders
set user_id = resolved_user($1), updated_at = $5
where id = $2 and user_id is null
  and ($3::uuid is null or exists (
      select from preorders as named
      where named.id = $3 and named.user_id is null and lower(named.email) = lower($4)
  ))
returning id
