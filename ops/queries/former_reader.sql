-- The users to whom uid $1, the proven address $2 and the customers $3 at Stripe lead.
select (select id from users where id = $1) as by_uid,
       (select id from users where lower(email) = lower($2) and email_verified) as by_address,
       array(
           select id from users where stripe_customer_id = any($3)
           union
           select user_id from payment_record where stripe_customer_id = any($3)
           union
           select user_id from user_champion_subscription where stripe_customer_id = any($3)
       ) as by_customers
