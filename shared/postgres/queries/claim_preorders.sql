-- Every preorder of address $2 that has no owner becomes user $1's; if $3, also those whose owner is known by that address
-- alone, which another row has by now. Only while preorder $4, if one is given, is of address $5 and has no owner.
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
