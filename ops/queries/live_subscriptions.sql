-- The subscriptions of the users $1 that may still be charged. Those that are `incomplete` are among them, which
-- `SubscriptionStatus::is_live` leaves out: they were never paid, but their first payment can still succeed.
select id, novel_id
from stripe_subscription
where user_id = any($1::text[]) and status in ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused')
order by id
