-- The first customer that was stored counts.
update users set stripe_customer_id = coalesce(stripe_customer_id, $2) where id = $1 returning stripe_customer_id
