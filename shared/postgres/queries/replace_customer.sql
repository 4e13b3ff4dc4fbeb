-- Customer $3 instead of $2, which is gone at Stripe; whatever else is stored by now counts.
update users set stripe_customer_id = case stripe_customer_id when $2 then $3 else stripe_customer_id end
where id = resolved_user($1)
returning stripe_customer_id
