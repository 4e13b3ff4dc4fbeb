select email, stripe_customer_id from users where id = $1
