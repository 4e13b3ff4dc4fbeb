-- How many preorders that were made from $1 on and before $2 got how far, by day (UTC) and colour.
select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, color, count(*)::text as initiated,
       count(*) filter (where checkout_attempt > 0 or session_id is not null)::text as checkout_opened,
       count(*) filter (where paid_at is not null)::text as paid,
       count(*) filter (where status = 'processing')::text as processing,
       count(*) filter (where status = 'cancelled')::text as cancelled,
       count(*) filter (where status = 'failed')::text as failed,
       count(*) filter (where status = 'refunded')::text as refunded
from preorders
where created_at >= $1 and created_at < $2
group by day, color
order by day, color
