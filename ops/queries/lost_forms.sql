-- Preorders that were paid between $1 and $2 and were made from their payment, since their form was lost.
select preorder_number
from preorders
where created_at >= paid_at and paid_at >= $1 and paid_at < $2 and erased_at is null
  and not exists (select from outbox where key = 'preorder_started:' || preorders.id)
order by paid_at, id
