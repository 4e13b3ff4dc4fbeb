-- The novels that any of users $1 has a payment or a subscription of.
select novel_id
from payment_record
where user_id = any ($1) and novel_id is not null and (kind is not null or carried_over_at is not null)
union
-- `offset 0`: one lookup for each user, whatever the server thinks of the table's size.
select novel_id
from unnest($1::text[]) as one,
     lateral (select novel_id from stripe_subscription where user_id = one offset 0) as theirs
order by novel_id
