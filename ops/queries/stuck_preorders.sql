-- The first hundred preorders whose Checkout session expired before $1 without an event that says how it ended.
-- `Preorder::is_stuck` has the same condition.
select id, preorder_number, session_id, session_expires_at
from preorders
where status = 'processing' and session_state = 'open' and session_expires_at < $1
order by session_expires_at
limit 100
