-- Continues preorder.sql: the preorder with id $1, else with session $2, else with payment $3. Every transaction that writes
-- a preorder's payments has the preorder's lock (lock_keys.sql, stripe_event_exists_or_lock_linked.sql).
where id = $1 or session_id = $2 or payment_intent_id = $3
   or id = any (array(select preorder_id from preorder_payment as other where other.payment_intent_id = $3))
order by (id = $1) desc nulls last, (session_id = $2) desc nulls last
limit 1
for update of preorders
