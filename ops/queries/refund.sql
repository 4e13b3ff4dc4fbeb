-- How much of payment $1 went back as far as we know, and whether anything of ours was paid with it.
select coalesce((select amount_refunded from stripe_payment where payment_intent_id = $1), 0) as amount_refunded,
       exists (select from preorders where payment_intent_id = $1)
           or exists (select from payment_record where stripe_payment_intent_id = $1) as is_known
