-- The novels for which reader $1 ever began to pay, at most $2, with the reader's uid, which after a takeover is the
-- successor's.
select distinct user_id, novel_id
from payment_record
where user_id = resolved_user($1) and novel_id is not null and (kind is not null or carried_over_at is not null)
order by novel_id
limit $2
