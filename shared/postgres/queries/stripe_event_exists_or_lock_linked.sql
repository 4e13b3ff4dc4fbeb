-- Returns whether event $1 is recorded, and locks the invoice and the preorders that are linked to payment $2, since events
-- about them depend on the payment's refunds and disputes too. The event's own lock must have been taken before
-- (lock_keys.sql).
with linked as materialized (
    select pg_advisory_xact_lock(hashtextextended(key, 0))::text as locked
    from (
        select invoice_id as key from stripe_payment where payment_intent_id = $2::text and invoice_id is not null
        union
        select 'preorder ' || preorder_id from preorder_payment where payment_intent_id = $2
        union
        select 'preorder ' || id from preorders where payment_intent_id = $2
    ) as links
    order by key
)
select exists (select 1 from stripe_event where id = $1::text) as recorded, (select count(locked) from linked) as locks
