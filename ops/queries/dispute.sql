-- Dispute $1 of payment $2 as it is stored, and whether the payment is ours. The newest status is the one that was told last.
select dispute.history -> -1 ->> 1 as status, dispute.funds_withdrawn,
       exists (select from preorders where payment_intent_id = $2)
           or exists (select from preorder_payment where payment_intent_id = $2)
           or exists (select from payment_record where stripe_payment_intent_id = $2)
           or exists (
               select from stripe_payment join payment_record on payment_record.stripe_invoice_id = stripe_payment.invoice_id
               where stripe_payment.payment_intent_id = $2
           ) as is_known
from (select $1::text as id) as wanted
left join stripe_dispute as dispute on dispute.id = wanted.id
