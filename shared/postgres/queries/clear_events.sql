-- Deletes the $2 oldest events that were recorded before $1 and aren't parked.
with cleared as (
    delete from stripe_event
    where id = any(array(
        select id from stripe_event
        where processed_at < $1::timestamptz and outcome <> 'parked'
        order by processed_at
        limit $2
        for update skip locked
    ))
    returning id
)
select count(*) as cleared from cleared
