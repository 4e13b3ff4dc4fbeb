-- Whether payment $1 is recorded as paid, whether it is known at all, and whether any support was carried over from an
-- older system after $2, when the payment was made. A payment to the older system names no reader, so the last value is
-- about all readers.
select exists (select from payment_record where stripe_payment_intent_id = $1 and paid_at is not null) as is_paid,
       exists (select from payment_record where stripe_payment_intent_id = $1) as is_known,
       exists (select from payment_record where kind = 'carried_over' and created_at > $2) as is_carried_over
