-- Reader $1 proved that address $2 is theirs, so no other row keeps it.
update users set email = null, email_verified = false, updated_at = $3
where lower(email) = lower($2::text) and id <> $1
