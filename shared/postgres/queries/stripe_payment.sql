-- What Stripe's events said of payment $1, whatever it pays for: its invoice, the refunded sum, and each refund and dispute
-- with its statuses. Where the time of a sum or a status isn't stored, the row's last change stands for it.
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
where payment_intent_id = $1
