-- Stripe knows address $2 of user $1's customer, unless the user has another one by now.
update users set customer_is_outdated = false where id = resolved_user($1) and lower(email) = lower($2)
