-- The preorders $1 with every payment that is stored of each.
select id, status, session_id, session_state, paid_at is not null as is_paid,
       array(select payment.id from preorder_payment as payment where payment.preorder_id = preorders.id)
           || coalesce(payment_intent_id, '') as payments
from preorders
where id = any($1)
