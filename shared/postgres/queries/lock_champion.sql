-- Finds and locks a reader and a novel, always after all other locks: through subscription $3, invoice $4 or payment $5 in
-- stored rows, or else by their own ids ($1, $2). The sixth way is for rows that are older than the column for the payment
-- and have the payment's id in their description. A user who was taken over is resolved to the successor; the reader's
-- shared lock keeps takeovers away until the transaction ends (lock_users.sql).
with champion as (
    select resolved_user(user_id) as user_id, novel_id
    from (
        select user_id, novel_id, 1 as way from stripe_subscription where id = $3::text
        union all
        select user_id, novel_id, 2 from payment_record where stripe_subscription_id = $3 and kind is not null
        union all
        select user_id, novel_id, 3 from payment_record where stripe_invoice_id = $4::text
        union all
        select user_id, novel_id, 4 from payment_record where stripe_payment_intent_id = $5::text and kind is not null
        union all
        select payment.user_id, payment.novel_id, 5
        from stripe_payment as known
        join payment_record as payment on payment.stripe_invoice_id = known.invoice_id
        where known.payment_intent_id = $5
        union all
        select user_id, novel_id, 6 from payment_record
        where kind = 'purchase' and paid_at is null and stripe_payment_intent_id is null
          and position($5 in description) > 0
        union all
        select $1::text, $2::bigint, 7 where $1 is not null
    ) as found
    order by way
    limit 1
),
reader as materialized (
    select user_id, novel_id, pg_advisory_xact_lock_shared(hashtextextended('reader ' || user_id, 0))::text as locked
    from champion
)
select user_id, novel_id,
       locked || pg_advisory_xact_lock(hashtextextended('champion ' || user_id || ' ' || novel_id, 0))::text as locked
from reader
