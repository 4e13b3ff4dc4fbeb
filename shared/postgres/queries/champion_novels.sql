-- The novels that reader $1 ever began to pay for, $2 at most.
select distinct novel_id
from payment_record
where user_id = $1 and novel_id is not null and (kind is not null or carried_over_at is not null)
order by novel_id
limit $2
