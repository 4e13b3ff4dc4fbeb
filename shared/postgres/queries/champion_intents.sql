-- The refunds, disputes and invoices of the payments at Stripe of reader $1 for novel $2, found by their own ids, by their
-- invoices, or by invoice $3.
select payment_intent_id, invoice_id, amount_refunded, coalesce(amount_refunded_at, updated_at) as amount_refunded_at,
       dispute_status, coalesce(dispute_status_at, updated_at) as dispute_status_at,
       (
           select jsonb_agg(jsonb_build_object(
               'id', id, 'amount', amount, 'created', extract(epoch from created_at)::bigint, 'history', history
           ))
           from stripe_refund
           where stripe_refund.payment_intent_id = payment.payment_intent_id
       )::text as refunds,
       (
           select jsonb_agg(jsonb_build_object(
               'id', id, 'amount', amount, 'evidence_due', extract(epoch from evidence_due_at)::bigint,
               'funds_withdrawn', funds_withdrawn, 'history', history
           ))
           from stripe_dispute
           where stripe_dispute.payment_intent_id = payment.payment_intent_id
       )::text as disputes
from stripe_payment as payment
where payment_intent_id = any (array(
    select stripe_payment_intent_id from payment_record where user_id = $1 and novel_id = $2 and kind is not null
    union
    select linked.payment_intent_id
    from stripe_payment as linked
    where linked.invoice_id in (
        select stripe_invoice_id from payment_record where user_id = $1 and novel_id = $2 and kind is not null
    )
    union
    select named.payment_intent_id from stripe_payment as named where named.invoice_id = $3::text
))
