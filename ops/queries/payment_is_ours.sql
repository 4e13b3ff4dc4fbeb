-- Begins the files that read what is stored about payment $2: whether that payment is ours.
with payment as (
    select exists (select from preorders where payment_intent_id = $2)
        or exists (select from preorder_payment where payment_intent_id = $2)
        or exists (select from payment_record where stripe_payment_intent_id = $2)
        or exists (
            select from stripe_payment join payment_record on payment_record.stripe_invoice_id = stripe_payment.invoice_id
            where stripe_payment.payment_intent_id = $2
        ) as is_known
)
