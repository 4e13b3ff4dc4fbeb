-- Access that had run for at least an hour when its payment was recorded between $1 and $2. Time in which the reader had
-- access by grace is left out, and so are payments after which the reader got goodwill time for the novel.
select payment.record_id::text as payment, grant_.user_id, grant_.novel_id, segment.tier_level,
       min(covered.until) as ran_from, max(least(segment.end_at, grant_.created_at)) as ran_until
from user_champion_subscription_record as grant_
join payment_record as payment on payment.record_id = grant_.payment_record_id
-- A payment has few segments; `offset 0` keeps the server from reading everybody's.
cross join lateral (
    select start_at, end_at, tier_level from champion_segment
    where champion_segment.payment_record_id = grant_.payment_record_id
    offset 0
) as segment
cross join lateral (
    select case payment.kind
        when 'renewal' then segment.start_at + coalesce(payment.grace_seconds, 0) * interval '1 second'
        else segment.start_at
    end as until
) as covered
where grant_.created_at >= $1::timestamptz and grant_.created_at < $2::timestamptz
  and covered.until < least(segment.end_at, grant_.created_at) - interval '1 hour'
  and payment.kind in ('subscription', 'renewal', 'plan_change', 'purchase')
  and not exists (
      select from payment_record as later
      where later.user_id = grant_.user_id and later.novel_id = grant_.novel_id and later.kind = 'goodwill'
        and later.created_at >= grant_.created_at
  )
group by payment.record_id, grant_.user_id, grant_.novel_id, segment.tier_level
order by ran_from
