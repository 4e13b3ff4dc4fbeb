-- The subscriptions of the readers $1 to the novels $2, in the last state that Stripe reported.
select updated_at, id, user_id, novel_id, customer_id, status, tier_level, cancel_at_period_end, collection_paused,
       period_end, started, invoice_periods, version_created, version_event
from unnest($1::text[], $2::bigint[]) as champion (user_id, novel_id)
join stripe_subscription using (user_id, novel_id)
order by updated_at, id
