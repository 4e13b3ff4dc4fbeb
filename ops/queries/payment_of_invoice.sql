-- Whether invoice $1 is booked, whether its subscription $2 is ours, and whether it was paid, at $3, before its reader's
-- support was carried over from an older system.
select exists (select from payment_record where stripe_invoice_id = $1 and paid_at is not null) as is_paid,
       exists (select from stripe_subscription where id = $2) as is_known,
       exists (
           select from payment_record as carried
           join stripe_subscription as subscription
               on (subscription.user_id, subscription.novel_id) = (carried.user_id, carried.novel_id)
           where subscription.id = $2 and carried.kind = 'carried_over' and carried.created_at > $3
       ) as is_carried_over
