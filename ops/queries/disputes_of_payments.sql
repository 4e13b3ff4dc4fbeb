-- Disputes of the payments $1, with the currency of the disputed payment.
select stripe_dispute.id, stripe_dispute.payment_intent_id, stripe_dispute.amount,
       coalesce(
           (select currency from preorder_payment as paid where paid.payment_intent_id = stripe_dispute.payment_intent_id),
           (select currency from payment_record as paid
            where paid.stripe_payment_intent_id = stripe_dispute.payment_intent_id)
       ) as currency,
       stripe_dispute.evidence_due_at, stripe_dispute.funds_withdrawn, stripe_dispute.history, stripe_dispute.updated_at
from stripe_dispute
where stripe_dispute.payment_intent_id = any($1::text[])
order by stripe_dispute.id
