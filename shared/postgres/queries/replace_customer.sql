-- Stores Stripe customer $3 for user $1 if $2, which is gone at Stripe, is the stored one; returns the stored one.
update users set stripe_customer_id = case stripe_customer_id when $2 then $3 else stripe_customer_id end
where id = resolved_user($1)
returning stripe_customer_id
