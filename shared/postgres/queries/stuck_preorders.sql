-- How many preorders are in processing although their Checkout session expired before $1. `Preorder::is_stuck` has the same
-- condition.
select count(*) as stuck from preorders
where status = 'processing' and session_state = 'open' and session_expires_at < $1
