-- Subscription $1 as it is stored, with nulls if it isn't; whether customer $2 or one of the prices $3 is ours; and whether
-- an event about the subscription is parked.
select stored.status, stored.cancel_at_period_end, stored.period_end, stored.collection_paused, stored.tier_level,
       exists (select from users where stripe_customer_id = $2::text)
           or exists (select from payment_record where stripe_customer_id = $2)
           or exists (select from champion_tier_price where price_id = any($3::text[])) as may_be_ours,
       exists (
           select from stripe_event where keys && array[$1] and keys <> '{}' and outcome = 'parked'
       ) as is_parked
from (select $1::text as id) as wanted
left join stripe_subscription as stored on stored.id = wanted.id
