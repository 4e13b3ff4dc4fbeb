-- Removes address $2 from every user row but $1's. Does nothing if $3 is true and user $1 has a row, or if a preorder $4 is
-- given that has an owner or another address than $5. The time of the change is $6.
update users
set email = null, email_verified = false, lost_email = email,
    lost_email_proven = email_verified and last_login_at is not null, updated_at = $6
where lower(email) = lower($2) and id <> resolved_user($1)
  and not ($3 and exists (select from users as mine where mine.id = $1))
  and ($4::uuid is null or exists (
      select from preorders where id = $4 and user_id is null and lower(preorders.email) = lower($5)
  ))
