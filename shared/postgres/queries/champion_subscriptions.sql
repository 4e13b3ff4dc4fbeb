select id, customer_id, status, cancel_at_period_end, period_end, tier_level, collection_paused, invoice_periods, started,
       version_created, version_event
from stripe_subscription
where user_id = $1 and novel_id = $2
