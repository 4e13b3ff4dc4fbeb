select paid_at, id, preorder_id, payment_intent_id, session_id, amount, currency, refunded_amount, dispute_status,
       disputed_since, revoked, was_revoked
from preorder_payment
where preorder_id = any($1::uuid[])
order by paid_at, id
