-- Whether payment $1 is booked, whether it is ours, and whether it was paid, at $2, before support was carried over from
-- an older system: such a payment names nobody whom it could be looked up by.
select exists (select from payment_record where stripe_payment_intent_id = $1 and paid_at is not null) as is_paid,
       exists (select from payment_record where stripe_payment_intent_id = $1) as is_known,
       exists (select from payment_record where kind = 'carried_over' and created_at > $2) as is_carried_over
