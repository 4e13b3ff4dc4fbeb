-- The preorder by its id, else by its session, else by its payment.
select * from preorders
where id = $1 or session_id = $2 or payment_intent_id = $3
order by (id = $1) desc nulls last, (session_id = $2) desc nulls last
limit 1
for update
