-- The subscriptions that will be charged again although all the money of the month that runs at $1 went back.
-- `Subscription::renews` has the same condition on the subscription.
select subscription.id, subscription.user_id, subscription.novel_id, max(payment.period_end) as period_end
from payment_record as payment
join stripe_subscription as subscription on subscription.id = payment.stripe_subscription_id
where payment.status = 'refunded' and payment.period_end > $1::timestamptz
  and subscription.status in ('active', 'trialing', 'past_due')
  and not subscription.cancel_at_period_end and not subscription.collection_paused
group by subscription.id
order by subscription.id
