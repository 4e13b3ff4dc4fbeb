-- Stores Stripe customer $2 for user $1 unless one is stored; returns the stored one.
update users set stripe_customer_id = coalesce(stripe_customer_id, $2) where id = resolved_user($1)
returning stripe_customer_id
