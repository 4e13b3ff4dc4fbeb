select id, status, session_id, session_state, payment_intent_id, paid_at is not null as is_paid
from preorders
where id = any($1)
