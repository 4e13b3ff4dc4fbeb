-- The erasure of the uid or the address $1 (in lower case: $2) that was begun and isn't finished.
select id, user_ids, emails, preorder_ids
from erasure
where finished_at is null and ($1::text = any(user_ids) or $2::text = any(emails))
order by begun_at
limit 1
