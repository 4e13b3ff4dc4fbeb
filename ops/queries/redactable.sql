-- Ids at Stripe under which Stripe has data of the users $1 and of the preorders $2: customers, and payments without a
-- customer.
select stripe_customer_id as id from users where id = any($1::text[]) and stripe_customer_id is not null
union
select stripe_customer_id from payment_record where user_id = any($1) and stripe_customer_id is not null
union
select payment_intent_id from preorder_payment where preorder_id = any($2::uuid[]) and payment_intent_id is not null
order by id
