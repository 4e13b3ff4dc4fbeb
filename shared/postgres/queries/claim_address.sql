-- Removes address $2 from every user row but $1's; does nothing if $3 and user $1 has a row. Only while preorder $4, if one
-- is given, has address $5 and no owner. At $6.
update users
set email = null, email_verified = false, lost_email = email,
    lost_email_proven = email_verified and last_login_at is not null, updated_at = $6
where lower(email) = lower($2) and id <> resolved_user($1)
  and not ($3 and exists (select from users as mine where mine.id = $1))
  and ($4::uuid is null or exists (
      select from preorders where id = $4 and user_id is null and lower(preorders.email) = lower($5)
  ))
