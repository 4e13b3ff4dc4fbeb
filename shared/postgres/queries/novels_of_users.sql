-- The novels for which any of users $1 has a payment or a subscription.
select novel_id
from payment_record
where user_id = any ($1) and novel_id is not null and (kind is not null or carried_over_at is not null)
union
-- `offset 0` makes the planner look up each user, whatever it estimates of the table's size.
select novel_id
from unnest($1::text[]) as one,
     lateral (select novel_id from stripe_subscription where user_id = one offset 0) as theirs
order by novel_id
