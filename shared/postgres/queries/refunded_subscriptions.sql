-- How many subscriptions go on being charged although all the money of the month that runs at $1 went back.
select count(distinct subscription.id) as refunded
from payment_record as payment
join stripe_subscription as subscription on subscription.id = payment.stripe_subscription_id
where payment.status = 'refunded' and payment.period_end > $1::timestamptz
  and subscription.status in ('active', 'trialing', 'past_due')
  and not subscription.cancel_at_period_end and not subscription.collection_paused
