-- Marks the Stripe customer of user $1 as up to date, if address $2, which Stripe was told, is still the user's.
update users set customer_is_outdated = false where id = resolved_user($1) and lower(email) = lower($2)
