-- The first customer that was stored counts.
update users set stripe_customer_id = coalesce(stripe_customer_id, $2) where id = resolved_user($1)
returning stripe_customer_id
