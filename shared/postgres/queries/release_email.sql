-- User $1 proved that address $4 is theirs, so no other row keeps it.
update users
set email = null, email_verified = false, updated_at = $5
where lower(email) = lower($4) and id <> $1
  and exists (
      select from preorders
      where id = $2 and user_id is null and lower(preorders.email) = lower(coalesce($3, preorders.email))
  )
