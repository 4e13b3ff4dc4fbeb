-- Refunds of the payments $1, with the currency of the refunded payment.
select stripe_refund.created_at, stripe_refund.id, stripe_refund.payment_intent_id, stripe_refund.amount,
       coalesce(
           (select currency from preorder_payment as paid where paid.payment_intent_id = stripe_refund.payment_intent_id),
           (select currency from payment_record as paid
            where paid.stripe_payment_intent_id = stripe_refund.payment_intent_id)
       ) as currency,
       stripe_refund.history, stripe_refund.updated_at
from stripe_refund
where stripe_refund.payment_intent_id = any($1::text[])
order by stripe_refund.created_at, stripe_refund.id
