-- The reader and the novel that something is about, locked, always after everything else: by name ($1, $2), or through
-- subscription $3, invoice $4 or payment $5 in what is stored. The last of the ways serves rows from before there was a
-- column for the payment, whose description names it.
with champion as (
    select user_id, novel_id
    from (
        select $1::text as user_id, $2::bigint as novel_id, 1 as way where $1 is not null
        union all
        select user_id, novel_id, 2 from stripe_subscription where id = $3::text
        union all
        select user_id, novel_id, 3 from payment_record where stripe_subscription_id = $3 and kind is not null
        union all
        select user_id, novel_id, 4 from payment_record where stripe_invoice_id = $4::text
        union all
        select user_id, novel_id, 5 from payment_record where stripe_payment_intent_id = $5::text and kind is not null
        union all
        select payment.user_id, payment.novel_id, 6
        from stripe_payment as known
        join payment_record as payment on payment.stripe_invoice_id = known.invoice_id
        where known.payment_intent_id = $5
        union all
        select user_id, novel_id, 7 from payment_record
        where kind = 'purchase' and paid_at is null and stripe_payment_intent_id is null
          and position($5 in description) > 0
    ) as found
    order by way
    limit 1
)
select user_id, novel_id,
       pg_advisory_xact_lock(hashtextextended('champion ' || user_id || ' ' || novel_id, 0))::text as locked
from champion
