-- The subscriptions of the users $1 that may still be charged.
select id, novel_id
from stripe_subscription
where user_id = any($1::text[]) and status in ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused')
order by id
