-- The payment of each preorder that was paid before payments were kept one by one. Runs again, each time in a transaction of
-- its own, until nothing is left. A preorder that older code completes meanwhile, or later, is read from its own columns.
with older as (
    select id, payment_intent_id, session_id, amount, currency, paid_at, refunded_amount, dispute_status, status
    from preorders
    where paid_at is not null
      and not exists (select from preorder_payment as known where known.preorder_id = preorders.id)
    order by id
    limit 500
    -- Nobody completes it at the same moment.
    for update
),
written as (
    insert into preorder_payment (
        id, preorder_id, payment_intent_id, session_id, amount, currency, paid_at, refunded_amount, dispute_status,
        revoked, was_revoked
    )
    select coalesce(payment_intent_id, session_id, id::text), id, payment_intent_id,
           case when payment_intent_id is null then session_id end, amount, currency, paid_at, refunded_amount,
           dispute_status, status = 'refunded', status = 'refunded'
    from older
    on conflict do nothing
    returning id
)
select count(*) from written;
