-- Gives every preorder of address $2 without an owner to user $1. If $3 is true, it also gives preorders whose owner never
-- signed in and was known by that address alone, which another row has by now. Does nothing if a preorder $4 is given that
-- has an owner or another address than $5. The time of the change is $6.
update preorders
set user_id = resolved_user($1), updated_at = $6
where (
      user_id is null and lower(email) = lower($2)
      or $3::boolean and lower(email) = lower($2) and user_id = any (array(
          select id from users where lower(lost_email) = lower($2) and email is null and last_login_at is null
      ))
  )
  and ($4::uuid is null or exists (
      select from preorders as named
      where named.id = $4 and named.user_id is null and lower(named.email) = lower($5)
  ))
returning id
